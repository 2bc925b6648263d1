#include "cli/command/commands.hpp"
#include "cli/command/identity_card.hpp"
#include "cli/terminal/card.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

/// `acme (ok_1)`, or what there is of it.
std::string named(std::string_view document, std::string_view member) {
  auto const thing = protocol::find_member(document, member).value_or("null");
  std::string const name = text_member(thing, "name");
  std::string const id = text_member(thing, "id");
  if (name.empty() || id.empty()) return name + id;
  return name + " (" + id + ")";
}

std::string source_of(std::string_view document) {
  std::string const source = text_member(document, "source");
  std::string const store = text_member(document, "store");
  return store.empty() ? source : source + ", kept in the " + store;
}

}  // namespace

std::string text_member(std::string_view document, std::string_view name) {
  return protocol::read_string(protocol::find_member(document, name).value_or("null")).value_or("");
}

void print_identity(Context& context, std::string_view title, std::string_view document) {
  Card card{title};
  card.row("from", source_of(document))
      .row("endpoint", text_member(document, "base_url"))
      .row("key fingerprint", text_member(document, "key_fingerprint"))
      .row("file", text_member(document, "file"))
      .row("project", named(document, "project"))
      .row("organization", named(document, "organization"))
      .row("account", text_member(document, "email"));
  print(context.terminal, card);
}

RunFn add_logout(Syntax& syntax) {
  syntax.note("Forgets the saved key, in the file and in the keyring. Connections stay as they are.");
  return [](Context& context) -> Result<void> {
    AGENTA_TRY(auto const reply, context.call(protocol::logout()));
    if (auto const why = text_member(reply.body, "left_behind"); !why.empty())
      context.say("The key may still be in the keyring, though nothing uses it: " + why + ".");
    return present(context, reply.body, [&]() -> Result<void> {
      bool const was_saved = protocol::find_member(reply.body, "logged_out").value_or("true") == "true";
      context.terminal.out(was_saved ? "The saved Composio key is gone.\n" : "No key was saved.\n");
      return {};
    });
  };
}

RunFn add_whoami(Syntax& syntax) {
  syntax.note(
      "Says which Composio key is used, where it comes from, for which endpoint, and whose it is as far as "
      "Composio told at the login. The key itself is never shown.");
  return [](Context& context) -> Result<void> {
    AGENTA_TRY(auto const reply, context.call(protocol::whoami()));
    return present(context, reply.body, [&]() -> Result<void> {
      print_identity(context, "Composio key", reply.body);
      return {};
    });
  };
}

}  // namespace agenta::cli
