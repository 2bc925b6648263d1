#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/protocol/json_slice.hpp"

namespace agenta::mcp {

/// Writes one JSON object, member by member, in the order of the calls.
class JsonObject {
 public:
  /// `json` is spliced in as it is.
  JsonObject& raw(std::string_view name, std::string_view json) {
    if (out_.size() > 1) out_ += ',';
    protocol::append_string(out_, name);
    out_ += ':';
    out_ += json;
    return *this;
  }
  JsonObject& text(std::string_view name, std::string_view value) {
    return raw(name, protocol::write_string(value));
  }
  JsonObject& boolean(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  JsonObject& number(std::string_view name, std::int64_t value) { return raw(name, std::to_string(value)); }
  bool empty() const { return out_.size() == 1; }
  /// The object, ended. The writer is spent.
  std::string done() {
    out_ += '}';
    return std::move(out_);
  }

 private:
  std::string out_ = "{";
};

}  // namespace agenta::mcp
