#pragma once

#include <utility>

#include "shared/base/expected.hpp"

// Propagation that reads as a sentence. The temporary is named from __COUNTER__, so that two on one line
// differ.
//
//   AGENTA_TRY(auto arguments, parse_object(text));   // returns the error, or declares `arguments`
//   AGENTA_CHECK(store.save(row));                    // returns the error, or goes on
#define AGENTA_CONCAT_(a, b) a##b
#define AGENTA_CONCAT(a, b) AGENTA_CONCAT_(a, b)

#define AGENTA_TRY_(temporary, declaration, ...)                                         \
  auto temporary = (__VA_ARGS__);                                                        \
  if (!temporary.has_value()) return ::agenta::unexpected(std::move(temporary).error()); \
  declaration = std::move(temporary).value()
#define AGENTA_TRY(declaration, ...) AGENTA_TRY_(AGENTA_CONCAT(try_, __COUNTER__), declaration, __VA_ARGS__)

#define AGENTA_CHECK_(temporary, ...)                         \
  if (auto temporary = (__VA_ARGS__); !temporary.has_value()) \
  return ::agenta::unexpected(std::move(temporary).error())
#define AGENTA_CHECK(...) AGENTA_CHECK_(AGENTA_CONCAT(check_, __COUNTER__), __VA_ARGS__)
