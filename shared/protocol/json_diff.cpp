#include "shared/protocol/json_diff.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "shared/protocol/exact_json.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::protocol {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostChanges = 200;

std::string below(std::string const& pointer, std::string_view name) {
  std::string out = pointer + '/';
  for (char const c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

class Comparison {
 public:
  std::vector<JsonChange> take() { return std::move(changes_); }

  void compare(std::string const& at, Json const& before, Json const& after) {
    if (changes_.size() >= kMostChanges || before == after) return;
    if (before.is_object() && after.is_object()) return compare_members(at, before, after);
    if (before.is_array() && after.is_array()) return compare_elements(at, before, after);
    note({at, write_exact(before), write_exact(after)});
  }

 private:
  void note(JsonChange change) {
    if (changes_.size() < kMostChanges) changes_.push_back(std::move(change));
  }
  void compare_members(std::string const& at, Json const& before, Json const& after) {
    for (auto const& [name, value] : after.items()) {
      auto const found = before.find(name);
      if (found == before.end()) {
        note({below(at, name), std::nullopt, write_exact(value)});
      } else {
        compare(below(at, name), *found, value);
      }
    }
    for (auto const& [name, value] : before.items()) {
      if (!after.contains(name)) note({below(at, name), write_exact(value), std::nullopt});
    }
  }
  void compare_elements(std::string const& at, Json const& before, Json const& after) {
    std::size_t const common = std::min(before.size(), after.size());
    for (std::size_t i = 0; i < common; ++i) compare(below(at, std::to_string(i)), before[i], after[i]);
    for (std::size_t i = common; i < after.size(); ++i)
      note({below(at, std::to_string(i)), std::nullopt, write_exact(after[i])});
    for (std::size_t i = common; i < before.size(); ++i)
      note({below(at, std::to_string(i)), write_exact(before[i]), std::nullopt});
  }

  std::vector<JsonChange> changes_{};
};

}  // namespace

std::vector<JsonChange> find_changes(std::string_view before, std::string_view after) {
  Json first;
  Json second;
  if (!read_exact(before, first) || !read_exact(after, second)) {
    bool const is_shown = is_json(before) && is_json(after) && before != after;
    return is_shown ? std::vector<JsonChange>{{"", std::string{before}, std::string{after}}}
                    : std::vector<JsonChange>{};
  }
  Comparison comparison;
  comparison.compare("", first, second);
  return comparison.take();
}

}  // namespace agenta::protocol
