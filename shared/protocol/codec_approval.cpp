#include "shared/protocol/codec_approval.hpp"

#include <algorithm>

#include "shared/base/text.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec_detail.hpp"

namespace agenta::protocol {
namespace {

using detail::ObjectReader;
using detail::ObjectWriter;

ServiceRequest request_of(std::string method, std::string_view path, std::string body = {}) {
  ServiceRequest request;
  request.method = std::move(method);
  request.target = std::string{kRoot}.append("/approvals").append(path);
  request.body = std::move(body);
  return request;
}

/// A held reply comes with what the holding takes beside the usual patience.
ServiceRequest held(ServiceRequest request, std::chrono::seconds wait) {
  if (wait.count() <= 0) return request;
  request.target += request.target.find('?') == std::string::npos ? "?wait=" : "&wait=";
  request.target += std::to_string(wait.count());
  request.timeout = wait + std::chrono::seconds{10};
  return request;
}

std::string segment(std::string_view id) { return "/" + percent_encode(id); }

std::string_view name_of_scope(ApprovalScope scope) {
  return scope == ApprovalScope::session ? "session" : "once";
}

std::string write_connection(std::optional<ConnectionReference> const& connection) {
  if (!connection) return "null";
  return ObjectWriter{}.text("id", connection->id.text).text("slug", connection->slug).done();
}

ConnectionReference read_connection(ObjectReader& in) { return {{in.text("id")}, in.text("slug")}; }

std::string write_change(JsonChange const& change) {
  ObjectWriter out;
  out.text("pointer", change.pointer);
  if (change.before) out.raw("before", *change.before);
  if (change.after) out.raw("after", *change.after);
  return out.done();
}

/// A null is a value here, and not the same as nothing.
JsonChange read_change(std::string_view object) {
  JsonChange change;
  change.pointer = read_string(find_member(object, "pointer").value_or("\"\"")).value_or("");
  if (auto const before = find_member(object, "before")) change.before = std::string{*before};
  if (auto const after = find_member(object, "after")) change.after = std::string{*after};
  return change;
}

ObjectWriter begin_approval(Approval const& approval) {
  ObjectWriter out;
  out.text("id", approval.id.text)
      .text("session", approval.session_name)
      .text("tool", approval.tool.text)
      .text_or_null("tool_version", approval.tool_version)
      .raw("connection", write_connection(approval.connection))
      .raw("arguments", detail::object_or_empty(approval.arguments));
  return out;
}

void end_approval(ObjectWriter& out, Approval const& approval) {
  out.text("rule", approval.decision.rule)
      .text_or_null("reason", approval.decision.reason)
      .text("state", name_of(approval.state))
      .text("scope", name_of_scope(approval.scope))
      .boolean("awaited", approval.awaited)
      .time("created_at", approval.created_at)
      .time("expires_at", approval.expires_at)
      .time("decided_at", approval.decided_at);
}

ApprovalView read_approval(ObjectReader& in) {
  ApprovalView view;
  Approval& approval = view.approval;
  approval.id.text = in.required_text("id");
  approval.session_name = in.text("session");
  approval.tool.text = in.text("tool");
  approval.tool_version = in.text("tool_version");
  approval.connection = in.nested("connection", read_connection);
  approval.arguments = in.object("arguments").value_or(JsonText{});
  approval.previous = in.object("previous");
  if (auto const changes = in.find("changes")) {
    view.changes.emplace();
    for (std::string_view const each : elements_of(*changes).value_or(std::vector<std::string_view>{}))
      view.changes->push_back(read_change(each));
  }
  approval.decision.rule = in.text("rule");
  approval.decision.reason = in.text("reason");
  auto const state = parse_approval_state(in.text("state"));
  if (!state) in.complain("state", "an approval's state");
  approval.state = state.value_or(ApprovalState::expired);
  approval.scope = in.text("scope") == "session" ? ApprovalScope::session : ApprovalScope::once;
  approval.awaited = in.boolean("awaited");
  approval.created_at = in.time("created_at").value_or(WallTime{});
  approval.expires_at = in.time("expires_at").value_or(WallTime{});
  approval.decided_at = in.time("decided_at");
  approval.decided_by = in.nested("decided_by", detail::read_actor);
  approval.answer = in.text("answer");
  approval.execution.text = in.text("execution_id");
  return view;
}

Verdict read_verdict(ObjectReader& in, std::string_view name) {
  auto const verdict = parse_verdict(in.text(name));
  if (!verdict) in.complain(name, "allow, ask or deny");
  return verdict.value_or(Verdict::deny);
}

std::size_t read_count(ObjectReader& in, std::string_view name) {
  return static_cast<std::size_t>(std::max<std::int64_t>(in.number(name), 0));
}

std::int64_t signed_of(std::size_t count) { return static_cast<std::int64_t>(count); }

std::string write_considered(ConsideredRule const& rule) {
  return ObjectWriter{}
      .number("rule", signed_of(rule.rule))
      .number("line", signed_of(rule.line))
      .text_or_null("name", rule.name)
      .boolean("fits", rule.fits)
      .text_or_null("why_not", rule.why_not)
      .done();
}

std::string write_case(PolicyTestCase const& one) {
  ObjectWriter out;
  out.number("line", signed_of(one.line)).text("tool", one.tool).text("expect", name_of(one.expect));
  if (one.decision) {
    out.text("verdict", name_of(one.decision->verdict)).text("rule", one.decision->rule);
  } else {
    out.null("verdict").null("rule");
  }
  return out.boolean("ok", one.ok).text_or_null("message", one.message).done();
}

PolicyTestCase read_case(ObjectReader& in) {
  PolicyTestCase one;
  one.line = read_count(in, "line");
  one.tool = in.text("tool");
  one.expect = read_verdict(in, "expect");
  if (in.has("verdict")) one.decision = PolicyDecision{read_verdict(in, "verdict"), in.text("rule"), {}};
  one.ok = in.boolean("ok");
  one.message = in.text("message");
  return one;
}

std::string write_unmatched(UnmatchedName const& each) {
  return ObjectWriter{}
      .text("rule", each.rule)
      .number("line", signed_of(each.line))
      .text("name", each.name)
      .done();
}

}  // namespace

ServiceRequest list_approvals(ApprovalQuery const& query) {
  std::string out;
  auto const add = [&](std::string_view name, std::string_view value) {
    if (!value.empty())
      out.append(out.empty() ? "?" : "&").append(name).append("=").append(percent_encode(value));
  };
  add("state", query.state);
  if (query.granted) add("granted", "true");
  add("session", query.session);
  add("cursor", query.cursor);
  if (query.limit) add("limit", std::to_string(*query.limit));
  return request_of("GET", out);
}

ServiceRequest get_approval(std::string_view id, std::chrono::seconds wait) {
  return held(request_of("GET", segment(id)), wait);
}

ServiceRequest get_awaited_approval(std::string_view id, std::chrono::seconds wait) {
  return held(request_of("GET", segment(id) + "?until=awaited"), wait);
}

ServiceRequest wait_for_answer(std::string_view id, std::chrono::milliseconds wait) {
  ServiceRequest request = request_of("POST", segment(id) + "/wait");
  request.timeout = wait;
  return request;
}

ServiceRequest approve(std::string_view id, ApprovalScope scope) {
  return request_of("POST", segment(id) + "/approve",
                    ObjectWriter{}.text("scope", name_of_scope(scope)).done());
}

ServiceRequest deny_approval(std::string_view id, std::string_view reason) {
  ObjectWriter out;
  if (!reason.empty()) out.text("reason", reason);
  return request_of("POST", segment(id) + "/deny", out.done());
}

ServiceRequest revoke_approval(std::string_view id) {
  return request_of("POST", segment(id) + "/revoke", "{}");
}

ServiceRequest withdraw_approval(std::string_view id) {
  return request_of("POST", segment(id) + "/withdraw", "{}");
}

ServiceRequest list_approval_changes(std::string_view cursor, std::chrono::seconds wait) {
  std::string path = "/changes";
  if (!cursor.empty()) path += "?cursor=" + percent_encode(cursor);
  return held(request_of("GET", path), wait);
}

std::string encode_approval(Approval const& approval) {
  ObjectWriter out = begin_approval(approval);
  if (approval.previous) {
    out.raw("previous", detail::object_or_empty(*approval.previous))
        .raw("changes", detail::write_array(find_changes(approval.previous->text, approval.arguments.text),
                                            write_change));
  } else {
    out.null("previous").null("changes");
  }
  end_approval(out, approval);
  return out.raw("decided_by", approval.decided_by ? detail::write_actor(*approval.decided_by) : "null")
      .text_or_null("answer", approval.answer)
      .text_or_null("execution_id", approval.execution.text)
      .done();
}

std::string encode_own_approval(Approval const& approval) {
  ObjectWriter out = begin_approval(approval);
  end_approval(out, approval);
  return out.done();
}

std::string encode_approvals(Page<Approval> const& page) { return detail::write_page(page, encode_approval); }

Result<ApprovalView> decode_approval(std::string_view body) {
  return detail::decode_object(body, "the approval", read_approval);
}

Result<Page<ApprovalView>> decode_approvals(std::string_view body) {
  return detail::decode_object(body, "the list of approvals", [](ObjectReader& in) {
    return detail::read_page<ApprovalView>(in, read_approval);
  });
}

Result<ApprovalScope> decode_approve(std::string_view body) {
  return detail::decode_object(body.empty() ? "{}" : body, "the request", [](ObjectReader& in) {
    std::string const scope = in.text("scope");
    if (!scope.empty() && scope != "once" && scope != "session") in.complain("scope", "once or session");
    return scope == "session" ? ApprovalScope::session : ApprovalScope::once;
  });
}

Result<std::string> decode_deny(std::string_view body) {
  return detail::decode_object(body.empty() ? "{}" : body, "the request",
                               [](ObjectReader& in) { return in.text("reason"); });
}

std::string encode_decision(PolicyDecision const& decision) {
  return ObjectWriter{}
      .text("verdict", name_of(decision.verdict))
      .text("rule", decision.rule)
      .text_or_null("reason", decision.reason)
      .done();
}

std::string quoted(std::string_view text) { return write_string(text); }

ServiceRequest explain_policy(ExplainRequest const& request) {
  ObjectWriter out;
  out.text("tool", request.tool).raw("arguments", detail::object_or_empty(request.arguments));
  if (!request.text_paths.empty()) out.texts("text_paths", request.text_paths);
  if (request.policy) out.text("policy", *request.policy).text("source", request.source);
  if (!request.session.empty()) out.text("session", request.session);
  if (!request.connection.empty()) out.text("connection", request.connection);
  ServiceRequest made;
  made.method = "POST";
  made.target = std::string{kRoot} + "/policy/explain";
  made.body = out.done();
  return made;
}

ServiceRequest test_policy(PolicyTestRequest const& request) {
  ObjectWriter out;
  out.text("text", request.text).text("source", request.source);
  if (request.policy) out.text("policy", *request.policy).text("policy_source", request.policy_source);
  ServiceRequest made;
  made.method = "POST";
  made.target = std::string{kRoot} + "/policy/test";
  made.body = out.done();
  return made;
}

Result<ExplainRequest> decode_explain_request(std::string_view body) {
  return detail::decode_object(body, "the request", [](ObjectReader& in) {
    ExplainRequest request;
    if (in.has("policy")) request.policy = in.text("policy");
    request.source = in.text("source");
    request.session = in.text("session");
    if (request.policy && !request.session.empty())
      in.complain("session", "left out where a policy is given");
    request.tool = in.required_text("tool");
    request.connection = in.text("connection");
    request.arguments = in.object("arguments").value_or(JsonText{});
    request.text_paths = in.texts("text_paths");
    return request;
  });
}

Result<PolicyTestRequest> decode_policy_test_request(std::string_view body) {
  return detail::decode_object(body, "the request", [](ObjectReader& in) {
    PolicyTestRequest request;
    request.text = in.text("text");
    request.source = in.text("source");
    if (in.has("policy")) request.policy = in.text("policy");
    request.policy_source = in.text("policy_source");
    return request;
  });
}

std::string encode_explanation(PolicyExplanation const& explanation) {
  return ObjectWriter{}
      .text("verdict", name_of(explanation.decision.verdict))
      .text("rule", explanation.decision.rule)
      .text_or_null("reason", explanation.decision.reason)
      .text("tool", explanation.tool)
      .text_or_null("connection", explanation.connection)
      .text("policy_source", explanation.policy_source)
      .raw("hints", detail::write_hints(explanation.hints))
      .raw("considered", detail::write_array(explanation.considered, write_considered))
      .texts("warnings", explanation.warnings)
      .done();
}

Result<PolicyExplanation> decode_explanation(std::string_view body) {
  return detail::decode_object(body, "the explanation", [](ObjectReader& in) {
    PolicyExplanation explanation;
    explanation.decision.verdict = read_verdict(in, "verdict");
    explanation.decision.rule = in.text("rule");
    explanation.decision.reason = in.text("reason");
    explanation.tool = in.text("tool");
    explanation.connection = in.text("connection");
    explanation.policy_source = in.text("policy_source");
    explanation.hints = in.nested("hints", detail::read_hints).value_or(ToolHints{});
    explanation.considered = in.each("considered", [](ObjectReader& inner) {
      return ConsideredRule{read_count(inner, "rule"), read_count(inner, "line"), inner.text("name"),
                            inner.boolean("fits"), inner.text("why_not")};
    });
    explanation.warnings = in.texts("warnings");
    return explanation;
  });
}

std::string encode_policy_report(PolicyTestReport const& report) {
  std::string const coverage =
      ObjectWriter{}
          .number("rules", signed_of(report.rules))
          .number("covered", signed_of(report.rules - report.uncovered.size()))
          .raw(
              "uncovered",
              detail::write_array(
                  report.uncovered,
                  [](UncoveredRule const& each) {
                    return ObjectWriter{}.text("rule", each.rule).number("line", signed_of(each.line)).done();
                  }))
          .done();
  return ObjectWriter{}
      .number("passed", signed_of(report.passed))
      .number("failed", signed_of(report.failed))
      .raw("cases", detail::write_array(report.cases, write_case))
      .raw("coverage", coverage)
      .raw("unmatched", detail::write_array(report.unmatched, write_unmatched))
      .done();
}

Result<PolicyTestReport> decode_policy_report(std::string_view body) {
  return detail::decode_object(body, "the report", [](ObjectReader& in) {
    PolicyTestReport report;
    report.passed = read_count(in, "passed");
    report.failed = read_count(in, "failed");
    report.cases = in.each("cases", read_case);
    in.nested("coverage", [&report](ObjectReader& inner) {
      report.rules = read_count(inner, "rules");
      report.uncovered = inner.each("uncovered", [](ObjectReader& one) {
        return UncoveredRule{one.text("rule"), read_count(one, "line")};
      });
      return true;
    });
    report.unmatched = in.each("unmatched", [](ObjectReader& one) {
      return UnmatchedName{one.text("rule"), read_count(one, "line"), one.text("name")};
    });
    return report;
  });
}

}  // namespace agenta::protocol
