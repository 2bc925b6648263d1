#pragma once

#include <optional>
#include <string>

#include "cli/mcp/call_result.hpp"
#include "cli/mcp/turn.hpp"

namespace agenta::mcp {

/// Gets a missing connection made: by a link that the client shows to its user, where it can, else by telling
/// the model the link and the command. Stateless; any thread.
class ConnectFlow {
 public:
  explicit ConnectFlow(CompleteStep complete) : complete_(std::move(complete)) {}

  /// What is missing, as the error of a call says it; nothing where the error is no such.
  static std::optional<ConnectionWish> find_wish(Error const& error);

  /// None: the connection is there now, and the call is worth repeating. Else what the call ends with.
  std::optional<CallEnd> offer(Turn& turn, ConnectionWish wish) const;
  /// The same for the second try of a modern call: what the user said to the link.
  std::optional<CallEnd> resume(Turn& turn, Turn::Resumed const& resumed) const;

  static constexpr std::string_view kKey = "connect";

 private:
  struct Login {
    std::string id{};
    bool is_active = false;
  };
  Login begin(Turn& turn, ConnectionWish& wish) const;
  std::optional<CallEnd> take_answer(Turn& turn, Answer const& answer, std::string const& id,
                                     ConnectionWish const& wish) const;
  bool wait_until_active(Turn& turn, std::string const& id) const;

  CompleteStep complete_;
};

}  // namespace agenta::mcp
