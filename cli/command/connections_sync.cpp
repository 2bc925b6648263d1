#include "cli/command/commands.hpp"
#include "cli/command/connection_card.hpp"
#include "cli/command/view.hpp"
#include "cli/terminal/table.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {
namespace {

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string{count == 1 ? one : many};
}

Result<void> run_sync(Context& context, ViewOptions const& options) {
  AGENTA_TRY(auto const reply, context.call_far(protocol::sync_connections()));
  return present_view(context, reply.body, options, [&]() -> Result<View> {
    AGENTA_TRY(auto const report, protocol::decode_sync_report(reply.body));
    Table table{{"CHANGE", "SLUG", "INTEGRATION", "STATUS", "ACCOUNT", "WHY"}};
    constexpr std::size_t kWhy = 5;
    table.keep(0).keep(1).hide_all(kWhy, "");
    for (SyncItem const& item : report.items) {
      Connection const& row = item.connection;
      table.add({std::string{name_of(item.change)}, row.slug, row.integration.text,
                 std::string{name_of(row.status)}, row.account.text, why_text(row, Foreign::no)});
    }
    View view;
    view.text = table_text(context, table, "All is as Composio has it.");
    if (!report.items.empty() && report.unchanged > 0)
      view.notes.push_back(counted(report.unchanged, "other is", "others are") + " as Composio has it");
    return view;
  });
}

struct PruneOptions {
  bool dry_run = false;
  ViewOptions view{};
};

Result<void> run_prune(Context& context, PruneOptions const& options) {
  auto const dry_run = options.dry_run ? protocol::DryRun::yes : protocol::DryRun::no;
  AGENTA_TRY(auto const reply, context.call_far(protocol::prune_connections(dry_run)));
  return present_view(context, reply.body, options.view, [&]() -> Result<View> {
    AGENTA_TRY(auto const report, protocol::decode_prune_report(reply.body));
    Table table{{"SLUG", "INTEGRATION", "ACCOUNT", "WHY"}};
    table.keep(0);
    for (PrunedLogin const& login : report.items) {
      table.add(
          {login.slug.empty() ? "-" : login.slug, login.integration.text, login.account.text, login.reason});
    }
    View view;
    view.text = table_text(context, table, "There are no dead logins.");
    if (!report.items.empty()) {
      std::string const count =
          counted(static_cast<std::int64_t>(report.items.size()), "dead login", "dead logins");
      view.notes.push_back(report.dry_run ? count + " would be cleared away" : count + " cleared away");
    }
    return view;
  });
}

}  // namespace

RunFn add_connections_sync(Syntax& syntax) {
  auto options = std::make_shared<ViewOptions>();
  add_view_flags(syntax, *options);
  syntax
      .note(
          "Takes over from Composio what was done elsewhere: accounts of this project that were made there "
          "become connections, statuses are brought up to date, and what has vanished is told. Accounts of "
          "other users of the same Composio project are never touched.")
      .example("agenta-tools connections sync");
  return [options](Context& context) { return run_sync(context, *options); };
}

RunFn add_connections_prune(Syntax& syntax) {
  auto options = std::make_shared<PruneOptions>();
  syntax.flag("--dry-run", options->dry_run, "Only say what would be cleared away");
  add_view_flags(syntax, options->view);
  syntax.note("Clears away logins that failed or were never finished, here and at Composio.")
      .example("agenta-tools connections prune --dry-run");
  return [options](Context& context) { return run_prune(context, *options); };
}

}  // namespace agenta::cli
