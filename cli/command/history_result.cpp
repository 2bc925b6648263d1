#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "cli/command/commands.hpp"
#include "cli/command/result_fetch.hpp"
#include "cli/command/result_view.hpp"
#include "shared/base/os_error.hpp"
#include "shared/base/try.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta::cli {
namespace {

struct ResultOptions {
  std::string id{};
  std::string file{};
  std::string select{};
  std::string max_bytes{};
};

/// The errno of what failed, or 0.
int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t const written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// Into a file that has its name once it is whole.
Result<void> save(Context& context, ResultOptions const& options) {
  std::string const part = options.file + ".part";
  auto const cannot = [&](int number) {
    ::unlink(part.c_str());
    return fail(error_from(OsError{number, "write " + options.file}, ErrorCode::usage));
  };
  UniqueFd file{::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (!file) return fail(error_from(OsError{errno, "write " + options.file}, ErrorCode::usage));
  int failed = 0;
  auto const write = [&](std::string_view bytes) {
    failed = write_all(file.get(), bytes);
    return failed == 0;
  };
  ResultIntake intake{write};
  auto const held = fetch_result(context, options.id, options.select, intake);
  if (!held) {
    ::unlink(part.c_str());
    return fail(held.error());
  }
  if (failed == 0) static_cast<void>(write(*held));
  if (failed == 0 && ::rename(part.c_str(), options.file.c_str()) != 0) failed = errno;
  if (failed != 0) return cannot(failed);
  return {};
}

Result<void> run_result(Context& context, ResultOptions const& options) {
  if (!options.file.empty()) return save(context, options);
  ResultWish wish;
  if (!options.select.empty()) wish.select = options.select;
  AGENTA_TRY(wish.max_bytes, read_count("--max-bytes", options.max_bytes));
  return ResultView{context, std::move(wish)}.show_kept(options.id);
}

}  // namespace

RunFn add_history_result(Syntax& syntax) {
  auto options = std::make_shared<ResultOptions>();
  syntax.argument("ID", options->id, "Id of an execution")
      .option("-o,--output", "FILE", options->file, "Write it to this file")
      .option("--select", "POINTER", options->select, "Only the value at this JSON pointer")
      .option("--max-bytes", "N", options->max_bytes,
              "Print no more of it than this: of more, what it is made of and how it begins")
      .note("Results above 1 MiB are kept in the home, the latest of them: see history.results_quota.")
      .example("agenta-tools history result 0192f3a4-… -o issues.json");
  return [options](Context& context) { return run_result(context, *options); };
}

}  // namespace agenta::cli
