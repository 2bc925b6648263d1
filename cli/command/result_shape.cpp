#include "cli/command/result_shape.hpp"

#include <algorithm>

#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using protocol::JsonKind;

constexpr std::size_t kMostNodes = 200;
constexpr std::size_t kMostMembers = 50;
constexpr std::size_t kDeepest = 8;
constexpr std::size_t kLongestName = 100;
constexpr std::array kKinds{JsonKind::object, JsonKind::array,   JsonKind::string,
                            JsonKind::number, JsonKind::boolean, JsonKind::null};

std::string_view name_of(JsonKind kind) {
  switch (kind) {
    case JsonKind::object: return "object";
    case JsonKind::array: return "array";
    case JsonKind::string: return "string";
    case JsonKind::number: return "number";
    case JsonKind::boolean: return "boolean";
    case JsonKind::null: return "null";
  }
  __builtin_unreachable();
}

}  // namespace

struct ResultShape::Node {
  std::array<bool, kKinds.size()> kinds{};
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> members{};
  std::int64_t more_members = 0;  ///< that came and are not told, each as often as it came
  std::unique_ptr<Node> items{};
  std::int64_t shortest = -1;
  std::int64_t longest = -1;

  std::string types() const {
    std::string out;
    for (JsonKind const kind : kKinds) {
      if (kinds[static_cast<std::size_t>(kind)]) out.append(out.empty() ? "" : "|").append(name_of(kind));
    }
    return out;
  }
  std::string length() const {
    if (shortest == longest) return std::to_string(longest);
    return std::to_string(shortest) + "-" + std::to_string(longest);
  }
  std::string json() const;
  void outline(std::string const& label, std::size_t depth, std::string& out) const;
};

std::string ResultShape::Node::json() const {
  bool const is_object = kinds[static_cast<std::size_t>(JsonKind::object)];
  bool const is_array = longest >= 0;
  if (!is_object && !is_array) return "\"" + types() + "\"";
  std::string out = "{\"type\":\"" + types() + "\"";
  if (is_array) {
    std::string const count = shortest == longest ? length() : "\"" + length() + "\"";
    out += ",\"length\":" + count;
    if (items) out += ",\"items\":" + items->json();
  }
  if (is_object) {
    out += ",\"members\":{";
    bool is_first = true;
    for (auto const& [name, node] : members) {
      out.append(is_first ? "" : ",").append(protocol::write_string(name)).append(":").append(node->json());
      is_first = false;
    }
    out += "}";
    if (more_members > 0) out += ",\"more_members\":true";
  }
  return out + "}";
}

void ResultShape::Node::outline(std::string const& label, std::size_t depth, std::string& out) const {
  out.append(depth * 2, ' ').append(label).append(types());
  if (longest >= 0) out.append(" of ").append(length());
  out += '\n';
  if (items) items->outline("each: ", depth + 1, out);
  for (auto const& [name, node] : members) node->outline(name + ": ", depth + 1, out);
  if (more_members > 0) out.append((depth + 1) * 2, ' ').append("…\n");
}

ResultShape::ResultShape() : root_(std::make_unique<Node>()) {}
ResultShape::~ResultShape() = default;

/// The node of a value in `parent`; null where it is beyond what is told.
ResultShape::Node* ResultShape::child_of(Level const& parent) {
  if (parent.node == nullptr || levels_.size() > kDeepest) return nullptr;
  bool const is_full = nodes_ >= kMostNodes;
  Node& node = *parent.node;
  if (parent.is_array) {
    if (!node.items && is_full) return nullptr;
    if (!node.items) {
      node.items = std::make_unique<Node>();
      ++nodes_;
    }
    return node.items.get();
  }
  auto const found =
      std::ranges::find(node.members, name_, &std::pair<std::string, std::unique_ptr<Node>>::first);
  if (found != node.members.end()) return found->second.get();
  if (is_full || node.members.size() >= kMostMembers || name_.size() > kLongestName) {
    ++node.more_members;
    return nullptr;
  }
  ++nodes_;
  return node.members.emplace_back(name_, std::make_unique<Node>()).second.get();
}

void ResultShape::begin(JsonKind kind, std::int64_t) {
  Level level;
  level.is_array = kind == JsonKind::array;
  if (levels_.empty()) {
    level.node = root_.get();
  } else {
    ++levels_.back().length;
    level.node = child_of(levels_.back());
  }
  if (level.node != nullptr) level.node->kinds[static_cast<std::size_t>(kind)] = true;
  levels_.push_back(level);
}

void ResultShape::end(std::int64_t) {
  Level const level = levels_.back();
  levels_.pop_back();
  if (!level.is_array || level.node == nullptr) return;
  Node& node = *level.node;
  node.shortest = node.longest < 0 ? level.length : std::min(node.shortest, level.length);
  node.longest = std::max(node.longest, level.length);
}

void ResultShape::name(std::string_view raw) {
  if (levels_.back().node == nullptr) return;
  constexpr std::size_t kLongestRaw = 6 * kLongestName + 2;
  name_ = raw.size() > kLongestRaw || raw.empty() ? std::string(kLongestName + 1, ' ')
                                                  : protocol::read_string(raw).value_or("");
}

std::string ResultShape::json() const { return root_->json(); }

std::string ResultShape::outline() const {
  std::string out;
  root_->outline("", 0, out);
  return out;
}

}  // namespace agenta::cli
