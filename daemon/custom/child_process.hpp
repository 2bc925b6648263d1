#pragma once

#include <cstddef>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/base/os_error.hpp"

namespace agenta::daemon {

/// A command to run, and all that it gets: nothing of the daemon's is inherited but what stands here.
struct ChildProcess {
  std::filesystem::path program{};
  std::vector<std::string> arguments{};    ///< after its own name
  std::vector<std::string> environment{};  ///< `NAME=value`, the whole of it
  std::filesystem::path directory = "/";
  std::string input{};          ///< its stdin, whole
  std::size_t most_output = 0;  ///< of stdout, and of stderr; one that says more is ended
  SteadyTime deadline = SteadyTime::max();
  std::stop_token stop{};
};

struct ChildEnd {
  enum class Why {
    itself,    ///< it exited, or something else killed it
    deadline,  ///< the rest: we ended it
    stopped,
    too_much_output,
  };
  Why why = Why::itself;
  int exit_code = -1;  ///< -1 where a signal ended it
  int signal = 0;
  std::string out{};
  std::string err{};
};

/// Runs it to its end in a session and process group of its own, with umask 077, and never outlives the
/// daemon. What is to end gets SIGTERM and two seconds, then SIGKILL, and the whole group with it; whatever
/// of the group is left at its end is killed too. Blocks; any thread. An error means that nothing of it ran.
OsResult<ChildEnd> run_child(ChildProcess const& child);

}  // namespace agenta::daemon
