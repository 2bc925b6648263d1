#include "daemon/core/file_fields.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon {
namespace {

using Json = nlohmann::json;
using Schemas = std::vector<Json const*>;

constexpr int kDeepest = 32;
constexpr std::size_t kMostSchemas = 256;  // of one place: schemas can multiply

Json const* find(Json const& object, char const* name) {
  if (!object.is_object()) return nullptr;
  auto const found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

/// What a local `$ref` names; null where it names nothing here.
Json const* follow(Json const& root, std::string const& reference) {
  if (!reference.starts_with('#')) return nullptr;
  Json const* at = &root;
  for (auto const& token : pointer_tokens(std::string_view{reference}.substr(1))) {
    at = find(*at, token.c_str());
    if (at == nullptr) return nullptr;
  }
  return at;
}

/// The schema, and those that it refers to and combines.
void add_with_parts(Json const& root, Json const& schema, Schemas& into, int depth = 0) {
  if (depth > kDeepest || into.size() >= kMostSchemas || !schema.is_object()) return;
  if (std::ranges::find(into, &schema) != into.end()) return;
  into.push_back(&schema);
  if (auto const* reference = find(schema, "$ref"); reference != nullptr && reference->is_string()) {
    auto const* named = follow(root, reference->get_ref<std::string const&>());
    if (named != nullptr) add_with_parts(root, *named, into, depth + 1);
  }
  for (char const* keyword : {"allOf", "anyOf", "oneOf"}) {
    auto const* parts = find(schema, keyword);
    if (parts == nullptr || !parts->is_array()) continue;
    for (auto const& part : *parts) add_with_parts(root, part, into, depth + 1);
  }
}

void add_elements(Json const& root, Json const& schema, Schemas& into) {
  auto const* items = find(schema, "items");
  if (items == nullptr) return;
  if (items->is_array()) {
    for (auto const& each : *items) add_with_parts(root, each, into);
  } else {
    add_with_parts(root, *items, into);
  }
}

bool is_index(std::string_view token) {
  return !token.empty() && std::ranges::all_of(token, [](char c) { return c >= '0' && c <= '9'; });
}

Schemas members(Json const& root, Schemas const& places, std::string const& token) {
  Schemas found;
  for (auto const* schema : places) {
    auto const* properties = find(*schema, "properties");
    auto const* member = properties == nullptr ? nullptr : find(*properties, token.c_str());
    if (member != nullptr) add_with_parts(root, *member, found);
    if (is_index(token)) add_elements(root, *schema, found);
  }
  return found;
}

bool takes_file(Schemas const& places) {
  return std::ranges::any_of(places, [](Json const* schema) {
    auto const* mark = find(*schema, "file_uploadable");
    return mark != nullptr && mark->is_boolean() && mark->get<bool>();
  });
}

Schemas elements(Json const& root, Schemas const& places) {
  Schemas found;
  for (auto const* schema : places) add_elements(root, *schema, found);
  return found;
}

/// Looks for fields in one place and below. `on_the_way` ends circles.
void collect(Json const& root, Schemas const& places, std::string const& name, Schemas& on_the_way,
             std::vector<std::string>& names) {
  constexpr std::size_t kMostNames = 64;
  if (names.size() >= kMostNames || on_the_way.size() > kDeepest * 8) return;
  if (!name.empty() && (takes_file(places) || takes_file(elements(root, places)))) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    return;
  }
  auto const before = on_the_way.size();
  for (auto const* schema : places) {
    if (std::ranges::find(on_the_way, schema) != on_the_way.end()) continue;
    on_the_way.push_back(schema);
    auto const* properties = find(*schema, "properties");
    if (properties == nullptr || !properties->is_object()) continue;
    for (auto const& [key, member] : properties->items()) {
      Schemas below;
      add_with_parts(root, member, below);
      std::string const written = replace_all(replace_all(key, "\\", "\\\\"), ".", "\\.");
      collect(root, below, name.empty() ? written : name + "." + written, on_the_way, names);
    }
    if (!name.empty()) collect(root, elements(root, {schema}), name + ".0", on_the_way, names);
  }
  on_the_way.resize(before);
}

using Tokens = std::span<std::string const>;
std::optional<std::string> put(std::string_view document, Tokens tokens, std::string const& value,
                               bool append);

std::string join_array(std::vector<std::string_view> const& items) {
  std::string out = "[";
  for (auto const item : items) out.append(out.size() > 1 ? "," : "").append(item);
  return out + "]";
}

std::optional<std::string> put_in_array(std::vector<std::string_view> items, Tokens tokens,
                                        std::string const& value, bool append) {
  std::size_t index = 0;
  auto const& token = tokens.front();
  auto const [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (error != std::errc{} || end != token.data() + token.size() || index > items.size()) return std::nullopt;
  if (index == items.size()) items.emplace_back("null");
  auto const changed = put(items[index], tokens.subspan(1), value, append);
  if (!changed) return std::nullopt;
  items[index] = *changed;
  return join_array(items);
}

std::optional<std::string> put_in_object(std::vector<protocol::JsonMember> const& all, Tokens tokens,
                                         std::string const& value, bool append) {
  std::string out = "{";
  auto const add = [&out](std::string const& name, std::string_view json) {
    out.append(out.size() > 1 ? "," : "").append(protocol::write_string(name)).append(":").append(json);
  };
  std::string_view old = "null";
  for (auto const& member : all) {
    if (member.name == tokens.front()) {
      old = member.value;  // the last of equal names is the one that counts
    } else {
      add(member.name, member.value);
    }
  }
  auto const changed = put(old, tokens.subspan(1), value, append);
  if (!changed) return std::nullopt;
  add(tokens.front(), *changed);
  return out + "}";
}

std::optional<std::string> put(std::string_view document, Tokens tokens, std::string const& value,
                               bool append) {
  document = trim(document);
  bool const is_nothing = document == "null";
  if (tokens.empty()) {
    if (!append) return value;
    auto items = is_nothing ? std::vector<std::string_view>{} : protocol::elements_of(document);
    if (!items) return std::nullopt;
    items->emplace_back(value);
    return join_array(*items);
  }
  if (auto const items = protocol::elements_of(document)) return put_in_array(*items, tokens, value, append);
  if (is_nothing) return put_in_object({}, tokens, value, append);
  auto const all = protocol::members_of(document);
  return all ? put_in_object(*all, tokens, value, append) : std::nullopt;
}

}  // namespace

std::vector<std::string> pointer_tokens(std::string_view pointer) {
  std::vector<std::string> tokens;
  if (pointer.empty()) return tokens;
  for (auto const& token : split(pointer.substr(1), '/'))
    tokens.push_back(replace_all(replace_all(token, "~1", "/"), "~0", "~"));
  return tokens;
}

FilePlace find_file_place(JsonText const& schema, std::string_view pointer) {
  auto const root = Json::parse(schema.text, nullptr, false);
  if (root.is_discarded() || pointer.empty()) return FilePlace::none;
  Schemas places;
  add_with_parts(root, root, places);
  for (auto const& token : pointer_tokens(pointer)) places = members(root, places, token);
  if (takes_file(places)) return FilePlace::single;
  return takes_file(elements(root, places)) ? FilePlace::list : FilePlace::none;
}

std::vector<std::string> list_file_fields(JsonText const& schema) {
  std::vector<std::string> names;
  auto const root = Json::parse(schema.text, nullptr, false);
  if (root.is_discarded()) return names;
  Schemas places;
  add_with_parts(root, root, places);
  Schemas on_the_way;
  collect(root, places, "", on_the_way, names);
  return names;
}

std::string put_value(std::string_view document, std::vector<std::string> const& tokens,
                      std::string const& value, bool append) {
  return put(document, tokens, value, append).value_or("");
}

}  // namespace agenta::daemon
