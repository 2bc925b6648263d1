#include <optional>

#include "cli/command/commands.hpp"
#include "cli/command/execution_reference.hpp"
#include "cli/command/output_file.hpp"
#include "cli/command/result_fetch.hpp"
#include "cli/command/result_view.hpp"
#include "shared/base/try.hpp"

namespace agenta::cli {
namespace {

struct ResultOptions {
  std::string id{};
  std::string file{};
  std::string select{};
  std::string max_bytes{};
};

Result<void> save(Context& context, ResultOptions const& options, std::string const& id) {
  AGENTA_TRY(auto file, OutputFile::begin(options.file, OutputFile::Access::owner));
  std::optional<Error> failed;
  auto const write = [&](std::string_view bytes) {
    auto const written = file.write(bytes);
    if (!written) failed = written.error();
    return written.has_value();
  };
  ResultIntake intake{write};
  auto const held = fetch_result(context, id, options.select, intake);
  if (failed) return fail(*std::move(failed));
  if (!held) return fail(held.error());
  AGENTA_CHECK(file.write(*held));
  return file.finish();
}

Result<void> run_result(Context& context, ResultOptions const& options) {
  AGENTA_TRY(auto const id, find_execution(context, options.id));
  if (!options.file.empty()) return save(context, options, id);
  ResultWish wish;
  if (!options.select.empty()) wish.select = options.select;
  AGENTA_TRY(wish.max_bytes, read_count("--max-bytes", options.max_bytes));
  return ResultView{context, std::move(wish)}.show_kept(id);
}

}  // namespace

RunFn add_history_result(Syntax& syntax) {
  auto options = std::make_shared<ResultOptions>();
  syntax.argument("ID", options->id, kExecutionArgument)
      .option("-o,--output", "FILE", options->file, "Write it to this file, in place of what is there")
      .option("--select", "POINTER", options->select, "Only the value at this JSON pointer")
      .option("--max-bytes", "N", options->max_bytes,
              "Print no more of it than this: of more, what it is made of and how it begins")
      .note("Results above 1 MiB are kept in the home, the latest of them: see history.results_quota.")
      .example("agenta-tools history result 8a9b0c1d2e3f -o issues.json");
  return [options](Context& context) { return run_result(context, *options); };
}

}  // namespace agenta::cli
