#include <algorithm>
#include <optional>

#include "cli/command/commands.hpp"
#include "cli/command/history_filter.hpp"
#include "cli/command/output_file.hpp"
#include "cli/terminal/json_print.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

struct ExportOptions {
  protocol::ExecutionQuery query{};
  std::string file{};
  bool results = false;
  bool chain = false;
};

/// Where the lines go: stdout, or a file.
class Lines {
 public:
  static Result<Lines> open(Context& context, std::string const& path) {
    Lines lines{context};
    if (path.empty()) return lines;
    AGENTA_TRY(auto file, OutputFile::begin(path, OutputFile::Access::owner));
    lines.file_.emplace(std::move(file));
    return lines;
  }

  Result<void> add(std::string_view json) {
    if (!file_ && context_->terminal.out_is_tty()) {
      print_json(context_->terminal, json);
      return {};
    }
    // A document is valid JSON: a line end in it is white space.
    buffer_.append(json);
    std::replace(buffer_.end() - static_cast<std::ptrdiff_t>(json.size()), buffer_.end(), '\n', ' ');
    std::replace(buffer_.end() - static_cast<std::ptrdiff_t>(json.size()), buffer_.end(), '\r', ' ');
    buffer_ += '\n';
    return {};
  }

  /// Writes what was added; whether anybody still takes it.
  Result<bool> flush() {
    if (file_) {
      AGENTA_CHECK(file_->write(buffer_));
      buffer_.clear();
      return true;
    }
    context_->terminal.out(buffer_);
    buffer_.clear();
    context_->terminal.flush();
    return !context_->terminal.out_failure();
  }

  Result<void> finish() {
    AGENTA_CHECK(flush());
    if (file_) return file_->finish();
    return {};
  }

 private:
  explicit Lines(Context& context) : context_(&context) {}

  Context* context_;
  std::optional<OutputFile> file_{};
  std::string buffer_{};
};

ServiceRequest page_request(ExportOptions const& options, protocol::ExecutionQuery query,
                            std::string const& cursor) {
  if (options.chain) return protocol::export_chain(cursor);
  if (!cursor.empty()) query.cursor = cursor;
  return protocol::export_history(query,
                                  options.results ? protocol::WithResults::yes : protocol::WithResults::no);
}

/// Page after page: as much memory as one of them takes.
Result<void> write_all(Context& context, ExportOptions const& options, protocol::ExecutionQuery const& query,
                       Lines& lines) {
  for (std::string cursor;;) {
    AGENTA_TRY(auto const reply, context.call(page_request(options, query, cursor)));
    auto const items = protocol::elements_of(protocol::find_member(reply.body, "items").value_or("[]"));
    if (!items) return fail(ErrorCode::internal, "the daemon's list is none");
    for (std::string_view const item : *items) AGENTA_CHECK(lines.add(item));
    AGENTA_TRY(bool const goes_on, lines.flush());
    auto const next =
        protocol::read_string(protocol::find_member(reply.body, "next_cursor").value_or("null"));
    if (!goes_on || !next || next->empty()) return {};
    cursor = *next;
  }
}

bool has_filter(protocol::ExecutionQuery const& query) {
  return !(query.tool + query.connection + query.state + query.since + query.until + query.batch +
           query.session + query.trace)
              .empty();
}

Result<void> run_export(Context& context, ExportOptions const& options) {
  if (options.chain && (options.results || has_filter(options.query)))
    return fail(ErrorCode::usage, "--chain is of the whole journal: it takes no other flags but -o");
  AGENTA_TRY(auto query, read_history_filter(options.query));
  constexpr int kPage = 500;
  query.limit = kPage;
  AGENTA_TRY(auto lines, Lines::open(context, options.file));
  AGENTA_CHECK(write_all(context, options, query, lines));
  return lines.finish();
}

}  // namespace

RunFn add_history_export(Syntax& syntax) {
  auto options = std::make_shared<ExportOptions>();
  add_history_filter(syntax, options->query);
  syntax
      .option("-o,--output", "FILE", options->file,
              "Write to a file, in place of what is there, instead of stdout")
      .flag("--results", options->results, "With what the tools gave back")
      .flag("--chain", options->chain, "The chain of hashes over the journal instead")
      .note(
          "One JSON document a line, newest first; with --chain oldest first: seq, record and hash. A file "
          "is for its owner alone, and is there under its name once it is whole.")
      .example("agenta-tools history export --since 24h --results -o runs.ndjson");
  return [options](Context& context) { return run_export(context, *options); };
}

}  // namespace agenta::cli
