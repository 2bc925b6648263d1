#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "shared/domain/tool_service.hpp"

namespace agenta::cli {

struct Context;

/// The sentences that came with answers, for the person: about something done otherwise than asked.
class Notices {
 public:
  /// Keeps those of a reply that were not kept before.
  void take(ServiceReply const& reply);
  /// What was kept since the last call.
  std::vector<std::string> take_new() { return std::exchange(new_, {}); }

 private:
  std::set<std::string> seen_{};
  std::vector<std::string> new_{};
};

/// Says what is new, a line each; never part of a document.
void say_notices(Context& context);

}  // namespace agenta::cli
