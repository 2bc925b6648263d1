#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "shared/base/os_error.hpp"
#include "shared/base/secret.hpp"

namespace agenta {

/// A program to run to its end, and all that it gets: nothing of ours is inherited but what stands here.
struct ProgramRun {
  std::filesystem::path program{};
  std::vector<std::string> arguments{};    ///< after its own name; seen by everybody, so never a secret
  std::vector<std::string> environment{};  ///< `NAME=value`, the whole of it
  Secret input{};                          ///< its stdin
  std::chrono::milliseconds limit{};       ///< then it is killed, with its process group
  std::size_t most_output = 64 << 10;      ///< of stdout, and of stderr; the rest is thrown away
};

struct ProgramEnd {
  bool timed_out = false;
  int exit_code = -1;  ///< -1 where it was killed
  int signal = 0;      ///< that killed it
  Secret output{};
  std::string complaints{};  ///< its stderr
};

/// Runs a program in a session of its own and waits for its end. Blocks its thread: never on the loop. Any
/// thread; the process may not ignore SIGCHLD. Fails where the program cannot be started (ENOENT: there is
/// none).
OsResult<ProgramEnd> run_program(ProgramRun const& run);

}  // namespace agenta
