#include "cli/command/approval_card.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "cli/terminal/card.hpp"
#include "cli/terminal/json_print.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/style.hpp"
#include "cli/terminal/width.hpp"
#include "shared/base/readable_time.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kMostLines = 60;
constexpr std::size_t kLongestLine = 400;
constexpr std::size_t kShownEnd = 150;
constexpr int kSummaryValue = 24;  // columns

std::string cut_line(std::string_view line) { return cut_middle(line, kLongestLine, kShownEnd); }

/// At most so many lines, none endless: what matters must not scroll away behind what does not.
std::string excerpt(std::string const& text) {
  auto const lines = split(text, '\n');
  std::string out;
  for (std::size_t i = 0; i < std::min(lines.size(), kMostLines); ++i)
    out += "  " + cut_line(lines[i]) + "\n";
  if (lines.size() > kMostLines)
    out +=
        "  … " + std::to_string(lines.size() - kMostLines) + " lines more: approvals show --json tells all\n";
  return out;
}

/// A value on one line, as a terminal may have it.
std::string one_line(std::string const& json) { return cut_line(visible(json)); }

Answer answer_of(std::string const& word, MayWait may_wait, bool& is_understood) {
  is_understood = true;
  if (word == "o" || word == "once") return Answer::once;
  if (word == "s" || word == "session" || word == "this session") return Answer::session;
  if (word == "d" || word == "deny") return Answer::deny;
  if (may_wait == MayWait::yes && (word == "l" || word == "later")) return Answer::later;
  is_understood = false;
  return Answer::deny;
}

std::vector<protocol::JsonMember> arguments_of(Approval const& approval) {
  return protocol::members_of(approval.arguments.text).value_or(std::vector<protocol::JsonMember>{});
}

std::string summary_of(protocol::ApprovalView const& view, std::set<std::string> const& telling) {
  auto const goes_first = [&](std::string const& name) {
    return telling.contains(name) ||
           (view.changes && std::ranges::any_of(*view.changes, [&](protocol::JsonChange const& change) {
              return change.pointer == "/" + name || change.pointer.starts_with("/" + name + "/");
            }));
  };
  std::string first;
  std::string rest;
  for (protocol::JsonMember const& each : arguments_of(view.approval)) {
    std::string const value = protocol::read_string(each.value).value_or(std::string{each.value});
    std::string& out = goes_first(each.name) ? first : rest;
    out.append(out.empty() ? "" : " ").append(each.name).append("=").append(fit_width(value, kSummaryValue));
  }
  return first + (first.empty() || rest.empty() ? "" : " ") + rest;
}

}  // namespace

std::string change_lines(std::vector<protocol::JsonChange> const& changes) {
  std::string out;
  for (protocol::JsonChange const& each : changes) {
    std::string const where = visible(each.pointer.empty() ? "(all)" : each.pointer);
    if (each.before && each.after) {
      out += where + ": " + one_line(*each.before) + " -> " + one_line(*each.after);
    } else if (each.after) {
      out += where + ": " + one_line(*each.after) + " is new";
    } else {
      out += where + ": " + one_line(each.before.value_or("null")) + " is gone";
    }
    out += "\n";
  }
  return out;
}

std::string time_left(Approval const& approval, WallTime now) {
  if (approval.state != ApprovalState::pending || approval.expires_at <= now) return {};
  auto const left = std::chrono::ceil<std::chrono::seconds>(approval.expires_at - now);
  auto const minutes = left.count() / 60;
  auto const seconds = left.count() % 60;
  return "for " + (minutes > 0 ? std::to_string(minutes) + "m " : std::string{}) + std::to_string(seconds) +
         "s more";
}

std::string approval_card(protocol::ApprovalView const& view, bool has_color) {
  Approval const& approval = view.approval;
  Card card{approval.tool.text + " " + std::string{name_of(approval.state)}};
  card.row("session", approval.session_name)
      .row("version", approval.tool_version)
      .row("connection", approval.connection ? approval.connection->slug : "none")
      .row("rule", approval.decision.rule)
      .row("reason", approval.decision.reason)
      .row("approval", approval.id.text)
      .row("waits", time_left(approval, std::chrono::floor<std::chrono::milliseconds>(
                                            std::chrono::system_clock::now())));
  if (approval.state == ApprovalState::approved)
    card.row("for", approval.scope == ApprovalScope::session ? "the rest of the session" : "one call");
  if (approval.decided_at) card.row("decided", readable_time(*approval.decided_at));
  if (approval.decided_by) card.row("by", approval.decided_by->user);
  card.row("answer", approval.answer).row("execution", approval.execution.text);
  std::string out =
      card.render(has_color) + "\nArguments\n" + excerpt(pretty_json(approval.arguments.text, has_color));
  if (approval.arguments.text.find("[redacted]") != std::string::npos) {
    out += "\nWhat is called like a secret is sent as it is and not shown: [redacted] may be anything.\n";
  }
  if (!view.changes) return out;
  out += "\nCompared with the last call like it\n";
  return out +
         (view.changes->empty() ? "  the same\n" : excerpt(std::string{trim(change_lines(*view.changes))}));
}

std::string argument_summary(protocol::ApprovalView const& view) { return summary_of(view, {}); }

std::vector<std::string> argument_summaries(std::vector<protocol::ApprovalView> const& views) {
  std::map<std::string, std::map<std::string, std::string_view>> seen;
  std::map<std::string, std::set<std::string>> varied;
  for (protocol::ApprovalView const& view : views) {
    std::string const& tool = view.approval.tool.text;
    for (protocol::JsonMember const& each : arguments_of(view.approval)) {
      auto const [first, is_new] = seen[tool].try_emplace(each.name, each.value);
      if (!is_new && first->second != each.value) varied[tool].insert(each.name);
    }
  }
  std::vector<std::string> summaries;
  for (protocol::ApprovalView const& view : views)
    summaries.push_back(summary_of(view, varied[view.approval.tool.text]));
  return summaries;
}

std::string by_whom(Approval const& approval) {
  bool const is_known = approval.decided_by && !approval.decided_by->user.empty();
  return is_known ? " by " + approval.decided_by->user : "";
}

Result<Answer> ask_answer(Context& context, MayWait may_wait, Error const& instead,
                          std::stop_token const& settled) {
  std::string const choices = may_wait == MayWait::yes ? ", or later [o/s/d/l]" : " [o/s/d]";
  Prompt prompt = context.prompt();
  for (;;) {
    AGENTA_TRY(auto const typed,
               prompt.text_unless(settled, "Run it? once, for this session, or deny" + choices, instead,
                                  context.stop));
    if (!typed) return Answer::settled;
    bool is_understood = false;
    Answer const answer = answer_of(to_lower(*typed), may_wait, is_understood);
    if (is_understood) return answer;
  }
}

Result<protocol::ApprovalView> send_answer(Context& context, Approval const& approval, Answer answer,
                                           std::string const& reason) {
  auto const reply =
      context.call(answer == Answer::deny ? protocol::deny_approval(approval.id.text, reason)
                                          : protocol::approve(approval.id.text, answer == Answer::session
                                                                                    ? ApprovalScope::session
                                                                                    : ApprovalScope::once));
  if (reply) return protocol::decode_approval(reply->body);
  auto const now = context.call(protocol::get_approval(approval.id.text, std::chrono::seconds{0}));
  if (!now) return fail(reply.error());
  AGENTA_TRY(auto view, protocol::decode_approval(now->body));
  if (view.approval.state == ApprovalState::pending) return fail(reply.error());
  return view;
}

}  // namespace agenta::cli
