#include "cli/terminal/prompt.hpp"

#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::cli {
namespace {

/// Somebody was asked, and ended the input.
Error unanswered(Error const& instead) {
  constexpr std::string_view kNobody = "there is nobody to ask";
  constexpr std::string_view kNothing = "no answer was given";
  Error error = instead;
  std::size_t const at = error.message.find(kNobody);
  if (at == std::string::npos) {
    error.message.append(": ").append(kNothing);
  } else {
    error.message.replace(at, kNobody.size(), kNothing);
  }
  return error;
}

}  // namespace

/// Leaves the cursor where the question or what was typed ends.
Result<std::string> Prompt::read(std::string_view question, Error const& instead, std::stop_token const& stop,
                                 std::stop_token const& settled) {
  if (!may_ask_) return fail(instead);
  terminal_.flush();
  terminal_.err(visible(question) + " ");
  auto line = terminal_.read_line(stop, settled);
  // A line that came right behind the signal is no answer.
  if (stop.stop_requested() || was_interrupted_()) {
    if (line && *line) Secret const unused{std::move(**line)};
    return fail(ErrorCode::cancelled, "interrupted");
  }
  if (!line) return fail(std::move(line).error());
  if (!*line) return fail(unanswered(instead));
  return std::move(**line);
}

Result<std::string> Prompt::ask(std::string_view question, Error const& instead,
                                std::stop_token const& stop) {
  auto line = read(question, instead, stop);
  if (!line && may_ask_) terminal_.err("\n");
  return line;
}

Result<bool> Prompt::confirm(std::string_view question, Error const& instead, std::stop_token const& stop) {
  AGENTA_TRY(auto const answer, ask(std::string{question} + " [y/N]", instead, stop));
  std::string const word = to_lower(trim(answer));
  return word == "y" || word == "yes";
}

Result<bool> Prompt::confirm_likely(std::string_view question, Error const& instead,
                                    std::stop_token const& stop) {
  AGENTA_TRY(auto const answer, ask(std::string{question} + " [Y/n]", instead, stop));
  std::string const word = to_lower(trim(answer));
  return word.empty() || word == "y" || word == "yes";
}

Result<std::string> Prompt::text(std::string_view question, Error const& instead,
                                 std::stop_token const& stop) {
  AGENTA_TRY(auto const answer, ask(question, instead, stop));
  return std::string{trim(answer)};
}

Result<std::optional<std::string>> Prompt::text_unless(std::stop_token const& settled,
                                                       std::string_view question, Error const& instead,
                                                       std::stop_token const& stop) {
  auto line = read(question, instead, stop, settled);
  if (line) return std::optional{std::string{trim(*line)}};
  if (may_ask_) terminal_.err("\n");
  bool const is_interrupted = stop.stop_requested() || was_interrupted_();
  if (settled.stop_requested() && !is_interrupted && line.error().code == ErrorCode::cancelled)
    return std::optional<std::string>{};
  return fail(std::move(line).error());
}

Result<Secret> Prompt::secret(std::string_view question, Error const& instead, std::stop_token const& stop) {
  if (!may_ask_) return fail(instead);
  terminal_.hide_echo();
  Result<std::string> answer = [&] {
    // Ctrl-C restores the echo at once: a second one leaves without coming back here.
    std::stop_callback const restore{stop, [&] { terminal_.restore_echo(); }};
    return read(question, instead, stop);
  }();
  terminal_.restore_echo();
  terminal_.err("\n");
  if (!answer) return fail(std::move(answer).error());
  return Secret{std::move(*answer)};
}

}  // namespace agenta::cli
