#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command/context.hpp"
#include "cli/command/result_intake.hpp"
#include "shared/domain/execution.hpp"

namespace agenta::cli {

/// How a result is to be printed.
struct ResultWish {
  std::optional<std::string> select{};      ///< a JSON pointer
  std::optional<std::int64_t> max_bytes{};  ///< a larger one is not printed, but described
};

/// Prints what a tool gave: as it is where it is small enough, else what it is made of, its beginning, and
/// how to have the whole. On a terminal, no result is larger than `output.preview_bytes`. A pipe is given all
/// of it, byte for byte, while it comes, unless the wish limits it.
class ResultView {
 public:
  ResultView(Context& context, ResultWish wish);
  ~ResultView();
  ResultView(ResultView const&) = delete;
  ResultView& operator=(ResultView const&) = delete;

  /// What takes the whole result from the daemon.
  ResultIntake& intake() { return intake_; }
  /// After the last byte: what is still to be printed. `held` is all of a small result.
  Result<void> finish(std::string const& held);
  /// Prints the result that the journal keeps of an execution.
  Result<void> show_kept(std::string const& id);
  /// What that is made of and how it begins, for a terminal.
  Result<std::string> outline_kept(std::string const& id);

 private:
  struct Digest;
  bool pass_on(std::string_view bytes);
  bool print(std::string_view bytes);
  Result<void> select_from(std::string const& held);
  Result<void> fetch_selected();
  Result<void> present(std::string const& document);
  Result<void> present_passed(ResultIntake const& taken);
  Result<void> describe(std::int64_t size, std::string const* held);
  std::string description(std::int64_t size, std::optional<Execution> const& record) const;
  void show_outline(std::int64_t size, std::optional<Execution> const& record) const;
  std::string outline_text() const;
  std::vector<std::string> next_step() const;
  std::optional<std::int64_t> limit() const;
  std::optional<Execution> find_record();
  Digest& digest();

  Context& context_;
  ResultWish const wish_;
  bool is_whole_ = false;           ///< what passes now is all that is wanted of the result
  std::unique_ptr<Digest> digest_;  ///< of what is not printed while it comes
  ResultIntake intake_;
};

}  // namespace agenta::cli
