#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/mcp/channel.hpp"
#include "cli/mcp/json_rpc.hpp"
#include "cli/mcp/speech.hpp"

namespace agenta::mcp {

class Peer;

/// One request that waits for its answer. It is answered once, or cancelled, whichever comes first; after
/// that nothing of it is sent. Any thread.
class Request {
 public:
  Request(std::string id, std::shared_ptr<Channel> channel)
      : id_(std::move(id)), channel_(std::move(channel)) {}

  std::string const& id() const { return id_; }  ///< raw JSON
  std::stop_token stop() const { return stop_.get_token(); }
  void respond(std::string_view result);
  void refuse(RpcError const& error);
  /// Something that belongs to it; false where it is over.
  bool notify(std::string_view method, std::string_view params);
  bool send(std::string message);
  /// Whether the client can be asked something before its answer.
  bool can_ask() const { return channel_->carries_more(); }
  /// Ends it without an answer, and stops its work; false where it was over already.
  bool cancel();
  /// It runs a tool, which is not worth waiting for once its client is gone.
  void set_call() { is_call_ = true; }
  bool is_call() const { return is_call_; }

 private:
  friend class Peer;
  /// Ends it: leaves the peer's table first, since the other side may use the id again at once.
  bool end();

  std::string id_;
  std::shared_ptr<Channel> channel_;
  std::stop_source stop_{};
  std::mutex mutex_{};
  bool is_over_ = false;
  std::atomic<bool> is_call_ = false;
  std::function<void()> forget_{};
};

/// What a person or client answered to a question of ours.
struct Answer {
  enum class Action { accept, decline, cancel, unanswered };
  Action action = Action::unanswered;
  std::string result = "{}";  ///< raw JSON of the whole answer
};
Answer read_answer(std::string_view json);

/// One client, as far as it is remembered: what legacy `initialize` agreed on, the requests that wait for
/// answers, and the questions put to it. Any thread.
class Peer : public std::enable_shared_from_this<Peer> {
 public:
  /// The legacy side of it.
  struct Agreement {
    Speech speech{};
    bool is_ready = false;  ///< `notifications/initialized` came
  };
  Agreement agreement() const;
  void change(std::function<void(Agreement&)> const& change);

  /// Tracks a request; null where its id is in use.
  std::shared_ptr<Request> open(std::string id, std::shared_ptr<Channel> channel);
  std::shared_ptr<Request> find(std::string const& id) const;
  /// Cancels what runs a tool; the rest is answered soon.
  void cancel_calls();
  /// Cancels whatever waits.
  void cancel_all();

  /// Looks for what settles a question elsewhere, until it has found it or is stopped; whether it has.
  using Meanwhile = std::function<bool(std::stop_token const&)>;
  /// Asks the client something in the course of `request`, and waits for its answer until `patience`, the end
  /// of the request, or `meanwhile`, which runs on this thread; a question without an answer is then
  /// cancelled. Legacy alone.
  Answer ask(Request& request, std::string_view method, std::string_view params,
             std::chrono::milliseconds patience, Meanwhile const& meanwhile = {});
  /// An answer to one of the questions; others are ignored.
  void take_answer(Message const& message);

 private:
  /// One that the client has not answered.
  struct Question {
    std::optional<Answer> answer{};
    std::stop_source is_over{};  ///< it has its answer, or its request has ended
  };
  std::vector<std::shared_ptr<Request>> all() const;

  mutable std::mutex mutex_{};
  std::condition_variable_any answered_{};
  Agreement agreement_{};
  std::map<std::string, std::shared_ptr<Request>, std::less<>> requests_{};
  std::map<std::string, std::shared_ptr<Question>, std::less<>> questions_{};
  int last_question_ = 0;
};

}  // namespace agenta::mcp
