#include "cli/command/commands.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {
namespace {

struct DisconnectOptions {
  std::string connection{};
  bool keep_remote = false;
};

Result<void> confirm(Context& context, Connection const& row, bool keep_remote) {
  if (context.flags.yes) return {};
  Error instead;
  instead.code = ErrorCode::input_needed;
  instead.message = "disconnecting " + row.slug + " needs a yes, and there is nobody to ask";
  instead.next_step = {"agenta-tools", "disconnect", row.slug, "--yes"};
  std::string const where = keep_remote ? " here (it stays at Composio)" : " and revoke it at Composio";
  std::string const question = "Forget the " + row.integration.text + " connection " + row.slug +
                               (row.name.empty() || row.name == row.slug ? "" : " (" + row.name + ")") +
                               where + "?";
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
    context.terminal.out("Disconnected " + row.slug + ".\n");
    return {};
  });
}

}  // namespace

RunFn add_disconnect(Syntax& syntax) {
  auto options = std::make_shared<DisconnectOptions>();
  syntax.argument("CONNECTION", options->connection, "Slug or id of the connection")
      .completes(Completes::connection)
      .flag("--keep-remote", options->keep_remote, "Forget it here and leave the account at Composio")
      .note("Asks first, unless --yes is given.")
      .example("agenta-tools disconnect github --yes");
  return [options](Context& context) { return run_disconnect(context, *options); };
}

}  // namespace agenta::cli
