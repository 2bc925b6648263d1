#include "daemon/app/callback_page.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace agenta::daemon {
namespace {

/// The policy below names this text by its hash: a change here needs the new one (`callback_page_test` says
/// which).
constexpr std::string_view kStyle =
    ":root{color-scheme:light dark}body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh "
    "auto;padding:0 1.5rem;color:#1a1a1a;background:#fff;overflow-wrap:anywhere}h1{font-size:1.5rem}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}}";
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'sha256-qRkhS04gAF588/6alRL1wnAK//rg3hUfeESVou6yiLc='; img-src data:; "
    "base-uri 'none'; "
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
    case CallbackOutcome::expired:
      return {410, "Too late",
              "This login has expired; start again from your terminal. You can close this window."};
    case CallbackOutcome::over:
      return {410, "No longer waiting",
              "This login was taken back; start again from your terminal. You can close this window."};
    case CallbackOutcome::spent:
      return {
          410, "Already used",
          "This link was used before. Your terminal says how the login ended. You can close this window."};
    case CallbackOutcome::unknown:
      return {
          404, "Nothing here",
          "No login is waiting at this address. Start again from your terminal. You can close this window."};
    case CallbackOutcome::refused:
      return {403, "Refused", "This address only takes the end of a login, in a browser."};
  }
  __builtin_unreachable();
}

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// The length of the well-formed character at the front of `text`, and the character; 0 where there is none.
std::pair<std::size_t, char32_t> first_character(std::string_view text) {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  auto const lead = byte(0);
  if (lead < 0x80) return {1, lead};
  std::size_t const size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {0, 0};
  char32_t value = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {0, 0};
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  bool const is_surrogate = value >= 0xD800 && value <= 0xDFFF;
  return value < kLeast[size] || value > 0x10FFFF || is_surrogate ? std::pair<std::size_t, char32_t>{0, 0}
                                                                  : std::pair{size, value};
}

/// Control characters, and those that turn the direction of what follows or cannot be seen.
bool is_deceptive(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || c >= 0xE0000;
}

/// A name as text of a page: nothing in it is markup, and it is not longer than a name is.
std::string as_text(std::string_view name) {
  constexpr std::size_t kMostCharacters = 60;
  std::string out;
  for (std::size_t count = 0; !name.empty(); ++count) {
    if (count == kMostCharacters) return out + "…";
    auto const [size, character] = first_character(name);
    std::string_view const bytes = name.substr(0, size == 0 ? 1 : size);
    name.remove_prefix(bytes.size());
    switch (character) {
      case U'&': out += "&amp;"; break;
      case U'<': out += "&lt;"; break;
      case U'>': out += "&gt;"; break;
      case U'"': out += "&quot;"; break;
      case U'\'': out += "&#39;"; break;
      default: out += size == 0 || is_deceptive(character) ? kReplacement : bytes;
    }
  }
  return out;
}

std::string heading_of(CallbackOutcome outcome, CallbackSubject const& subject) {
  std::string title{page_of(outcome).title};
  if (subject.integration.empty()) return title;
  std::string const name = "<bdi>" + as_text(subject.integration) + "</bdi>";
  switch (outcome) {
    case CallbackOutcome::connected:
      return name + " is connected" + (subject.slug.empty() ? "" : " as " + as_text(subject.slug));
    case CallbackOutcome::denied:
    case CallbackOutcome::failed: return name + " is not connected";
    case CallbackOutcome::unfinished:
    case CallbackOutcome::expired:
    case CallbackOutcome::over:
    case CallbackOutcome::spent:
    case CallbackOutcome::unknown:
    case CallbackOutcome::refused: break;
  }
  return title;
}

}  // namespace

HttpResponse callback_page(CallbackOutcome outcome, CallbackSubject const& subject) {
  Page const page = page_of(outcome);
  HttpResponse response;
  response.status = page.status;
  response.headers = {{"Content-Type", "text/html; charset=utf-8"},
                      {"Cache-Control", "no-store"},
                      {"Content-Security-Policy", std::string{kPolicy}},
                      {"Referrer-Policy", "no-referrer"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Cross-Origin-Resource-Policy", "same-origin"}};
  // An icon of its own, empty: the browser need not ask for one.
  response.body.append(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<link rel=\"icon\" href=\"data:,\">\n<title>");
  response.body.append(page.title).append(" – agenta-tools</title>\n<style>").append(kStyle);
  response.body.append("</style>\n</head>\n<body>\n<main>\n<h1>")
      .append(heading_of(outcome, subject))
      .append("</h1>\n<p role=\"status\">")
      .append(page.text);
  response.body.append("</p>\n</main>\n</body>\n</html>\n");
  response.close = true;
  return response;
}

}  // namespace agenta::daemon
