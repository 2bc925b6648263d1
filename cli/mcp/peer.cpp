#include "cli/mcp/peer.hpp"

#include "cli/mcp/json_object.hpp"
#include "cli/mcp/worker_pool.hpp"

namespace agenta::mcp {

bool Request::end() {
  if (is_over_) return false;
  is_over_ = true;
  if (forget_) forget_();
  return true;
}

void Request::respond(std::string_view result) {
  std::lock_guard const guard{mutex_};
  if (end()) channel_->finish(write_result(id_, result), 0);
}

void Request::refuse(RpcError const& error) {
  std::lock_guard const guard{mutex_};
  if (end()) channel_->finish(write_error(id_, error), error.code);
}

bool Request::send(std::string message) {
  std::lock_guard const guard{mutex_};
  if (is_over_) return false;
  channel_->send(std::move(message));
  return true;
}

bool Request::notify(std::string_view method, std::string_view params) {
  return send(write_notification(method, params));
}

bool Request::cancel() {
  {
    std::lock_guard const guard{mutex_};
    if (!end()) return false;
    channel_->drop();
  }
  stop_.request_stop();
  return true;
}

Answer read_answer(std::string_view json) {
  Answer answer;
  if (!json.starts_with('{')) return answer;
  answer.result = json;
  auto const action = protocol::read_string(protocol::find_member(json, "action").value_or(""));
  if (action == "accept") answer.action = Answer::Action::accept;
  if (action == "decline") answer.action = Answer::Action::decline;
  if (action == "cancel") answer.action = Answer::Action::cancel;
  return answer;
}

Peer::Agreement Peer::agreement() const {
  std::lock_guard const guard{mutex_};
  return agreement_;
}

void Peer::change(std::function<void(Agreement&)> const& change) {
  std::lock_guard const guard{mutex_};
  change(agreement_);
}

std::shared_ptr<Request> Peer::open(std::string id, std::shared_ptr<Channel> channel) {
  auto request = std::make_shared<Request>(id, std::move(channel));
  request->forget_ = [weak = weak_from_this(), id] {
    auto const self = weak.lock();
    if (!self) return;
    std::lock_guard const guard{self->mutex_};
    self->requests_.erase(id);
  };
  std::lock_guard const guard{mutex_};
  return requests_.try_emplace(std::move(id), request).second ? request : nullptr;
}

std::shared_ptr<Request> Peer::find(std::string const& id) const {
  std::lock_guard const guard{mutex_};
  auto const found = requests_.find(id);
  return found == requests_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Request>> Peer::all() const {
  std::vector<std::shared_ptr<Request>> out;
  std::lock_guard const guard{mutex_};
  for (auto const& [id, request] : requests_) out.push_back(request);
  return out;
}

void Peer::cancel_calls() {
  for (auto const& each : all()) {
    if (each->is_call()) each->cancel();
  }
}

void Peer::cancel_all() {
  for (auto const& each : all()) each->cancel();
}

Answer Peer::ask(Request& request, std::string_view method, std::string_view params,
                 std::chrono::milliseconds patience, Meanwhile const& meanwhile) {
  auto const question = std::make_shared<Question>();
  std::string id;
  {
    std::lock_guard const guard{mutex_};
    id = "\"agenta-" + std::to_string(++last_question_) + "\"";
    questions_.emplace(id, question);
  }
  bool const was_sent = request.can_ask() && request.send(write_request(id, method, params));
  WorkerPool::Rest const rest;
  std::stop_callback const on_end{request.stop(), [&] { question->is_over.request_stop(); }};
  bool const is_settled = was_sent && meanwhile && meanwhile(question->is_over.get_token());
  std::unique_lock lock{mutex_};
  if (was_sent && !is_settled) {
    answered_.wait_for(lock, request.stop(), patience, [&] { return question->answer.has_value(); });
  }
  questions_.erase(id);
  auto const answer = question->answer;
  lock.unlock();
  if (was_sent && !answer) {
    request.notify("notifications/cancelled",
                   JsonObject{}.raw("requestId", id).text("reason", "no answer is needed any more").done());
  }
  return answer.value_or(Answer{});
}

void Peer::take_answer(Message const& message) {
  std::shared_ptr<Question> question;
  {
    std::lock_guard const guard{mutex_};
    auto const found = questions_.find(message.id);
    if (found == questions_.end()) return;
    question = found->second;
    question->answer = read_answer(message.result);
    answered_.notify_all();
  }
  question->is_over.request_stop();
}

}  // namespace agenta::mcp
