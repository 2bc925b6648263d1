#include "cli/mcp/turn.hpp"

#include <array>
#include <cstdio>

namespace agenta::mcp {
namespace {

using protocol::find_member;

std::string write_number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.10g", value);
  return text.data();
}

}  // namespace

Turn::Turn(Parts parts, Speech speech, std::string tool, std::string arguments, std::string_view params)
    : parts_(std::move(parts)),
      speech_(std::move(speech)),
      tool_(std::move(tool)),
      arguments_(std::move(arguments)) {
  if (speech_.era == Era::legacy) return;
  if (auto const answers = find_member(params, "inputResponses"); answers && answers->starts_with('{'))
    responses_ = *answers;
  if (auto const state = find_member(params, "requestState"))
    raw_state_ = protocol::read_string(*state).value_or(std::string{*state});
}

void Turn::progress(double done, std::string_view total, std::string_view message) {
  if (speech_.progress_token.empty()) return;
  JsonObject out;
  out.raw("progressToken", speech_.progress_token).raw("progress", write_number(done));
  if (!total.empty()) out.raw("total", total);
  if (!message.empty() && speech_.at_least("2025-03-26")) out.text("message", message);
  parts_.request.notify("notifications/progress", out.done());
}

void Turn::log(std::string_view level, std::string_view data) {
  if (!is_logged(level, speech_.log_level)) return;
  parts_.request.notify(
      "notifications/message",
      JsonObject{}.text("level", level).text("logger", "agenta-tools").raw("data", data).done());
}

std::optional<std::string> Turn::open_state() const {
  return parts_.seal.open(raw_state_, tool_, arguments_, std::chrono::steady_clock::now());
}

std::string Turn::seal_state(std::string_view note) const {
  return parts_.seal.seal(tool_, arguments_, note, std::chrono::steady_clock::now());
}

expected<std::optional<Turn::Resumed>, RpcError> Turn::resumed(std::string_view key) const {
  if (raw_state_.empty()) return std::optional<Resumed>{};
  auto note = open_state();
  if (!note) {
    return unexpected(RpcError{.code = kInvalidParams,
                               .message =
                                   "requestState is not one that was given for this call, or is too old: "
                                   "make the call again without it"});
  }
  if (!note->starts_with(key)) return std::optional<Resumed>{};
  Resumed out{.note = *std::move(note)};
  if (!responses_.empty()) out.answer = read_answer(find_member(responses_, key).value_or("null"));
  if (out.answer.action == Answer::Action::unanswered) return std::optional<Resumed>{};
  return std::optional{std::move(out)};
}

std::optional<Answer> Turn::ask(std::string_view key, std::string_view params, std::string_view note,
                                std::chrono::milliseconds patience, Peer::Meanwhile const& meanwhile) {
  if (speech_.era == Era::legacy) return ask_raw("elicitation/create", params, patience, meanwhile);
  std::string const question = JsonObject{}.text("method", "elicitation/create").raw("params", params).done();
  pending_.requests = JsonObject{}.raw(key, question).done();
  pending_.state = seal_state(note);
  return std::nullopt;
}

}  // namespace agenta::mcp
