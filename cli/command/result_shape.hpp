#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/protocol/json_scanner.hpp"

namespace agenta::cli {

/// What a JSON document is made of, learned while it passes: the names of members, the types of values, the
/// lengths of arrays, whose elements are told as one. Bounded, however large and various the document is.
class ResultShape final : public protocol::JsonHandler {
 public:
  ResultShape();
  ~ResultShape() override;

  void begin(protocol::JsonKind kind, std::int64_t offset) override;
  void text(std::string_view) override {}
  void end(std::int64_t offset) override;
  void name(std::string_view raw) override;

  /// `"string"`, `"number|null"`; `{"type":"object","members":{…}}`, with `more_members` where not all are
  /// told; `{"type":"array","length":3,"items":…}`, the length as `"1-7"` where several arrays are told as
  /// one.
  std::string json() const;
  /// The same for a person, a line each, indented. Bytes of the document as they are: for `visible`.
  std::string outline() const;

 private:
  struct Node;
  struct Level {
    Node* node = nullptr;  ///< null: beyond what is told
    bool is_array = false;
    std::int64_t length = 0;
  };
  Node* child_of(Level const& parent);

  std::unique_ptr<Node> root_;
  std::vector<Level> levels_{};
  std::string name_{};  ///< of the member that comes next
  std::size_t nodes_ = 1;
};

}  // namespace agenta::cli
