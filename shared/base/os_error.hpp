#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "shared/base/expected.hpp"

namespace agenta {

/// A system call that failed: what was tried, on what, and `errno`.
struct OsError {
  int number = 0;
  std::string action{};  ///< for a person, such as `create the directory /x`
  std::string message() const { return "cannot " + action + ": " + std::strerror(number); }
};

template <class T>
using OsResult = expected<T, OsError>;

inline unexpected<OsError> os_failure(int number, std::string action) {
  return unexpected<OsError>(OsError{number, std::move(action)});
}

}  // namespace agenta
