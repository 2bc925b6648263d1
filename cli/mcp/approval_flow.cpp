#include "cli/mcp/approval_flow.hpp"

#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/api.hpp"

namespace agenta::mcp {
namespace {

using protocol::find_member;
using protocol::find_pointer;
using std::chrono::milliseconds;

/// Beyond what the daemon lets a question stand by default.
constexpr milliseconds kAskPatience{300'000};
/// Of a question.
constexpr std::size_t kMostLines = 60;
constexpr std::size_t kLongestLine = 300;
constexpr std::size_t kShownEnd = 100;

std::string shown(std::string_view text) { return cli::visible(text, cli::Lines::kept); }

std::string text_at(std::string_view document, std::string_view pointer) {
  return protocol::read_string(find_pointer(document, pointer).value_or("")).value_or("");
}

/// A value on one line.
std::string one_line(std::string_view json) {
  return cli::cut_middle(cli::visible(json), kLongestLine, kShownEnd);
}

/// What a question tells of the arguments: each value on a line of its own, so that none hides behind
/// another.
class ValueLines {
 public:
  void add(std::string const& pointer, std::string_view json) {
    auto const members = protocol::members_of(json);
    if (members && !members->empty()) {
      for (auto const& [name, value] : *members)
        add(pointer + "/" + replace_all(replace_all(name, "~", "~0"), "/", "~1"), value);
      return;
    }
    auto const elements = protocol::elements_of(json);
    if (elements && !elements->empty()) {
      for (std::size_t i = 0; i < elements->size(); ++i)
        add(pointer + "/" + std::to_string(i), (*elements)[i]);
      return;
    }
    line((pointer.empty() ? "(all)" : cli::visible(pointer)) + ": " + one_line(json));
  }
  void line(std::string const& text) {
    if (++count_ <= kMostLines) text_ += "\n  " + text;
  }
  std::string done() const {
    if (count_ <= kMostLines) return text_;
    return text_ + "\n  … " + std::to_string(count_ - kMostLines) + " more, which are not shown here";
  }

 private:
  std::string text_{};
  std::size_t count_ = 0;
};

std::string question_of(std::string_view approval) {
  std::string out = "May " + shown(text_at(approval, "/tool")) + " run";
  std::string const connection = text_at(approval, "/connection/slug");
  if (!connection.empty()) out += " on the connection " + shown(connection);
  ValueLines arguments;
  arguments.add("", find_member(approval, "arguments").value_or("{}"));
  out += "?\nArguments:" + arguments.done();
  if (auto const changes = protocol::elements_of(find_member(approval, "changes").value_or("[]"));
      changes && !changes->empty()) {
    ValueLines lines;
    for (std::string_view const each : *changes) {
      auto const side = [&](std::string_view name) {
        auto const value = find_member(each, name);
        return value ? one_line(*value) : std::string{"(not given)"};
      };
      lines.line(cli::visible(text_at(each, "/pointer")) + ": " + side("before") + " -> " + side("after"));
    }
    out += "\nAgainst the last call like it:" + lines.done();
  }
  std::string const rule = text_at(approval, "/rule");
  if (!rule.empty()) out += "\nAsked by: " + shown(rule);
  if (std::string const reason = text_at(approval, "/reason"); !reason.empty())
    out += " (" + shown(reason) + ")";
  return out;
}

std::string form_of(std::string_view approval) {
  constexpr std::string_view kSchema =
      R"({"type":"object","properties":{"decision":{"type":"string","title":"Decision",)"
      R"("description":"once: this call alone. session: this tool on this connection, until the session ends. )"
      R"(deny: not at all.","enum":["once","session","deny"]}},"required":["decision"]})";
  return JsonObject{}
      .text("mode", "form")
      .text("message", question_of(approval))
      .raw("requestedSchema", kSchema)
      .done();
}

/// The elicitation of 2025-06-18 knew forms alone, and no mode.
std::string form_for(Speech const& speech, std::string_view approval) {
  std::string form = form_of(approval);
  if (speech.at_least("2025-11-25")) return form;
  constexpr std::string_view kMode = R"("mode":"form",)";
  return form.erase(form.find(kMode), kMode.size());
}

ServiceRequest decide(std::string const& id, std::string_view verb, std::string body) {
  ServiceRequest request;
  request.method = "POST";
  request.target =
      std::string{protocol::kRoot} + "/approvals/" + percent_encode(id) + "/" + std::string{verb};
  request.body = std::move(body);
  return request;
}

}  // namespace

CallEnd ApprovalFlow::tell(std::string const& id, std::string_view tool) const {
  Error error;
  error.code = ErrorCode::approval_required;
  error.message = std::string{tool} + " needs the approval of a person, and nothing ran. " +
                  (may_decide_ ? "Ask the user to approve it, then repeat" : "Once it is approved, repeat") +
                  " this very call: it will go through";
  error.context.text = JsonObject{}.text("approval_id", id).done();
  error.next_step = {"agenta-tools", "approvals", "approve", id};
  error.retryable = Retryable::yes;
  return result_of_error(error, complete_);
}

std::optional<CallEnd> ApprovalFlow::take_answer(Turn& turn, Answer const& answer, std::string const& id,
                                                 std::string_view tool) const {
  std::string const decision = text_at(answer.result, "/content/decision");
  if (answer.action != Answer::Action::accept || decision.empty()) return tell(id, tool);
  if (decision == "deny") {
    auto const denied = turn.service().call(decide(id, "deny", "{}"), turn.stop());
    if (!denied) return result_of_error(denied.error(), complete_);
    return result_of_error(
        Error{.code = ErrorCode::policy_denied,
              .message = "the user denied " + std::string{tool} + "; nothing ran. Do not repeat this call"},
        complete_);
  }
  // Nothing but the very words that were offered lets a call run.
  bool const is_approval = decision == "once" || decision == "session";
  if (!is_approval) return tell(id, tool);
  auto const approved =
      turn.service().call(decide(id, "approve", JsonObject{}.text("scope", decision).done()), turn.stop());
  if (!approved) return result_of_error(approved.error(), complete_);
  return std::nullopt;
}

std::optional<CallEnd> ApprovalFlow::offer(Turn& turn, Error const& error, std::string_view tool,
                                           std::string& approval) const {
  std::string_view const document = find_member(error.context.text, "approval").value_or("{}");
  approval = text_at(document, "/id");
  if (approval.empty()) return result_of_error(error, complete_);
  if (!may_decide_ || !turn.speech().client.form) return tell(approval, tool);
  auto const answer =
      turn.ask(kKey, form_for(turn.speech(), document), std::string{kKey} + approval, kAskPatience);
  if (!answer) return turn.pending();
  return take_answer(turn, *answer, approval, tool);
}

std::optional<CallEnd> ApprovalFlow::resume(Turn& turn, Turn::Resumed const& resumed, std::string_view tool,
                                            std::string& approval) const {
  approval = resumed.note.substr(kKey.size());
  return take_answer(turn, resumed.answer, approval, tool);
}

}  // namespace agenta::mcp
