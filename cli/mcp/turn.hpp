#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "cli/mcp/peer.hpp"
#include "cli/mcp/request_state.hpp"
#include "cli/mcp/toolbox.hpp"

namespace agenta::mcp {

/// Whoever tells the client that a call is still being worked on. Any thread.
class CallWatch {
 public:
  virtual ~CallWatch() = default;
  /// Which execution it has become: it can be asked after from now on.
  virtual void set_execution(std::string const& id) = 0;
  /// What it is waiting for; empty: for the tool.
  virtual void say(std::string const& what) = 0;
};

/// One call of a tool, as the tool sees it: what is asked, by whom, and the ways to talk back meanwhile.
class Turn {
 public:
  struct Parts {
    Request& request;
    Peer& peer;
    StateSeal const& seal;
    ToolService& service;
    CallWatch* watch = nullptr;  ///< null: nobody asked for progress
  };

  Turn(Parts parts, Speech speech, std::string tool, std::string arguments, std::string_view params);

  std::string const& tool() const { return tool_; }
  std::string const& arguments() const { return arguments_; }  ///< a JSON object
  Speech const& speech() const { return speech_; }
  ToolService& service() { return parts_.service; }
  std::stop_token stop() const { return parts_.request.stop(); }

  void tell_execution(std::string const& id) {
    if (parts_.watch != nullptr) parts_.watch->set_execution(id);
  }
  void say(std::string const& what) {
    if (parts_.watch != nullptr) parts_.watch->say(what);
  }
  /// A step of progress of the tool's own, for one that is not watched. Nothing where nobody asked for it.
  /// `total` and `message` may be empty.
  void progress(double done, std::string_view total, std::string_view message);
  /// Nothing where the level is below what the client wants. `data` is JSON.
  void log(std::string_view level, std::string_view data);

  /// What an earlier try of this call noted, and the client's answer to what that asked.
  struct Resumed {
    std::string note{};
    Answer answer{};
  };
  /// None: this is the first try, or the answer is missing. An error where the state that came back is not
  /// what this process gave for this very call.
  expected<std::optional<Resumed>, RpcError> resumed(std::string_view key) const;

  /// Puts `params` (of `elicitation/create`) to the person at the client. Legacy: waits for the answer.
  /// Modern: none; the call then ends with `pending()`, and is made again with the answer and `note`.
  /// `meanwhile`: see `Peer::ask`.
  std::optional<Answer> ask(std::string_view key, std::string_view params, std::string_view note,
                            std::chrono::milliseconds patience, Peer::Meanwhile const& meanwhile = {});
  InputRequired pending() const { return pending_; }

  /// For what asks more than one question at once.
  std::string const& responses() const { return responses_; }  ///< JSON object, or empty
  std::string const& raw_state() const { return raw_state_; }  ///< as it came; empty: none did
  std::optional<std::string> open_state() const;
  std::string seal_state(std::string_view note) const;
  /// Legacy: a request of ours, answered or not.
  Answer ask_raw(std::string_view method, std::string_view params, std::chrono::milliseconds patience,
                 Peer::Meanwhile const& meanwhile = {}) {
    return parts_.peer.ask(parts_.request, method, params, patience, meanwhile);
  }
  bool notify(std::string_view method, std::string_view params) {
    return parts_.request.notify(method, params);
  }

 private:
  Parts parts_;
  Speech speech_;
  std::string tool_;
  std::string arguments_;
  std::string responses_{};
  std::string raw_state_{};
  InputRequired pending_{};
};

}  // namespace agenta::mcp
