#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace agenta {

/// A credential. It cannot be printed or compared by accident, and its bytes are wiped when it dies.
/// `reveal()` is the only way out, and easy to search for.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(Secret const&) = default;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  Secret& operator=(Secret const& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  std::string const& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  /// Overwrites the bytes and empties the secret.
  void wipe() noexcept;

 private:
  std::string value_;
};

}  // namespace agenta
