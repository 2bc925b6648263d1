#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/protocol/json_scanner.hpp"

namespace agenta::cli {

/// The beginning of a JSON document that is too large to be shown, as a document of its own, made while the
/// other passes: the first elements of each array, the beginnings of strings, nothing deep.
class ResultExcerpt final : public protocol::JsonHandler {
 public:
  /// At most `budget` bytes; below 4, which `null` takes, nothing.
  explicit ResultExcerpt(std::size_t budget) : budget_(budget) {}

  void begin(protocol::JsonKind kind, std::int64_t offset) override;
  void text(std::string_view raw) override;
  void end(std::int64_t offset) override;
  void name(std::string_view raw) override;

  /// Once the document is over.
  std::string json() const { return out_.empty() ? "null" : out_; }

 private:
  struct Level {
    char close = 0;  ///< the bracket that ends it; 0 for a scalar
    bool is_shown = false;
    std::size_t shown = 0;  ///< of what is in it
  };
  bool fits(std::size_t size) const;
  bool may_show() const;
  void put(std::string_view json);

  std::size_t const budget_;
  std::string out_{};
  std::vector<Level> levels_{};
  std::string name_{};    ///< raw, of the member that comes next; empty: too long
  std::string scalar_{};  ///< raw, so far
  bool is_full_ = false;
};

}  // namespace agenta::cli
