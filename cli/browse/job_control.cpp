#include "cli/browse/job_control.hpp"

#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <string>

#include "shared/base/private_dir.hpp"

namespace agenta::cli::browse {

bool may_stop_job() {
  // An interactive shell ignores Ctrl-Z, and has done so since before it started anything.
  auto const status = read_file("/proc/" + std::to_string(::getpgrp()) + "/status");
  if (!status) return true;
  constexpr std::string_view kIgnored = "\nSigIgn:\t";
  auto const found = status->find(kIgnored);
  if (found == std::string::npos) return true;
  std::uint64_t ignored = 0;
  char const* const begin = status->data() + found + kIgnored.size();
  std::from_chars(begin, status->data() + status->size(), ignored, 16);
  return (ignored & (std::uint64_t{1} << (SIGTSTP - 1))) == 0;
}

}  // namespace agenta::cli::browse
