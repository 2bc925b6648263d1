#include "cli/command/schema_words.hpp"

#include <algorithm>
#include <optional>

#include "cli/terminal/width.hpp"
#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

constexpr int kDeepest = 4;  // of arrays of arrays, and alternatives of alternatives
constexpr std::size_t kMostAlternatives = 8;
constexpr int kWidestValue = 60;  // of a default: what is longer is a document of its own

std::string words_at(SchemaReader& reader, SchemaNode const& node, int depth);

std::string words_of_any(SchemaReader& reader, std::vector<std::string_view> const& alternatives, int depth) {
  std::vector<std::string> words;
  for (std::string_view const each : alternatives) {
    std::string word = words_at(reader, reader.read(each), depth + 1);
    if (std::ranges::find(words, word) == words.end()) words.push_back(std::move(word));
    if (words.size() < kMostAlternatives) continue;
    words.emplace_back("…");
    break;
  }
  return join(words, " or ");
}

/// The `type` keyword's words, without null.
std::string declared_type(SchemaReader& reader, SchemaNode const& node) {
  auto const type = node.find("type");
  if (!type) return "";
  auto words = type->starts_with('[') ? reader.words_of(type) : std::vector{node.text("type")};
  std::erase(words, "null");
  return join(words, " or ");
}

std::string words_at(SchemaReader& reader, SchemaNode const& node, int depth) {
  if (depth > kDeepest) return "…";
  std::string words = declared_type(reader, node);
  if (words.empty() && node.find("properties")) words = "object";
  if (words.empty() && !node.alternatives.empty()) words = words_of_any(reader, node.alternatives, depth);
  if (words.empty() && node.find("const")) words = "a fixed value";
  if (words.empty() && node.find("enum")) words = "one of a few values";
  if (words.empty()) words = node.unresolved.empty() ? "anything" : "anything (see " + node.unresolved + ")";
  if (words == "array") {
    if (auto const items = node.find("items"); items && items->starts_with('{')) {
      words = "array of " + words_at(reader, reader.read(*items), depth + 1);
    }
  }
  if (words == "object" && !node.find("properties")) {
    auto const values = node.find("additionalProperties");
    if (values && values->starts_with('{')) {
      words = "object of " + words_at(reader, reader.read(*values), depth + 1) + " by name";
    }
  }
  if (std::string const format = node.text("format"); !format.empty()) words += " (" + format + ")";
  if (node.takes_null) words += " or null";
  return words;
}

std::string counted(std::string_view count, std::string const& thing) {
  return std::string{count} + " " + thing + (count == "1" ? "" : "s");
}

/// `1 to 10 items`, `at least 1 item`.
void add_count(std::vector<std::string>& words, std::optional<std::string_view> least,
               std::optional<std::string_view> most, std::string const& thing) {
  if (least == "0") least.reset();
  if (least && most) {
    words.push_back(*least == *most ? counted(*least, thing)
                                    : std::string{*least} + " to " + counted(*most, thing));
  } else if (least) {
    words.push_back("at least " + counted(*least, thing));
  } else if (most) {
    words.push_back("at most " + counted(*most, thing));
  }
}

void add_range(std::vector<std::string>& words, SchemaNode const& node) {
  auto const least = node.find("minimum");
  auto const most = node.find("maximum");
  auto const above = node.find("exclusiveMinimum");
  auto const below = node.find("exclusiveMaximum");
  // In OpenAPI 3.0 the exclusive keywords are booleans that belong to the others.
  bool const is_least_left_out = above == "true";
  bool const is_most_left_out = below == "true";
  if (least && most && !is_least_left_out && !is_most_left_out) {
    words.push_back(std::string{*least} + " to " + std::string{*most});
  } else {
    if (least) words.push_back((is_least_left_out ? "more than " : "at least ") + std::string{*least});
    if (most) words.push_back((is_most_left_out ? "less than " : "at most ") + std::string{*most});
  }
  if (above && *above != "true" && *above != "false") words.push_back("more than " + std::string{*above});
  if (below && *below != "true" && *below != "false") words.push_back("less than " + std::string{*below});
  if (auto const step = node.find("multipleOf")) words.push_back("a multiple of " + std::string{*step});
}

}  // namespace

std::string type_words(SchemaReader& reader, SchemaNode const& node) { return words_at(reader, node, 0); }

std::vector<std::string> limit_words(SchemaNode const& node) {
  std::vector<std::string> words;
  if (auto const fallback = node.find("default"); fallback && *fallback != "null") {
    words.push_back("default " + fit_width(*fallback, kWidestValue));
  }
  if (auto const value = node.find("const")) words.push_back("always " + fit_width(*value, kWidestValue));
  add_range(words, node);
  add_count(words, node.find("minLength"), node.find("maxLength"), "character");
  add_count(words, node.find("minItems"), node.find("maxItems"), "item");
  add_count(words, node.find("minProperties"), node.find("maxProperties"), "member");
  if (node.find("uniqueItems") == "true") words.emplace_back("no item twice");
  if (std::string const pattern = node.text("pattern"); !pattern.empty())
    words.push_back("matches " + pattern);
  if (node.find("deprecated") == "true") words.emplace_back("deprecated");
  return words;
}

}  // namespace agenta::cli
