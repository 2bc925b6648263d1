#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <unordered_set>
#include <utility>

#include "shared/schema/definition_parts.hpp"

namespace agenta::schema {
namespace {

constexpr std::size_t kLongestName = 64;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_allowed(char c, NameRules rules) {
  if (is_letter(c) || is_digit(c) || c == '_') return true;
  return rules == NameRules::anthropic && (c == '.' || c == '-');
}

/// Calls `use` for the UTF-16 units of UTF-8 text: what JavaScript counts and hashes.
template <class Use>
void each_utf16_unit(std::string_view text, Use const& use) {
  for (std::size_t i = 0; i < text.size();) {
    auto const first = static_cast<unsigned char>(text[i]);
    std::size_t const length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    std::uint32_t code = length == 1 ? first : first & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
      code = (code << 6U) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    }
    if (code < 0x10000) {
      use(code);
    } else {
      use(0xD800U + ((code - 0x10000U) >> 10U));
      use(0xDC00U + ((code - 0x10000U) & 0x3FFU));
    }
    i += length;
  }
}

/// All names of properties, at every depth, wherever a schema could stand: a name too many does no harm.
void collect_names(Value const& value, std::unordered_set<std::string_view>& names) {
  if (auto const* const elements = value.array()) {
    for (Value const& each : *elements) collect_names(each, names);
  }
  auto const* const members = value.object();
  if (members == nullptr) return;
  for (auto const& [name, each] : *members) {
    if (name == "properties" && each.object() != nullptr) {
      for (Member const& property : *each.object()) names.insert(property.name);
    }
    collect_names(each, names);
  }
}

}  // namespace

bool is_name(std::string_view name, NameRules rules) {
  if (name.empty() || name.size() > kLongestName) return false;
  if (rules == NameRules::gemini && is_digit(name.front())) return false;
  return std::ranges::all_of(name, [&](char c) { return is_allowed(c, rules); });
}

std::string name_hash(std::string_view name) {
  constexpr std::uint32_t kSeed = 5381;
  constexpr std::uint32_t kFactor = 33;
  constexpr std::uint32_t kBase = 36;
  constexpr std::size_t kMostDigits = 7;
  std::uint32_t hash = kSeed;
  each_utf16_unit(name, [&](std::uint32_t unit) { hash = (hash * kFactor) ^ unit; });
  std::string digits;
  do {
    digits.insert(0, 1, "0123456789abcdefghijklmnopqrstuvwxyz"[hash % kBase]);
    hash /= kBase;
  } while (hash > 0);
  return digits.substr(0, kMostDigits);
}

std::string plain_alias(std::string_view name, NameRules rules) {
  std::string alias;
  each_utf16_unit(name, [&](std::uint32_t unit) {
    char const c = unit < 0x80 ? static_cast<char>(unit) : '\0';
    if (c == '$') {
      alias += "dollar_";
    } else if (c == '@') {
      alias += "at_";
    } else {
      alias += is_allowed(c, rules) ? c : '_';
    }
  });
  if (alias.empty()) alias = "key_" + name_hash(name);
  if (rules == NameRules::gemini && is_digit(alias.front())) alias.insert(0, 1, '_');
  return alias.size() > kLongestName ? hashed_alias(alias, name, 0) : alias;
}

std::string hashed_alias(std::string_view base, std::string_view name, int attempt) {
  std::string tail = "_" + name_hash(name);
  if (attempt > 0) tail += "_" + std::to_string(attempt);
  return std::string{base.substr(0, kLongestName - tail.size())} + tail;
}

Aliases::Aliases(Value const& schema, NameRules rules) {
  std::unordered_set<std::string_view> names;
  collect_names(schema, names);
  std::unordered_set<std::string> taken;
  std::map<std::string, std::set<std::string>> wanted;  // an alias, and who would have it
  for (std::string_view const name : names) {
    if (is_name(name, rules)) {
      taken.emplace(name);
    } else {
      wanted[plain_alias(name, rules)].emplace(name);
    }
  }
  auto const give = [&](std::string const& name, std::string alias) {
    taken.insert(alias);
    originals_.emplace(alias, name);
    aliases_.emplace(name, std::move(alias));
  };
  for (auto const& [alias, owners] : wanted) {
    bool const alone = owners.size() == 1 && !taken.contains(alias);
    if (alone) give(*owners.begin(), alias);
  }
  for (auto const& [alias, owners] : wanted) {
    for (std::string const& name : owners) {
      if (aliases_.contains(name)) continue;
      int attempt = 0;
      std::string other = hashed_alias(alias, name, attempt);
      while (taken.contains(other)) other = hashed_alias(alias, name, ++attempt);
      give(name, std::move(other));
    }
  }
}

std::string const* Aliases::find_alias(std::string_view name) const {
  auto const found = aliases_.find(std::string{name});
  return found == aliases_.end() ? nullptr : &found->second;
}

std::string const* Aliases::find_original(std::string_view alias) const {
  auto const found = originals_.find(std::string{alias});
  return found == originals_.end() ? nullptr : &found->second;
}

namespace {

class Renamer {
 public:
  explicit Renamer(Aliases const& aliases) : aliases_(aliases) {}

  void rename(Value& schema) {
    if (Value* const properties = schema.find("properties"); properties != nullptr)
      rename_members(*properties);
    if (Value* const required = schema.find("required"); required != nullptr) rename_texts(*required);
    for (char const* const keyword : {"dependentSchemas", "dependentRequired", "dependencies"}) {
      Value* const dependent = schema.find(keyword);
      if (dependent == nullptr || dependent->object() == nullptr) continue;
      rename_members(*dependent);
      for (Member& each : *dependent->object()) rename_texts(each.value);
    }
    each_subschema(schema, [&](Value& child, std::string_view, std::string_view) { rename(child); });
  }

  Value take() { return std::move(renamed_); }

 private:
  void rename_members(Value& map) {
    if (map.object() == nullptr) return;
    for (Member& each : *map.object()) {
      std::string const* const alias = aliases_.find_alias(each.name);
      if (alias == nullptr) continue;
      if (seen_.insert(*alias).second) {
        Member renamed;
        renamed.name = *alias;
        renamed.value = each.name;
        renamed_.object()->push_back(std::move(renamed));
      }
      each.name = *alias;
    }
  }

  void rename_texts(Value& list) const {
    if (list.array() == nullptr) return;
    for (Value& each : *list.array()) {
      std::string const* const alias = each.text() != nullptr ? aliases_.find_alias(*each.text()) : nullptr;
      if (alias != nullptr) each = *alias;
    }
  }

  Aliases const& aliases_;
  Value renamed_{Value::Object{}};
  std::unordered_set<std::string> seen_{};
};

}  // namespace

Value rename_properties(Value& schema, Aliases const& aliases) {
  Renamer renamer{aliases};
  renamer.rename(schema);
  return renamer.take();
}

}  // namespace agenta::schema
