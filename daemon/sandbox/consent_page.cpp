#include "daemon/sandbox/consent_page.hpp"

#include "daemon/sandbox/links.hpp"

namespace agenta::daemon::sandbox {
namespace {

constexpr std::string_view kStyle =
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 "
    "1rem;color:#1b1b1f;background:#fff}"
    "h1{font-size:1.5rem}label{display:block;margin-top:1rem;font-weight:600}"
    "input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid "
    "#6b6b76;border-radius:.3rem}"
    "button{font:inherit;padding:.6rem 1.4rem;margin:1.5rem .6rem 0 0;border:2px solid "
    "#1b4fd1;border-radius:.3rem;cursor:pointer}"
    ".yes{background:#1b4fd1;color:#fff}.no{background:#fff;color:#1b4fd1}"
    ".bad{border-left:.3rem solid #b3261e;padding-left:.8rem;color:#8c1d18}small{color:#55555f}";

std::string escape(std::string_view text) {
  std::string escaped;
  for (char const c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      case '\'': escaped += "&#39;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

std::string page(std::string_view title, std::string_view body) {
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>";
  text.append(escape(title)).append("</title><style>").append(kStyle).append("</style></head><body><main>\n");
  text.append(body).append(
      "\n<p><small>This is the agenta-tools sandbox: nothing leaves your "
      "computer.</small></p></main></body></html>\n");
  return text;
}

std::string input_for(CredentialField const& field, Account const& account) {
  auto const given = account.fields.find(field.name);
  std::string const id = "field-" + escape(field.name);
  std::string html =
      "<label for=\"" + id + "\">" + escape(field.label) + (field.required ? "" : " (optional)") + "</label>";
  html.append("<small id=\"")
      .append(id)
      .append("-help\">")
      .append(escape(field.description))
      .append("</small>");
  html.append("<input id=\"").append(id).append("\" name=\"").append(escape(field.name)).append("\"");
  html.append(" aria-describedby=\"").append(id).append("-help\" autocomplete=\"off\"");
  bool const holds_secret = field.secret && given != account.fields.end();
  html.append(field.secret ? " type=\"password\"" : " type=\"text\"")
      .append(field.required && !holds_secret ? " required" : "");
  // A secret is never sent back to a page.
  if (!field.secret) {
    auto const value = given != account.fields.end() ? given->second : field.default_value.value_or("");
    if (!value.empty()) html.append(" value=\"").append(escape(value)).append("\"");
  }
  return html + ">";
}

}  // namespace

std::string consent_page(World const& world, Account const& account, std::string_view complaint) {
  auto const* toolkit = world.catalog.find_toolkit(account.toolkit);
  std::string const name = escape(toolkit == nullptr ? account.toolkit : toolkit->name);
  std::string const action = "/link/" + escape(account.link_token);
  std::string body = "<h1>Connect " + name + "</h1>\n<p><strong>" + escape(account.user) +
                     "</strong> is about to be connected to " + name + ".</p>\n";
  if (!complaint.empty())
    body.append("<p class=\"bad\" role=\"alert\">").append(escape(complaint)).append("</p>\n");
  auto const* scheme = find_scheme(world, account);
  if (auto const scopes = scopes_of(world, account); !scopes.empty()) {
    body.append("<p>It will be able to use:</p><ul>");
    for (auto const& scope : scopes) body.append("<li><code>").append(escape(scope)).append("</code></li>");
    body.append("</ul>\n");
  }
  body.append("<form method=\"post\" action=\"").append(action).append("/approve\">");
  if (scheme != nullptr) {
    for (auto const& field : scheme->connection) body.append(input_for(field, account));
  }
  body.append("<button class=\"yes\" type=\"submit\">Approve</button>");
  body.append("<button class=\"no\" type=\"submit\" formnovalidate formaction=\"")
      .append(action)
      .append("/deny\">Deny</button></form>");
  return page("Connect " + (toolkit == nullptr ? account.toolkit : toolkit->name), body);
}

std::string login_page(CliSession const& session) {
  std::string const action = "/dashboard/" + escape(session.id);
  std::string const program = session.source.empty() ? "A program" : session.source;
  std::string body = "<h1>Log in</h1>\n<p><strong>" + escape(program) + "</strong> asks for a key " +
                     (session.for_user ? "to all your projects" : "to your project") +
                     ". Go on only if your terminal shows the code <strong>" + escape(session.code) +
                     "</strong>.</p>\n";
  body.append("<form method=\"post\" action=\"").append(action).append("/approve\">");
  body.append("<button class=\"yes\" type=\"submit\">Approve</button>");
  body.append("<button class=\"no\" type=\"submit\" formaction=\"")
      .append(action)
      .append("/deny\">Deny</button></form>");
  return page("Log in", body);
}

std::string message_page(std::string_view title, std::string_view text) {
  return page(title, "<h1>" + escape(title) + "</h1>\n<p>" + escape(text) + "</p>");
}

}  // namespace agenta::daemon::sandbox
