#include "cli/mcp/server.hpp"

namespace agenta::mcp {
namespace {

using protocol::find_member;
using std::chrono::milliseconds;

/// Calls that run at once; what comes beyond waits, in its order.
constexpr std::size_t kMostCalls = 64;
/// Lists are not kept waiting by calls.
constexpr std::size_t kMostQuestions = 2;
/// A person may take a while to follow a link.
constexpr milliseconds kStateLife{3'600'000};

RpcError bad_params(std::string message) { return {.code = kInvalidParams, .message = std::move(message)}; }

RpcError no_method(std::string const& method) {
  return {.code = kMethodNotFound, .message = "Method not found: " + method};
}

std::optional<std::string> text_member(std::string_view document, std::string_view name) {
  return protocol::read_string(find_member(document, name).value_or(""));
}

/// Arguments are an object; models also send one as text, and nothing for none.
expected<std::string, RpcError> read_arguments(std::string_view params) {
  auto const given = find_member(params, "arguments").value_or("null");
  if (given == "null") return std::string{"{}"};
  if (given.starts_with('{')) return std::string{given};
  auto const text = protocol::read_string(given);
  if (text && text->empty()) return std::string{"{}"};
  if (text && text->starts_with('{') && protocol::is_json(*text)) return *text;
  return unexpected(bad_params("arguments is an object"));
}

}  // namespace

/// One request on its way to an answer.
struct Server::Job {
  std::shared_ptr<Peer> peer{};
  std::shared_ptr<Request> request{};
  std::string method{};
  std::string params{};
  Speech speech{};
};

Server::Server(ServerOptions options, Toolbox& tools)
    : options_(std::move(options)),
      tools_(tools),
      seal_(kStateLife),
      ticker_(options_.make_service),
      calls_(kMostCalls, options_.make_service),
      questions_(kMostQuestions, options_.make_service) {}

Server::~Server() { end(); }

void Server::end(milliseconds patience) {
  subscriptions_.end();
  ticker_.close();
  calls_.close();
  questions_.drain(patience);
  questions_.close();
  std::unique_ptr<ChangeWatch> changes;
  std::lock_guard const guard{mutex_};
  changes.swap(changes_);
}

void Server::follow_changes() {
  std::lock_guard const guard{mutex_};
  if (changes_ || !options_.session) return;
  changes_ = std::make_unique<ChangeWatch>(options_.make_service, *options_.session,
                                           [this] { subscriptions_.tools_changed(); });
}

void Server::subscribe(std::weak_ptr<Peer> peer, std::shared_ptr<Channel> channel) {
  subscriptions_.add(std::move(peer), std::move(channel));
}

void Server::take(std::shared_ptr<Peer> const& peer, std::string_view text,
                  std::shared_ptr<Channel> const& channel) {
  auto message = read_message(text);
  if (message) return take(peer, *std::move(message), channel);
  Refusal const& refusal = message.error();
  channel->finish(write_error(refusal.id, refusal.error), refusal.error.code);
}

void Server::take(std::shared_ptr<Peer> const& peer, Message message,
                  std::shared_ptr<Channel> const& channel) {
  switch (message.kind) {
    case Message::Kind::response: return peer->take_answer(message);
    case Message::Kind::notification: return take_notification(*peer, message);
    case Message::Kind::request: return take_request(peer, std::move(message), channel);
  }
}

void Server::take_notification(Peer& peer, Message const& message) {
  if (message.method == "notifications/initialized") {
    peer.change([](Peer::Agreement& agreement) { agreement.is_ready = true; });
    follow_changes();
  }
  if (message.method != "notifications/cancelled") return;
  auto const request = peer.find(std::string{find_member(message.params, "requestId").value_or("")});
  if (request) request->cancel();
}

void Server::take_request(std::shared_ptr<Peer> const& peer, Message message,
                          std::shared_ptr<Channel> const& channel) {
  Job job;
  job.peer = peer;
  job.request = peer->open(message.id, channel);
  if (!job.request) {
    RpcError const error{.code = kInvalidRequest,
                         .message = "a request with this id is still being answered"};
    return channel->finish(write_error(message.id, error), error.code);
  }
  bool const modern = is_modern(message);
  if (modern) {
    auto speech = read_modern(message);
    if (!speech) return job.request->refuse(speech.error());
    job.speech = *std::move(speech);
  } else {
    job.speech = read_legacy(message, peer->agreement().speech);
  }
  job.method = std::move(message.method);
  job.params = std::move(message.params);
  if (modern) return take_modern(std::move(job));
  take_legacy(std::move(job));
}

void Server::take_modern(Job job) {
  if (job.method == "tools/list") return list(std::move(job));
  if (job.method == "tools/call") return call(std::move(job));
  if (job.method == "subscriptions/listen") {
    follow_changes();
    return subscriptions_.listen(job.request, job.speech, job.params);
  }
  if (job.method == "server/discover") {
    JsonObject out = begin_list(job.speech);
    out.raw("supportedVersions", "[" + protocol::write_string(kModernRevision) + "]")
        .raw("capabilities", capabilities(job.speech));
    if (!options_.instructions.empty()) out.text("instructions", options_.instructions);
    return job.request->respond(out.done());
  }
  extra(std::move(job));
}

void Server::take_legacy(Job job) {
  if (job.method == "tools/list") return list(std::move(job));
  if (job.method == "tools/call") return call(std::move(job));
  if (job.method == "ping") return job.request->respond("{}");
  if (job.method == "initialize") return initialize(job);
  if (job.method == "logging/setLevel") {
    std::string const level = text_member(job.params, "level").value_or("");
    if (!is_log_level(level)) return job.request->refuse(bad_params("level is debug, info, … or emergency"));
    job.peer->change([&](Peer::Agreement& agreement) { agreement.speech.log_level = level; });
    return job.request->respond("{}");
  }
  extra(std::move(job));
}

std::string Server::capabilities(Speech const& speech) const {
  JsonObject out;
  out.raw("tools", JsonObject{}.boolean("listChanged", true).done());
  if (speech.era == Era::legacy) out.raw("logging", "{}");
  std::string text = out.done();
  if (options_.extras == nullptr) return text;
  return text.insert(text.size() - 1, "," + options_.extras->capabilities());
}

void Server::initialize(Job const& job) {
  auto const requested = text_member(job.params, "protocolVersion");
  if (!requested) return job.request->refuse(bad_params("protocolVersion is a text"));
  Speech speech;
  speech.revision = agree_on(*requested);
  speech.client = read_capabilities(find_member(job.params, "capabilities").value_or("{}"));
  job.peer->change([&](Peer::Agreement& agreement) { agreement.speech = speech; });
  JsonObject out;
  out.text("protocolVersion", speech.revision)
      .raw("capabilities", capabilities(speech))
      .raw("serverInfo", server_info(speech));
  if (!options_.instructions.empty()) out.text("instructions", options_.instructions);
  job.request->respond(out.done());
}

void Server::list(Job job) {
  std::optional<std::string> cursor;
  if (auto const given = find_member(job.params, "cursor"); given && *given != "null") {
    cursor = protocol::read_string(*given);
    if (!cursor) return job.request->refuse(bad_params("cursor is a text"));
  }
  questions_.post([this, job = std::move(job), cursor](ToolService& service) {
    if (job.request->stop().stop_requested()) return;
    auto const page = tools_.list(service, job.speech, cursor, job.request->stop());
    if (!page) return job.request->refuse(page.error());
    JsonObject out = begin_list(job.speech);
    out.raw("tools", page->tools);
    if (page->next_cursor) out.text("nextCursor", *page->next_cursor);
    job.request->respond(out.done());
  });
}

void Server::call(Job job) {
  auto const tool = text_member(job.params, "name");
  if (!tool || tool->empty()) return job.request->refuse(bad_params("name is the name of a tool"));
  auto arguments = read_arguments(job.params);
  if (!arguments) return job.request->refuse(arguments.error());
  job.request->set_call();
  calls_.post(
      [this, job = std::move(job), tool = *tool, arguments = *std::move(arguments)](ToolService& service) {
        if (!job.request->stop().stop_requested()) run_call(job, service, tool, arguments);
      });
}

void Server::run_call(Job const& job, ToolService& service, std::string const& tool,
                      std::string const& arguments) {
  std::shared_ptr<CallWatch> watch;
  if (!job.speech.progress_token.empty()) watch = ticker_.watch(job.request, job.speech, tool);
  Turn turn{
      {.request = *job.request, .peer = *job.peer, .seal = seal_, .service = service, .watch = watch.get()},
      job.speech,
      tool,
      arguments,
      job.params};
  turn.log("debug", JsonObject{}.text("event", "tool.call").text("tool", tool).done());
  CallEnd const end = tools_.call(turn);
  watch.reset();
  answer(job, end);
}

void Server::extra(Job job) {
  if (options_.extras == nullptr) return job.request->refuse(no_method(job.method));
  job.request->set_call();
  calls_.post([this, job = std::move(job)](ToolService& service) {
    Turn turn{{.request = *job.request, .peer = *job.peer, .seal = seal_, .service = service},
              job.speech,
              job.method,
              job.params,
              job.params};
    auto const end = options_.extras->answer(job.method, job.params, turn);
    if (!end) return job.request->refuse(no_method(job.method));
    answer(job, *end);
  });
}

void Server::answer(Job const& job, CallEnd const& end) const {
  if (auto const* const refusal = std::get_if<RpcError>(&end)) return job.request->refuse(*refusal);
  if (auto const* const input = std::get_if<InputRequired>(&end)) {
    JsonObject out = begin_result(job.speech, "input_required");
    if (!input->requests.empty()) out.raw("inputRequests", input->requests);
    if (!input->state.empty()) out.text("requestState", input->state);
    return job.request->respond(out.done());
  }
  if (auto const* const plain = std::get_if<PlainResult>(&end)) {
    JsonObject out = plain->is_cacheable ? begin_list(job.speech) : begin_result(job.speech);
    auto const members = protocol::members_of(plain->object);
    for (auto const& [name, value] : *members) out.raw(name, value);
    return job.request->respond(out.done());
  }
  auto const& result = std::get<ToolResult>(end);
  JsonObject out = begin_result(job.speech);
  out.raw("content", result.content);
  if (!result.structured.empty() && job.speech.at_least("2025-06-18"))
    out.raw("structuredContent", result.structured);
  if (result.is_error) out.boolean("isError", true);
  job.request->respond(out.done());
}

}  // namespace agenta::mcp
