#pragma once

#include <string>

namespace agenta {

/// A JSON document as text, checked once where it entered; parsed only by whoever looks inside.
struct JsonText {
  std::string text = "{}";
  bool operator==(JsonText const&) const = default;
};

}  // namespace agenta
