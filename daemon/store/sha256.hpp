#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace agenta::daemon::store {

/// As 64 hex digits in lower case: what `sha256sum` prints. Any thread.
std::string sha256_hex(std::string_view bytes);

/// The same of bytes that come in pieces. One thread.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void add(std::string_view bytes);
  /// Once, at the end.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace agenta::daemon::store
