#include "cli/command/connect_link.hpp"

#include <algorithm>

#include "cli/terminal/browser.hpp"
#include "cli/terminal/qr_code.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/surroundings.hpp"
#include "cli/terminal/wrap.hpp"
#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

/// Whether only this machine can follow the link: the sandbox's pages are here.
bool is_of_this_machine(std::string_view url) {
  std::size_t const at = url.find("://");
  if (at == std::string_view::npos) return false;
  std::string_view rest = url.substr(at + 3);
  std::string const host = to_lower(rest.substr(0, rest.find_first_of("/?#")));
  return host == "localhost" || host.starts_with("localhost:") || host.starts_with("127.") ||
         host.starts_with("[::1]");
}

QrInk find_ink(Context const& context) {
  if (!context.terminal.err_has_color()) return QrInk::none;
  bool const has_many = context.environment("TERM").value_or("").find("256color") != std::string::npos ||
                        !context.environment("COLORTERM").value_or("").empty();
  return has_many ? QrInk::exact : QrInk::basic;
}

/// The code, where it is wanted and the terminal can draw it; else nothing.
std::string find_code(Context const& context, std::string const& url, LinkStyle const& style,
                      bool was_opened) {
  Terminal const& terminal = context.terminal;
  bool const can_draw = terminal.err_is_tty() && !terminal.is_dumb() && writes_utf8(context.environment);
  if (style.qr == "never" || !can_draw || context.flags.quiet) return "";
  bool const is_always = style.qr == "always";
  // A telephone cannot follow a link of this machine.
  bool const is_useful = !was_opened && style.is_waiting && !is_of_this_machine(url);
  if (!is_always && !is_useful) return "";
  auto const picture = draw_qr(url, find_ink(context));
  if (!picture) return "";
  constexpr int kLinesBeside = 5;  // the link, and what comes after the code
  bool const fits =
      picture->columns <= terminal.err_width() && picture->lines + kLinesBeside <= terminal.err_height();
  if (fits) return picture->text;
  if (!is_always) return "";
  return "(A QR code needs " + std::to_string(picture->columns) + " columns and " +
         std::to_string(picture->lines + kLinesBeside) + " lines.)\n";
}

std::string introduction(Context const& context, std::string const& url, LinkStyle const& style,
                         bool was_opened) {
  Surroundings const here = find_surroundings(context.environment);
  if (was_opened) {
    return std::string{here.is_wsl ? "Opening the browser of Windows." : "Opening the browser."} +
           " If nothing opens, go to:";
  }
  std::string const why{style.may_open ? here.why_no_browser() : ""};
  std::string const reason = why.empty() ? "" : "No browser is opened here (" + why + "). ";
  if (!is_of_this_machine(url)) return reason + style.purpose + ", open this on any device:";
  bool const is_elsewhere = here.is_ssh || here.is_container;
  return reason + style.purpose + ", open this in a browser on this machine" +
         (is_elsewhere ? ", or forward its port to yours:" : ":");
}

}  // namespace

void show_link(Context& context, std::string const& url, LinkStyle const& style) {
  bool const is_wanted = style.may_open && context.settings->boolean("connect.browser");
  bool const was_opened = is_wanted && open_browser(browser_commands(url, context.environment));
  std::string shown = context.terminal.err_is_tty() ? visible(url) : url;
  if (takes_hyperlinks(context.terminal, context.environment)) shown = hyperlink(shown);
  std::string text = introduction(context, url, style, was_opened) + "\n";
  if (context.terminal.err_is_tty()) text = wrapped(text, 0, std::max(context.terminal.err_width(), 20));
  text += "  " + shown + "\n";
  text += find_code(context, url, style, was_opened);
  context.terminal.err(text);
  if (style.is_waiting && !was_opened && context.terminal.err_is_tty())
    context.say("This terminal goes on by itself.");
}

}  // namespace agenta::cli
