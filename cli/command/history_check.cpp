#include "cli/command/commands.hpp"
#include "cli/command/view.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/spinner.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"

// What is done with the journal as a whole: whether it is as it was recorded, and dropping what is old.
namespace agenta::cli {
namespace {

/// For work that takes as long as the history is long.
constexpr std::chrono::hours kPatience{1};

Result<ServiceReply> call_long(Context& context, ServiceRequest request, std::string_view doing) {
  if (!context.timeout) request.timeout = kPatience;
  Spinner spinner{context.terminal, context.verbosity(), context.quietness()};
  spinner.say(std::string{doing});
  return context.call(std::move(request));
}

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string{count == 1 ? one : many};
}

Error altered(JournalReport const& report, std::string const& body) {
  Error error;
  error.code = ErrorCode::journal_altered;
  std::string const number =
      (report.is_cut ? "more than " : "") +
      counted(static_cast<std::int64_t>(report.findings.size()), "finding", "findings");
  JournalFinding const& first = report.findings.front();
  error.message = "the history is not as it was recorded, " + number + ": " +
                  (first.execution.empty() ? "" : first.execution + " ") + first.what;
  error.context.text = body;
  return error;
}

Result<void> run_verify(Context& context, std::string const& head) {
  AGENTA_TRY(auto const reply,
             call_long(context, protocol::verify_history(head), "going through the history"));
  AGENTA_TRY(auto const report, protocol::decode_journal_report(reply.body));
  if (!report.findings.empty()) {
    if (!context.wants_json()) {
      for (JournalFinding const& each : report.findings) {
        context.terminal.out(visible((each.execution.empty() ? "" : each.execution + " ") + each.what) +
                             "\n");
      }
    }
    return fail(altered(report, reply.body));
  }
  return present(context, reply.body, [&]() -> Result<void> {
    std::string text =
        "The history is as it was recorded: " + counted(report.executions, "execution", "executions") + ", " +
        counted(report.records, "record", "records") + ".\n";
    if (report.uncovered > 0) {
      text += counted(report.uncovered, "execution is", "executions are") +
              " older than the records: counted, not compared.\n";
    }
    context.terminal.out(text + "Head: " + report.head + "\n");
    return {};
  });
}

struct GcOptions {
  std::string older_than{};
  bool dry_run = false;
};

std::string size_of(std::int64_t bytes) {
  constexpr std::int64_t kUnit = 1024;
  if (bytes < kUnit) return std::to_string(bytes) + " bytes";
  if (bytes < kUnit * kUnit) return std::to_string(bytes / kUnit) + " KiB";
  return std::to_string(bytes / kUnit / kUnit) + " MiB";
}

Result<void> run_gc(Context& context, GcOptions const& options) {
  std::optional<std::chrono::milliseconds> older_than;
  if (!options.older_than.empty()) {
    older_than = parse_duration(options.older_than);
    if (!older_than) return fail(ErrorCode::usage, "--older-than takes a duration such as 30m or 720h");
  }
  if (older_than && !options.dry_run && !context.flags.yes) {
    Error instead;
    instead.code = ErrorCode::input_needed;
    instead.message = "dropping what began more than " + options.older_than +
                      " ago for good needs a yes, and there is nobody to ask";
    instead.next_step = {"agenta-tools", "history", "gc", "--older-than", options.older_than, "--yes"};
    AGENTA_TRY(bool const agreed,
               context.prompt().confirm("Drop the arguments and results of all that began more than " +
                                            options.older_than + " ago, for good?",
                                        instead, context.stop));
    if (!agreed) return fail(ErrorCode::cancelled, "nothing was dropped");
  }
  auto const dry_run = options.dry_run ? protocol::DryRun::yes : protocol::DryRun::no;
  AGENTA_TRY(auto const reply,
             call_long(context, protocol::clean_history(older_than, dry_run), "dropping what is old"));
  AGENTA_TRY(auto const cleaning, protocol::decode_history_cleaning(reply.body));
  return present(context, reply.body, [&]() -> Result<void> {
    std::string const what = "the arguments and results of " +
                             counted(cleaning.executions, "execution", "executions") + ", " +
                             size_of(cleaning.bytes);
    std::string text = cleaning.dry_run ? "Would drop " + what : "Dropped " + what;
    if (cleaning.files > 0) text += ", and " + counted(cleaning.files, "result file", "result files");
    context.terminal.out(text + ".\n");
    return {};
  });
}

}  // namespace

RunFn add_history_verify(Syntax& syntax) {
  auto head = std::make_shared<std::string>();
  syntax.option("--head", "HASH", *head, "The head that an earlier verify printed: it must still be there")
      .note(
          "Goes through the records of what was journaled, each of which holds the hash of the one before, "
          "and "
          "compares every execution with them. What was edited, removed or put in another order is named, "
          "and "
          "the exit code is 1. That records are missing from the end shows with --head alone.")
      .example("agenta-tools history verify --json");
  return [head](Context& context) { return run_verify(context, *head); };
}

RunFn add_history_gc(Syntax& syntax) {
  auto options = std::make_shared<GcOptions>();
  syntax.flag("--dry-run", options->dry_run, "Say what would be dropped, and drop nothing")
      .option("--older-than", "DURATION", options->older_than,
              "What began longer ago than this (default: history.keep_for)")
      .note(
          "Drops arguments and results; what ran, when, by whom and how it ended stays. The daemon does the "
          "same by itself, once a day. The database file keeps its size, and the room is used again.")
      .example("agenta-tools history gc --older-than 720h --dry-run");
  return [options](Context& context) { return run_gc(context, *options); };
}

}  // namespace agenta::cli
