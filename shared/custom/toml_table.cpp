#include "shared/custom/toml_table.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::custom {

std::optional<std::string> TableReader::text(std::string_view key) {
  auto const* const node = table_.get(key);
  if (node == nullptr) return std::nullopt;
  if (auto const* const text = node->as_string()) return text->get();
  complain(key, "is a text, in quotes");
  return std::nullopt;
}

bool TableReader::boolean(std::string_view key, bool otherwise) {
  auto const* const node = table_.get(key);
  if (node == nullptr) return otherwise;
  if (auto const* const value = node->as_boolean()) return value->get();
  complain(key, "is true or false");
  return otherwise;
}

std::vector<std::string> TableReader::texts(std::string_view key) {
  std::vector<std::string> list;
  auto const* const node = table_.get(key);
  if (node == nullptr) return list;
  auto const* const array = node->as_array();
  if (array == nullptr) {
    complain(key, "is a list of texts: [\"a\", \"b\"]");
    return list;
  }
  for (toml::node const& each : *array) {
    if (auto const* const text = each.as_string()) {
      list.push_back(text->get());
    } else {
      problems_.add(each.source(), subject_ + ": " + std::string{key} + " has only texts, in quotes");
    }
  }
  return list;
}

std::string TableReader::word(std::string_view key, std::vector<std::string> const& words) {
  auto const given = text(key);
  if (!given) return words.front();
  if (std::ranges::find(words, *given) != words.end()) return *given;
  std::string message = "is " + join(words, " or ") + ", not " + *given;
  if (auto const meant = nearest(*given, words)) message += "; did you mean " + *meant + "?";
  complain(key, message);
  return words.front();
}

toml::table const* TableReader::inner(std::string_view key) {
  auto const* const node = table_.get(key);
  if (node == nullptr) return nullptr;
  auto const* const table = node->as_table();
  if (table == nullptr) complain(key, "is a table");
  return table;
}

void TableReader::refuse_others(std::vector<std::string> const& known, std::vector<std::string> const& also) {
  for (auto const& [key, node] : table_) {
    std::string const name{key.str()};
    if (std::ranges::find(known, name) != known.end() || std::ranges::find(also, name) != also.end())
      continue;
    std::string message = subject_ + ": there is no " + name;
    if (auto const meant = nearest(name, known)) {
      message += "; did you mean " + *meant + "?";
    } else {
      message += "; there are " + join(known, ", ");
    }
    problems_.add(key.source(), std::move(message));
  }
}

void TableReader::complain(std::string_view key, std::string const& message) {
  problems_.add(where(key), subject_ + ": " + std::string{key} + " " + message);
}

toml::source_region TableReader::where(std::string_view key) const {
  auto const* const node = table_.get(key);
  return node == nullptr ? table_.source() : node->source();
}

std::string json_of(toml::node const& node, Problems& problems) {
  if (auto const* const table = node.as_table()) {
    std::string json = "{";
    for (auto const& [key, value] : *table) {
      if (json.size() > 1) json += ',';
      json += protocol::write_string(key.str()) + ":" + json_of(value, problems);
    }
    return json + "}";
  }
  if (auto const* const array = node.as_array()) {
    std::string json = "[";
    for (toml::node const& each : *array) {
      if (json.size() > 1) json += ',';
      json += json_of(each, problems);
    }
    return json + "]";
  }
  if (auto const* const text = node.as_string()) return protocol::write_string(text->get());
  if (auto const* const value = node.as_boolean()) return value->get() ? "true" : "false";
  if (auto const* const value = node.as_integer()) return std::to_string(value->get());
  if (auto const* const value = node.as_floating_point(); value != nullptr && std::isfinite(value->get())) {
    std::ostringstream out;
    out.imbue(std::locale::classic());
    out.precision(17);
    out << value->get();
    return out.str();
  }
  problems.add(node.source(), "JSON has no such value: it has texts, numbers, true, false, lists and tables");
  return "null";
}

}  // namespace agenta::custom
