#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "cli/terminal/terminal.hpp"
#include "shared/base/secret.hpp"

namespace agenta::cli {

/// Asks the person at the terminal, on stderr. Where nobody can be asked (no terminal on stdin, `--no-input`,
/// CI) every question is `INPUT_NEEDED`, at once, saying what was needed and `instead`: how to give it
/// otherwise; so it is, in other words, where the person ends the input. What was typed when a signal came is
/// `CANCELLED`, and used for nothing.
class Prompt {
 public:
  /// `was_interrupted`: whether a signal came that ends the command.
  Prompt(
      Terminal& terminal, bool may_ask, std::function<bool()> was_interrupted = [] { return false; })
      : terminal_(terminal),
        may_ask_(may_ask && terminal.in_is_tty()),
        was_interrupted_(std::move(was_interrupted)) {}

  bool may_ask() const { return may_ask_; }
  /// `y` or `yes` is yes, all else no.
  Result<bool> confirm(std::string_view question, Error const& instead, std::stop_token const& stop);
  /// For what is harmless and wanted more often than not: Enter is yes too.
  Result<bool> confirm_likely(std::string_view question, Error const& instead, std::stop_token const& stop);
  Result<std::string> text(std::string_view question, Error const& instead, std::stop_token const& stop);
  /// The same where something else may settle the question: nothing once `settled` is requested before an
  /// answer was typed. One that was typed by then is given, for the caller to judge which of the two counts.
  Result<std::optional<std::string>> text_unless(std::stop_token const& settled, std::string_view question,
                                                 Error const& instead, std::stop_token const& stop);
  /// Reads without echo; the echo comes back however it ends.
  Result<Secret> secret(std::string_view question, Error const& instead, std::stop_token const& stop);

 private:
  Result<std::string> read(std::string_view question, Error const& instead, std::stop_token const& stop,
                           std::stop_token const& settled = {});
  Result<std::string> ask(std::string_view question, Error const& instead, std::stop_token const& stop);

  Terminal& terminal_;
  bool may_ask_;
  std::function<bool()> was_interrupted_;
};

}  // namespace agenta::cli
