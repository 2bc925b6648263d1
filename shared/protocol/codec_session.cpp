#include "shared/protocol/codec_session.hpp"

#include <limits>
#include <string>

#include "shared/base/text.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec_detail.hpp"

namespace agenta::protocol {
namespace {

using detail::ObjectReader;
using detail::ObjectWriter;
using Bindings = std::vector<std::pair<std::string, std::string>>;

ServiceRequest request_of(std::string method, std::string path, std::string body = {}) {
  ServiceRequest request;
  request.method = std::move(method);
  request.target = std::string{kRoot}.append(path);
  request.body = std::move(body);
  return request;
}

std::string path_of(std::string_view name) { return "/sessions/" + percent_encode(name); }

class Query {
 public:
  Query& add(std::string_view name, std::string_view value) {
    if (!value.empty())
      text_.append(text_.empty() ? "?" : "&").append(name).append("=").append(percent_encode(value));
    return *this;
  }
  Query& add(std::string_view name, std::optional<int> value) {
    return value ? add(name, std::to_string(*value)) : *this;
  }
  std::string const& text() const { return text_; }

 private:
  std::string text_{};
};

std::string query_of(SessionToolQuery const& query) {
  return Query{}
      .add("cursor", query.cursor)
      .add("limit", query.limit)
      .add("format", query.format)
      .add("integration", query.integration)
      .text();
}

std::string write_bindings(Bindings const& bindings) {
  ObjectWriter out;
  for (auto const& [integration, connection] : bindings) out.text(integration, connection);
  return out.done();
}

Bindings read_bindings(ObjectReader& in, std::string const& name) {
  Bindings bindings;
  auto const json = in.find(name);
  if (!json) return bindings;
  auto const members = members_of(*json);
  if (!members) in.complain(name, "an object");
  for (JsonMember const& member : members.value_or(std::vector<JsonMember>{})) {
    auto value = read_string(member.value);
    if (!value) in.complain(name + "." + member.name, "text");
    bindings.emplace_back(member.name, std::move(value).value_or(""));
  }
  return bindings;
}

std::string write_uids(std::vector<unsigned> const& uids) {
  return detail::write_array(uids, [](unsigned uid) { return std::to_string(uid); });
}

std::vector<unsigned> read_uids(ObjectReader& in, std::string_view name) {
  std::vector<unsigned> uids;
  auto const json = in.find(name);
  if (!json) return uids;
  auto const elements = elements_of(*json);
  if (!elements) in.complain(name, "an array of user ids");
  for (std::string_view const each : elements.value_or(std::vector<std::string_view>{})) {
    constexpr std::size_t kDigits = 10;
    bool const is_number = !each.empty() && each.size() <= kDigits &&
                           each.find_first_not_of("0123456789") == std::string_view::npos;
    auto const value = is_number ? std::stoull(std::string{each}) : 0ULL;
    // The last one stands for "no user".
    if (!is_number || value >= std::numeric_limits<unsigned>::max()) {
      in.complain(name, "an array of user ids");
      continue;
    }
    uids.push_back(static_cast<unsigned>(value));
  }
  return uids;
}

std::string write_binding(SessionBinding const& binding) {
  return ObjectWriter{}
      .text("integration_slug", binding.integration.text)
      .text_or_null("connection_id", binding.connection.text)
      .text("connection_slug", binding.slug)
      .boolean("usable", binding.is_usable)
      .done();
}

SessionBinding read_binding(ObjectReader& in) {
  SessionBinding binding;
  binding.integration.text = in.required_text("integration_slug");
  binding.connection.text = in.text("connection_id");
  binding.slug = in.text("connection_slug");
  binding.is_usable = in.boolean("usable");
  return binding;
}

SessionView read_session(ObjectReader& in) {
  SessionView view;
  Session& session = view.session;
  session.id.text = in.required_text("id");
  session.name = in.required_text("name");
  auto const state = parse_session_state(in.text("state"));
  if (!state) in.complain("state", "a session's state");
  session.state = state.value_or(SessionState::closed);
  session.selectors = in.texts("tools");
  session.excluded = in.texts("excluded");
  view.tools_count = in.find_number("tools_count");
  view.denied_count = in.find_number("denied_count");
  session.bindings = in.each("connections", read_binding);
  for (std::string const& slug : in.texts("unbound")) {
    SessionBinding& binding = session.bindings.emplace_back();
    binding.integration.text = slug;
    binding.is_usable = false;
  }
  session.policy = in.text("policy");
  session.policy_source = in.text("policy_source");
  view.socket = in.text("socket");
  session.socket_uids = read_uids(in, "socket_uids");
  session.created_at = in.time("created_at").value_or(WallTime{});
  session.expires_at = in.time("expires_at");
  session.ended_at = in.time("ended_at");
  session.created_by = in.nested("created_by", detail::read_actor).value_or(Actor{});
  return view;
}

void write_count(ObjectWriter& out, std::string_view name, std::optional<std::int64_t> count) {
  count ? out.number(name, *count) : out.null(name);
}

std::vector<std::string> names_of(std::vector<Verdict> const& verdicts) {
  std::vector<std::string> names;
  for (Verdict const each : verdicts) names.emplace_back(name_of(each));
  return names;
}

std::string write_tool(SessionTool const& each) {
  ObjectWriter out;
  out.text("slug", each.tool.slug.text)
      .text("name", each.tool.name)
      .text("description", each.tool.description)
      .text("integration_slug", each.tool.integration.text)
      .text_or_null("version", each.tool.version)
      .texts("tags", each.tool.tags)
      .text_or_null("connection", each.connection)
      .text("verdict", name_of(each.verdict))
      .texts("verdicts", names_of(each.verdicts))
      .raw("hints", detail::write_hints(hints_of(each.tool)))
      .boolean("no_auth", each.tool.no_auth)
      .boolean("deprecated", each.tool.deprecated);
  if (each.definition) return out.raw("definition", each.definition->text).done();
  return out.raw("input_schema", detail::object_or_empty(each.tool.input_schema))
      .raw("output_schema", detail::object_or_empty(each.tool.output_schema))
      .done();
}

SessionTool read_tool(ObjectReader& in) {
  SessionTool each;
  each.tool.slug.text = in.required_text("slug");
  each.tool.name = in.text("name");
  each.tool.description = in.text("description");
  each.tool.integration.text = in.text("integration_slug");
  each.tool.version = in.text("version");
  each.tool.tags = in.texts("tags");
  each.connection = in.text("connection");
  auto const verdict = parse_verdict(in.text("verdict"));
  if (!verdict) in.complain("verdict", "allow, ask or deny");
  each.verdict = verdict.value_or(Verdict::ask);
  for (std::string const& name : in.texts("verdicts")) {
    if (auto const possible = parse_verdict(name)) each.verdicts.push_back(*possible);
  }
  each.tool.no_auth = in.boolean("no_auth");
  each.tool.deprecated = in.boolean("deprecated");
  each.tool.input_schema = in.object("input_schema").value_or(JsonText{});
  each.tool.output_schema = in.object("output_schema").value_or(JsonText{});
  if (auto const definition = in.find("definition")) each.definition = JsonText{std::string{*definition}};
  return each;
}

std::string write_missing(MissingTools const& missing) {
  return ObjectWriter{}
      .text("integration_slug", missing.integration.text)
      .text("reason", missing.reason)
      .texts("next_step", missing.next_step)
      .done();
}

MissingTools read_missing(ObjectReader& in) {
  MissingTools missing;
  missing.integration.text = in.required_text("integration_slug");
  missing.reason = in.text("reason");
  missing.next_step = in.texts("next_step");
  return missing;
}

std::string write_event(SessionEvent const& event) {
  return ObjectWriter{}
      .number("sequence", event.sequence)
      .time("at", event.at)
      .text("type", name_of(event.change))
      .raw("detail", detail::object_or_empty(event.detail))
      .done();
}

SessionEvent read_event(ObjectReader& in) {
  SessionEvent event;
  event.sequence = in.number("sequence");
  event.at = in.time("at").value_or(WallTime{});
  auto const change = parse_session_change(in.required_text("type"));
  if (!change) in.complain("type", "a change of a session");
  event.change = change.value_or(SessionChange::tools_added);
  event.detail = in.object("detail").value_or(JsonText{});
  return event;
}

}  // namespace

ServiceRequest create_session(SessionRequest const& request) {
  return request_of("POST", "/sessions", encode_session_request(request));
}
ServiceRequest list_sessions(std::string_view state, std::string_view cursor, std::optional<int> limit) {
  return request_of(
      "GET", "/sessions" + Query{}.add("state", state).add("cursor", cursor).add("limit", limit).text());
}
ServiceRequest get_session(std::string_view name) { return request_of("GET", path_of(name)); }
ServiceRequest close_session(std::string_view name) { return request_of("DELETE", path_of(name)); }
ServiceRequest change_session(std::string_view name, SessionPatch const& patch) {
  return request_of("POST", path_of(name) + "/tools", encode_session_patch(patch));
}
ServiceRequest list_session_tools(std::string_view name, SessionToolQuery const& query) {
  return request_of("GET", path_of(name) + "/tools" + query_of(query));
}
ServiceRequest list_session_changes(std::string_view name, std::string_view cursor,
                                    std::chrono::seconds wait) {
  Query query;
  query.add("cursor", cursor);
  if (wait.count() > 0) query.add("wait", std::to_string(wait.count()));
  auto request = request_of("GET", path_of(name) + "/changes" + query.text());
  constexpr std::chrono::seconds kBeyond{10};
  if (wait.count() > 0) request.timeout = wait + kBeyond;
  return request;
}
ServiceRequest get_own_session() { return request_of("GET", "/session"); }
ServiceRequest list_own_session_tools(SessionToolQuery const& query) {
  return request_of("GET", "/session/tools" + query_of(query));
}

std::string encode_session_request(SessionRequest const& request) {
  ObjectWriter out;
  if (!request.name.empty()) out.text("name", request.name);
  out.texts("tools", request.tools);
  if (!request.connections.empty()) out.raw("connections", write_bindings(request.connections));
  if (!request.policy.empty()) out.text("policy", request.policy);
  if (!request.policy_source.empty()) out.text("policy_source", request.policy_source);
  if (request.read_only) out.boolean("read_only", true);
  if (request.ttl) out.number("ttl_ms", request.ttl->count());
  if (!request.socket_uids.empty()) out.raw("socket_uids", write_uids(request.socket_uids));
  if (request.ephemeral) out.boolean("ephemeral", true);
  if (request.dry_run) out.boolean("dry_run", true);
  return out.done();
}

Result<SessionRequest> decode_session_request(std::string_view body) {
  return detail::decode_object(body, "the request", [](ObjectReader& in) {
    SessionRequest request;
    request.name = in.text("name");
    request.tools = in.texts("tools");
    request.connections = read_bindings(in, "connections");
    request.policy = in.text("policy");
    request.policy_source = in.text("policy_source");
    request.read_only = in.boolean("read_only");
    if (auto const ms = in.find_number("ttl_ms")) request.ttl = std::chrono::milliseconds{*ms};
    request.socket_uids = read_uids(in, "socket_uids");
    request.ephemeral = in.boolean("ephemeral");
    request.dry_run = in.boolean("dry_run");
    return request;
  });
}

std::string encode_session_patch(SessionPatch const& patch) {
  ObjectWriter out;
  if (!patch.add.empty()) out.texts("add", patch.add);
  if (!patch.remove.empty()) out.texts("remove", patch.remove);
  if (!patch.connections.empty()) out.raw("connections", write_bindings(patch.connections));
  return out.done();
}

Result<SessionPatch> decode_session_patch(std::string_view body) {
  return detail::decode_object(body, "the request", [](ObjectReader& in) {
    SessionPatch patch;
    patch.add = in.texts("add");
    patch.remove = in.texts("remove");
    patch.connections = read_bindings(in, "connections");
    return patch;
  });
}

std::string encode_session(SessionView const& view) {
  Session const& session = view.session;
  std::vector<SessionBinding> bound;
  std::vector<std::string> unbound;
  for (SessionBinding const& each : session.bindings) {
    if (each.is_unbound()) {
      unbound.push_back(each.integration.text);
    } else {
      bound.push_back(each);
    }
  }
  ObjectWriter out;
  out.text("id", session.id.text)
      .text("name", session.name)
      .text("state", name_of(session.state))
      .texts("tools", session.selectors)
      .texts("excluded", session.excluded);
  write_count(out, "tools_count", view.tools_count);
  write_count(out, "denied_count", view.denied_count);
  return out.raw("connections", detail::write_array(bound, write_binding))
      .texts("unbound", unbound)
      .text_or_null("policy", session.policy)
      .text("policy_source", session.policy_source)
      .text_or_null("socket", view.socket)
      .raw("socket_uids", write_uids(session.socket_uids))
      .time("created_at", session.created_at)
      .time("expires_at", session.expires_at)
      .time("ended_at", session.ended_at)
      .raw("created_by", detail::write_actor(session.created_by))
      .done();
}

std::string encode_sessions(Page<SessionView> const& page) {
  return detail::write_page(page, encode_session);
}

Result<SessionView> decode_session(std::string_view body) {
  return detail::decode_object(body, "the session", read_session);
}

Result<Page<SessionView>> decode_sessions(std::string_view body) {
  return detail::decode_object(body, "the list of sessions", [](ObjectReader& in) {
    return detail::read_page<SessionView>(in, read_session);
  });
}

std::string encode_session_tools(SessionTools const& tools) {
  return detail::write_page(tools.page, write_tool, [&](ObjectWriter& out) {
    out.raw("unavailable", detail::write_array(tools.unavailable, write_missing));
  });
}

Result<SessionTools> decode_session_tools(std::string_view body) {
  return detail::decode_object(body, "the list of tools", [](ObjectReader& in) {
    SessionTools tools;
    tools.page = detail::read_page<SessionTool>(in, read_tool);
    tools.unavailable = in.each("unavailable", read_missing);
    return tools;
  });
}

std::string encode_session_events(Page<SessionEvent> const& page) {
  return detail::write_page(page, write_event);
}

Result<Page<SessionEvent>> decode_session_events(std::string_view body) {
  return detail::decode_object(body, "the list of changes", [](ObjectReader& in) {
    return detail::read_page<SessionEvent>(in, read_event);
  });
}

}  // namespace agenta::protocol
