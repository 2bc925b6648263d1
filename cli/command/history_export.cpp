#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "cli/command/commands.hpp"
#include "cli/command/history_filter.hpp"
#include "cli/terminal/json_print.hpp"
#include "shared/base/os_error.hpp"
#include "shared/base/try.hpp"
#include "shared/base/unique_fd.hpp"
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

/// Where the lines go: stdout, or a file that appears under its name once it is whole.
class Lines {
 public:
  static Result<Lines> open(Context& context, std::string const& path) {
    Lines lines{context};
    if (path.empty()) return lines;
    std::error_code ignored;
    auto const kind = std::filesystem::status(path, ignored).type();
    bool const is_other =
        kind != std::filesystem::file_type::not_found && kind != std::filesystem::file_type::regular;
    lines.path_ = path;
    lines.written_ = is_other ? path : path + ".part";
    constexpr mode_t kPrivate = 0600;  // arguments and results are nobody else's
    int const flags = is_other ? O_WRONLY | O_CLOEXEC : O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
    lines.file_ = UniqueFd{::open(lines.written_.c_str(), flags, kPrivate)};
    if (!lines.file_) return fail(lines.failure(errno));
    return lines;
  }

  Result<void> add(std::string_view json) {
    if (path_.empty() && context_->terminal.out_is_tty()) {
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
    if (path_.empty()) {
      context_->terminal.out(buffer_);
      buffer_.clear();
      context_->terminal.flush();
      return !context_->terminal.out_failure();
    }
    std::string_view left = buffer_;
    while (!left.empty()) {
      ssize_t const count = ::write(file_.get(), left.data(), left.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) {
        Error error = failure(errno);
        discard();
        return fail(std::move(error));
      }
      left.remove_prefix(static_cast<std::size_t>(count));
    }
    buffer_.clear();
    return true;
  }

  Result<void> finish() {
    AGENTA_CHECK(flush());
    if (written_ == path_) return {};
    if (::rename(written_.c_str(), path_.c_str()) != 0) {
      Error error = failure(errno);
      discard();
      return fail(std::move(error));
    }
    return {};
  }
  void discard() {
    if (written_ != path_) ::unlink(written_.c_str());
  }

 private:
  explicit Lines(Context& context) : context_(&context) {}
  Error failure(int number) const {
    return fail(ErrorCode::storage_unavailable,
                written_ + " cannot be written: " + std::generic_category().message(number))
        .error();
  }

  Context* context_;
  std::string path_{};
  std::string written_{};
  UniqueFd file_{};
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
  if (auto written = write_all(context, options, query, lines); !written) {
    lines.discard();
    return written;
  }
  return lines.finish();
}

}  // namespace

RunFn add_history_export(Syntax& syntax) {
  auto options = std::make_shared<ExportOptions>();
  add_history_filter(syntax, options->query);
  syntax.option("-o,--output", "FILE", options->file, "Write to a file instead of stdout")
      .flag("--results", options->results, "With what the tools gave back")
      .flag("--chain", options->chain, "The chain of hashes over the journal instead")
      .note(
          "One JSON document a line, newest first; with --chain oldest first: seq, record and hash. A file "
          "is "
          "for its owner alone, and is there under its name once it is whole.")
      .example("agenta-tools history export --since 24h --results -o runs.ndjson");
  return [options](Context& context) { return run_export(context, *options); };
}

}  // namespace agenta::cli
