#include "shared/base/secret.hpp"

#include <cstring>

namespace agenta {

Secret& Secret::operator=(Secret const& other) {
  if (this != &other) {
    wipe();
    value_ = other.value_;
  }
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    value_ = std::move(other.value_);
    other.wipe();
  }
  return *this;
}

void Secret::wipe() noexcept {
  // The whole capacity: a moved-from short string keeps its bytes in place beyond its size.
  value_.resize(value_.capacity());
  ::explicit_bzero(value_.data(), value_.size());
  value_.clear();
}

}  // namespace agenta
