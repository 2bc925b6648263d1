#include "cli/browse/question.hpp"

namespace agenta::cli::browse {

std::string_view words_of(State state) {
  switch (state) {
    case State::unknown: return "";
    case State::connected: return "connected";
    case State::not_connected: return "not connected";
    case State::not_needed: return "none needed";
    case State::pending: return "login pending";
    case State::expired: return "expired";
    case State::failed: return "failed";
    case State::inactive: return "inactive";
  }
  __builtin_unreachable();
}

}  // namespace agenta::cli::browse
