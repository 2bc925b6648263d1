#include "daemon/app/callback_page.hpp"

#include <string>
#include <string_view>

namespace agenta::daemon {
namespace {

/// The policy below names this text by its hash: a change here needs the new one (`callback_page_test` says
/// which).
constexpr std::string_view kStyle =
    "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 "
    "1.5rem;color:#1a1a1a;"
    "background:#fff}h1{font-size:1.5rem}@media(prefers-color-scheme:dark){body{color:#eee;background:#"
    "161616}}";
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'sha256-32k8ur4GitsXwWEl05Dep43t0IBMbnTaAtw/+enRw+0='; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

struct Page {
  unsigned status;
  std::string_view title;
  std::string_view text;
};

constexpr Page page_of(CallbackOutcome outcome) {
  switch (outcome) {
    case CallbackOutcome::connected:
      return {200, "Connected", "You can close this window and go back to your terminal."};
    case CallbackOutcome::denied:
      return {200, "Not connected",
              "Access was denied, so nothing was connected. You can close this window."};
    case CallbackOutcome::failed:
      return {200, "Not connected",
              "The login did not succeed. Your terminal says why. You can close this window."};
    case CallbackOutcome::unfinished:
      return {
          200, "Almost done",
          "The login is still being finished. Your terminal will say when it is. You can close this window."};
    case CallbackOutcome::spent:
      return {410, "Already used", "This link was used before. Your terminal says how the login ended."};
    case CallbackOutcome::unknown:
      return {404, "Nothing here", "No login is waiting at this address. Start again from your terminal."};
    case CallbackOutcome::refused:
      return {403, "Refused", "This address only takes the end of a login, in a browser."};
  }
  __builtin_unreachable();
}

}  // namespace

HttpResponse callback_page(CallbackOutcome outcome) {
  Page const page = page_of(outcome);
  HttpResponse response;
  response.status = page.status;
  response.headers = {{"Content-Type", "text/html; charset=utf-8"},
                      {"Cache-Control", "no-store"},
                      {"Content-Security-Policy", std::string{kPolicy}},
                      {"Referrer-Policy", "no-referrer"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Cross-Origin-Resource-Policy", "same-origin"}};
  response.body.append(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<title>");
  response.body.append(page.title).append(" – agenta-tools</title>\n<style>").append(kStyle);
  response.body.append("</style>\n</head>\n<body>\n<main>\n<h1>")
      .append(page.title)
      .append("</h1>\n<p>")
      .append(page.text);
  response.body.append("</p>\n</main>\n</body>\n</html>\n");
  response.close = true;
  return response;
}

}  // namespace agenta::daemon
