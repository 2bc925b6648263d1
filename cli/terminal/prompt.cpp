#include "cli/terminal/prompt.hpp"

#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::cli {

Result<std::string> Prompt::ask(std::string_view question, Error const& instead,
                                std::stop_token const& stop) {
  if (!may_ask_) return fail(instead);
  terminal_.flush();
  terminal_.err(visible(question) + " ");
  AGENTA_TRY(auto line, terminal_.read_line(stop));
  if (!line) return fail(instead);
  return std::move(*line);
}

Result<bool> Prompt::confirm(std::string_view question, Error const& instead, std::stop_token stop) {
  AGENTA_TRY(auto const answer, ask(std::string{question} + " [y/N]", instead, stop));
  std::string const word = to_lower(trim(answer));
  return word == "y" || word == "yes";
}

Result<bool> Prompt::confirm_likely(std::string_view question, Error const& instead, std::stop_token stop) {
  AGENTA_TRY(auto const answer, ask(std::string{question} + " [Y/n]", instead, stop));
  std::string const word = to_lower(trim(answer));
  return word.empty() || word == "y" || word == "yes";
}

Result<std::string> Prompt::text(std::string_view question, Error const& instead, std::stop_token stop) {
  AGENTA_TRY(auto const answer, ask(question, instead, stop));
  return std::string{trim(answer)};
}

Result<Secret> Prompt::secret(std::string_view question, Error const& instead, std::stop_token stop) {
  if (!may_ask_) return fail(instead);
  terminal_.hide_echo();
  Result<std::string> answer = [&] {
    // Ctrl-C restores the echo at once: a second one leaves without coming back here.
    std::stop_callback const restore{stop, [&] { terminal_.restore_echo(); }};
    return ask(question, instead, stop);
  }();
  terminal_.restore_echo();
  terminal_.err("\n");
  if (!answer) return fail(std::move(answer).error());
  return Secret{std::move(*answer)};
}

}  // namespace agenta::cli
