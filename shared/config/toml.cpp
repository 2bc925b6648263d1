// The only file that includes toml++: two seconds of compilation, and nothing of it is run where there is no
// file.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>
#include <algorithm>

#include "shared/base/text.hpp"

#include <algorithm>

#include "shared/config/settings.hpp"
#include "shared/config/values.hpp"

namespace agenta::config {
namespace {

Position position_of(toml::source_position const& source) {
  Position position;
  position.line = source.line;
  position.column = source.column;
  return position;
}

std::optional<std::string> text_of(toml::node const& node) {
  if (auto const* const text = node.as_string()) return text->get();
  if (auto const* const boolean = node.as_boolean()) return std::string{boolean->get() ? "true" : "false"};
  if (auto const* const integer = node.as_integer()) return std::to_string(integer->get());
  return std::nullopt;
}

void collect(toml::table const& table, std::string const& prefix, FileContent& content) {
  for (auto const& [key, node] : table) {
    std::string const name = prefix + std::string{key.str()};
    if (auto const* const inner = node.as_table()) {
      FileTable found;
      found.key = name;
      found.line = inner->source().begin.line;
      if (!inner->is_inline()) content.tables.push_back(std::move(found));
      collect(*inner, name + ".", content);
      continue;
    }
    FileEntry entry;
    entry.key = name;
    entry.text = text_of(node);
    entry.key_at = position_of(key.source().begin);
    entry.value_at = position_of(node.source().begin);
    entry.value_end = position_of(node.source().end);
    content.entries.push_back(std::move(entry));
  }
}

}  // namespace

Result<FileContent> parse_toml(std::string const& text, std::filesystem::path const& file) {
  // The parser bounds nested values but recurses over dotted names, and this file may be anyone's.
  constexpr std::ptrdiff_t kMostDots = 64;
  std::size_t line_number = 0;
  for (std::string const& line : split(text, '\n')) {
    ++line_number;
    std::string_view const name = std::string_view{line}.substr(0, line.find('='));
    if (std::ranges::count(name, '.') <= kMostDots) continue;
    return fail(ErrorCode::usage, file.string() + ":" + std::to_string(line_number) + ": a name of over " +
                                      std::to_string(kMostDots) + " parts");
  }
  auto const parsed = toml::parse(std::string_view{text});
  if (!parsed) {
    auto const& problem = parsed.error();
    return fail(ErrorCode::usage, file.string() + ":" + std::to_string(problem.source().begin.line) + ": " +
                                      std::string{problem.description()});
  }
  FileContent content;
  collect(parsed.table(), "", content);
  std::ranges::sort(content.entries, [](FileEntry const& a, FileEntry const& b) {
    return std::pair{a.key_at.line, a.key_at.column} < std::pair{b.key_at.line, b.key_at.column};
  });
  return content;
}

std::string write_toml(Setting const& setting, std::string_view value) {
  if (setting.kind == Kind::boolean) return read_boolean(value).value_or(false) ? "true" : "false";
  if (setting.kind == Kind::integer) return std::string{value};
  std::string out = "\"";
  for (char const c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace agenta::config
