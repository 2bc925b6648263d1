#include <algorithm>

#include "cli/command/commands.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/wrap.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {
namespace {

struct DisconnectOptions {
  std::string connection{};
  bool keep_remote = false;
};

std::string title_of(Connection const& row) {
  return row.integration_name.empty() ? row.integration.text : row.integration_name;
}

/// What goes, for a person to agree to.
std::string describe(Connection const& row, bool keep_remote) {
  std::string const name = row.name.empty() || row.name == row.slug ? "" : " (" + row.name + ")";
  std::string const account = row.account.text.empty() ? "the account" : "the account " + row.account.text;
  std::string text = "This forgets the " + title_of(row) + " connection " + row.slug + name;
  if (row.is_default) text += ", the default of its integration";
  if (keep_remote) {
    text += ". At Composio " + account + " stays, with its access to " + title_of(row) + ".";
  } else {
    text += ". Its access to " + title_of(row) + " is revoked, and " + account + " deleted at Composio.";
  }
  return text;
}

Result<void> confirm(Context& context, Connection const& row, bool keep_remote) {
  if (context.flags.yes) return {};
  Error instead;
  instead.code = ErrorCode::input_needed;
  instead.message = "disconnecting " + row.slug + " needs a yes, and there is nobody to ask";
  instead.next_step = {"agenta-tools", "disconnect", row.slug, "--yes"};
  if (keep_remote) instead.next_step.emplace_back("--keep-remote");
  if (context.prompt().may_ask()) {
    int const columns = std::max(context.terminal.err_width(), 20);
    context.terminal.err(wrapped(describe(row, keep_remote), 0, columns));
  }
  std::string const question = "Disconnect " + row.slug + "?";
  AGENTA_TRY(bool const agreed, context.prompt().confirm(question, instead, context.stop));
  if (!agreed) return fail(ErrorCode::cancelled, row.slug + " stays connected");
  return {};
}

Result<void> run_disconnect(Context& context, DisconnectOptions const& options) {
  AGENTA_TRY(auto const found,
             context.call(protocol::get_connection(options.connection, std::chrono::seconds{0})));
  AGENTA_TRY(auto const row, protocol::decode_connection(found.body));
  AGENTA_CHECK(confirm(context, row, options.keep_remote));
  auto const keep = options.keep_remote ? protocol::KeepRemote::yes : protocol::KeepRemote::no;
  // By id: the slug may name another row by now.
  AGENTA_CHECK(context.call(protocol::disconnect(row.id.text, keep)));
  std::string document = with_member("{}", "disconnected", "true");
  document = with_member(document, "kept_remote", options.keep_remote ? "true" : "false");
  return present(context, with_member(document, "connection", found.body), [&]() -> Result<void> {
    context.terminal.out("Disconnected " + visible(row.slug) + ".\n");
    return {};
  });
}

}  // namespace

RunFn add_disconnect(Syntax& syntax) {
  auto options = std::make_shared<DisconnectOptions>();
  syntax.argument("CONNECTION", options->connection, "Slug or id of the connection")
      .completes(Completes::connection)
      .flag("--keep-remote", options->keep_remote, "Forget it here and leave the account at Composio")
      .note(
          "Says what goes, and asks first, unless --yes is given. The access is taken back and the account "
          "deleted at Composio, then the connection is forgotten here.")
      .example("agenta-tools disconnect github --yes");
  return [options](Context& context) { return run_disconnect(context, *options); };
}

}  // namespace agenta::cli
