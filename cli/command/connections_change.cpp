#include "cli/command/commands.hpp"
#include "cli/command/connection_card.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {
namespace {

/// Makes a request whose answer is a connection, and says what came of it.
Result<void> change(Context& context, ServiceRequest request,
                    std::string (*sentence)(Connection const& row)) {
  AGENTA_TRY(auto const reply, context.call_far(std::move(request)));
  return present(context, reply.body, [&]() -> Result<void> {
    AGENTA_TRY(auto const row, protocol::decode_connection(reply.body));
    context.terminal.out(visible(sentence(row)) + "\n");
    return {};
  });
}

std::string title_of(Connection const& row) {
  return row.integration_name.empty() ? row.integration.text : row.integration_name;
}

std::string state_sentence(Connection const& row) {
  std::string text = row.slug + " is " + std::string{name_of(row.status)};
  std::string const why = why_text(row, Foreign::no);
  return why.empty() ? text + "." : text + ": " + why;
}

struct RenameOptions {
  std::string connection{};
  std::string slug{};
  std::string name{};
};

Result<void> run_rename(Context& context, RenameOptions const& options) {
  protocol::ConnectionPatch patch;
  if (!options.slug.empty()) patch.slug = options.slug;
  if (!options.name.empty()) patch.name = options.name;
  if (!patch.slug && !patch.name) {
    return fail(ErrorCode::usage, "give the connection a new slug, or a new name with --name");
  }
  return change(context, protocol::update_connection(options.connection, patch), [](Connection const& row) {
    std::string const name = row.name.empty() || row.name == row.slug ? "" : ", named " + row.name;
    return "It is " + row.slug + " now" + name + ".";
  });
}

/// A command whose only argument is a connection.
RunFn add_simple(Syntax& syntax, std::string argument, ServiceRequest (*request)(std::string_view name),
                 std::string (*sentence)(Connection const& row)) {
  auto name = std::make_shared<std::string>();
  syntax.argument("CONNECTION", *name, std::move(argument)).completes(Completes::connection);
  return [name, request, sentence](Context& context) { return change(context, request(*name), sentence); };
}

ServiceRequest make_default(std::string_view name) {
  protocol::ConnectionPatch patch;
  patch.make_default = true;
  return protocol::update_connection(name, patch);
}

std::string cancelled_sentence(Connection const& row) {
  if (row.status == ConnectionStatus::failed || row.status == ConnectionStatus::pending)
    return "The login of " + row.slug + " is cancelled.";
  return "The renewal of " + row.slug + " is cancelled: it is " + std::string{name_of(row.status)} +
         " as before.";
}

}  // namespace

RunFn add_connections_rename(Syntax& syntax) {
  auto options = std::make_shared<RenameOptions>();
  syntax.argument("CONNECTION", options->connection, "Slug or id of a connection")
      .completes(Completes::connection)
      .optional_argument("SLUG", options->slug, "What to call it from now on")
      .option("--name", "NAME", options->name, "A new name for people")
      .note("The account is called the same at Composio. History and sessions keep the connection.")
      .example("agenta-tools connections rename github work")
      .example("agenta-tools connections rename work --name 'Ada at work'");
  return [options](Context& context) { return run_rename(context, *options); };
}

RunFn add_connections_default(Syntax& syntax) {
  auto run = add_simple(syntax, "Slug or id of a connection", make_default, [](Connection const& row) {
    return row.slug + " is the default of " + title_of(row) + " now.";
  });
  syntax.note("The default is used where a tool is run without -c and its integration has several accounts.")
      .example("agenta-tools connections default work");
  return run;
}

RunFn add_connections_refresh(Syntax& syntax) {
  auto run = add_simple(syntax, "Slug or id of a connection", protocol::refresh_connection, state_sentence);
  syntax
      .note(
          "Asks Composio how the account is. Whether the service itself takes it, connections check finds "
          "out.")
      .example("agenta-tools connections refresh work");
  return run;
}

RunFn add_connections_cancel(Syntax& syntax) {
  auto run =
      add_simple(syntax, "Slug or id of a pending connection", protocol::cancel_login, cancelled_sentence);
  syntax
      .note(
          "Ends a login that is open, here and at Composio. A connection that it was to renew stays as it "
          "was.")
      .example("agenta-tools connections cancel work");
  return run;
}

}  // namespace agenta::cli
