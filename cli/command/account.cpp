#include "cli/command/commands.hpp"
#include "cli/terminal/card.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kMostKey = 4096;

std::string text_member(std::string_view document, std::string_view name) {
  return protocol::read_string(protocol::find_member(document, name).value_or("null")).value_or("");
}

void print_identity(Context& context, std::string_view title, std::string_view document) {
  Card card{title};
  card.row("from", text_member(document, "source"))
      .row("endpoint", text_member(document, "base_url"))
      .row("key", text_member(document, "key_fingerprint"))
      .row("file", text_member(document, "file"));
  print(context.terminal, card);
}

/// From a prompt without echo, or all of stdin where it is no terminal.
Result<Secret> read_key(Context& context) {
  Error instead;
  instead.code = ErrorCode::input_needed;
  instead.message = "a Composio API key is needed, and there is nobody to ask: give it on stdin";
  instead.next_step = {"agenta-tools", "login"};
  if (context.terminal.in_is_tty()) {
    AGENTA_TRY(auto const typed,
               context.prompt().secret("Composio API key (not shown):", instead, context.stop));
    Secret key{std::string{trim(typed.reveal())}};
    if (key.empty()) return fail(instead);
    return key;
  }
  AGENTA_TRY(auto text, context.terminal.read_all(kMostKey, context.stop));
  Secret const read{std::move(text)};
  Secret key{std::string{trim(read.reveal())}};
  if (key.empty()) return fail(instead);
  return key;
}

}  // namespace

RunFn add_login(Syntax& syntax) {
  syntax
      .note(
          "Asks for the key without showing it, or reads it from stdin; verifies it at Composio and saves "
          "it. A key in "
          "COMPOSIO_API_KEY goes before the saved one.")
      .example("agenta-tools login")
      .example("agenta-tools login < key.txt");
  return [](Context& context) -> Result<void> {
    AGENTA_TRY(auto const key, read_key(context));
    AGENTA_TRY(auto const reply, context.call(protocol::login(key)));
    if (auto const file = text_member(reply.body, "file"); !file.empty()) {
      context.say("The key is saved in " + file + ", readable by you alone.");
    }
    return present(context, reply.body, [&]() -> Result<void> {
      print_identity(context, "Logged in to Composio", reply.body);
      return {};
    });
  };
}

RunFn add_logout(Syntax& syntax) {
  syntax.note("Forgets the saved key. Connections stay as they are.");
  return [](Context& context) -> Result<void> {
    AGENTA_TRY(auto const reply, context.call(protocol::logout()));
    return present(context, reply.body, [&]() -> Result<void> {
      bool const was_saved = protocol::find_member(reply.body, "logged_out").value_or("true") == "true";
      context.terminal.out(was_saved ? "The saved Composio key is gone.\n" : "No key was saved.\n");
      return {};
    });
  };
}

RunFn add_whoami(Syntax& syntax) {
  syntax.note(
      "Says which Composio key is used, where it comes from, and for which endpoint. The key itself is never "
      "shown.");
  return [](Context& context) -> Result<void> {
    AGENTA_TRY(auto const reply, context.call(protocol::whoami()));
    return present(context, reply.body, [&]() -> Result<void> {
      print_identity(context, "Composio key", reply.body);
      return {};
    });
  };
}

}  // namespace agenta::cli
