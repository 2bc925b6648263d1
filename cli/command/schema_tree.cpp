#include "cli/command/schema_tree.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "cli/command/schema_reader.hpp"
#include "cli/command/schema_words.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/style.hpp"
#include "cli/terminal/width.hpp"
#include "cli/terminal/wrap.hpp"
#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

constexpr int kDeepest = 6;                 // of a tree that a person can still read
constexpr std::size_t kMostText = 1 << 20;  // and its length
constexpr std::size_t kMostChoices = 100;
constexpr std::size_t kMostExamples = 3;
constexpr std::size_t kLongestDescription = 8 << 10;
constexpr int kWidestExample = 100;

/// The list, cut at `most`.
std::vector<std::string> first_of(std::vector<std::string> words, std::size_t most) {
  if (words.size() <= most) return words;
  std::string rest = "… (" + std::to_string(words.size() - most) + " more)";
  words.resize(most);
  words.push_back(std::move(rest));
  return words;
}

/// At most `most` bytes of a text, and `…` where that is not all.
std::string cut_at(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  auto const is_inside = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  while (most > 0 && is_inside(most)) --most;
  return text.substr(0, most) + " …";
}

class Tree {
 public:
  Tree(std::string_view schema, SchemaSide side, PageStyle const& style)
      : reader_(schema), side_(side), style_(style) {}

  std::string render() {
    SchemaNode const root = reader_.read(reader_.root());
    path_.emplace_back("#");
    path_.insert(path_.end(), root.references.begin(), root.references.end());
    children(root, 1);
    if (is_full()) out_ += "  …\n";
    return std::move(out_);
  }

 private:
  bool is_full() const { return reader_.is_spent() || out_.size() > kMostText; }

  void line(int depth, std::string_view text) { out_ += wrapped(text, 2 * depth, style_.columns); }

  /// The properties below a node, and those of each alternative that has any.
  void children(SchemaNode const& node, int depth) {
    auto const properties = reader_.properties_of(node);
    for (SchemaProperty const& each : properties) {
      if (is_full()) return;
      property(each, depth);
    }
    for (std::string_view const alternative : node.alternatives) {
      if (is_full()) return;
      variant(reader_.read(alternative), depth);
    }
    element(node, depth);
  }

  /// What an array's elements or a map's values have inside.
  void element(SchemaNode const& node, int depth) {
    for (char const* keyword : {"items", "additionalProperties"}) {
      auto const inner = node.find(keyword);
      if (inner && inner->starts_with('{') && !is_full()) below(reader_.read(*inner), depth);
    }
  }

  /// One of several shapes that a value may have; those without properties are told by the type already.
  void variant(SchemaNode const& node, int depth) {
    bool const is_known = circle_in(node).has_value();
    if (!is_known && reader_.properties_of(node).empty()) return;
    std::string const title = node.text("title");
    line(depth, "either" + (title.empty() ? "" : " " + title) + ":");
    below(node, depth + 1);
  }

  /// The reference by which a node leads back to where we are.
  std::optional<std::string> circle_in(SchemaNode const& node) const {
    for (std::string const& reference : node.references) {
      if (std::ranges::find(path_, reference) != path_.end()) return reference;
    }
    return std::nullopt;
  }

  void below(SchemaNode const& node, int depth) {
    if (auto const circle = circle_in(node)) {
      line(depth, "… again as above (" + (*circle == "#" ? "the whole" : *circle) + ")");
      return;
    }
    if (depth > kDeepest) {
      if (node.find("properties") || node.find("items") || !node.alternatives.empty()) line(depth, "…");
      return;
    }
    std::size_t const mark = path_.size();
    path_.insert(path_.end(), node.references.begin(), node.references.end());
    children(node, depth);
    path_.resize(mark);
  }

  void property(SchemaProperty const& each, int depth) {
    SchemaNode const node = reader_.read(each.schema);
    head(each, node, depth);
    details(node, depth + 2);
    below(node, depth + 1);
  }

  /// The name, the type, and what fits beside them.
  void head(SchemaProperty const& each, SchemaNode const& node, int depth) {
    std::string const name = visible(each.name);
    std::string const required = side_ == SchemaSide::input ? "required" : "always there";
    std::vector<std::string> words{visible(type_words(reader_, node))};
    std::size_t const type_end = words.size();
    for (std::string& word : limit_words(node)) words.push_back(visible(word));

    std::string const margin(static_cast<std::size_t>(2 * depth), ' ');
    std::string plain = name + "  " + words.front() + (each.is_required ? "  " + required : "");
    out_ += margin + inked(name, Ink::bold, style_.has_color) + "  " + words.front();
    if (each.is_required) out_ += "  " + inked(required, Ink::yellow, style_.has_color);
    std::string const rest = join(std::span{words}.subspan(type_end), ", ");
    bool const fits = 2 * depth + display_width(plain) + 2 + display_width(rest) <= style_.columns;
    if (!rest.empty() && fits) out_ += "  " + rest;
    out_ += "\n";
    if (!rest.empty() && !fits) line(depth + 2, rest);
  }

  /// What it is for, what it may be, and what it looks like.
  void details(SchemaNode const& node, int depth) {
    line(depth, cut_at(node.text("description"), kLongestDescription));
    if (auto const choices = node.find("enum")) {
      auto const words = first_of(reader_.words_of(choices), kMostChoices);
      if (!words.empty()) line(depth, "one of: " + join(words, ", "));
    }
    std::vector<std::string> examples = reader_.words_of(node.find("examples"));
    if (auto const example = node.find("example"); example && examples.empty()) {
      examples.push_back(protocol::read_string(*example).value_or(std::string{*example}));
    }
    if (examples.size() > kMostExamples) examples.resize(kMostExamples);
    for (std::string& example : examples) example = fit_width(example, kWidestExample);
    if (!examples.empty()) line(depth, "e.g. " + join(examples, "; "));
  }

  SchemaReader reader_;
  SchemaSide side_;
  PageStyle style_;
  std::vector<std::string> path_{};  ///< the references that led to where we are
  std::string out_{};
};

}  // namespace

std::string render_schema(std::string_view schema, SchemaSide side, PageStyle const& style) {
  return Tree{schema, side, style}.render();
}

}  // namespace agenta::cli
