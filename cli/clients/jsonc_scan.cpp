#include "cli/clients/jsonc_scan.hpp"

#include <algorithm>

#include "cli/clients/text_place.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kDeepest = 512;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Behind the comment that begins at `at`; nothing where none does, or where it has no end.
std::optional<std::size_t> comment_end(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) == "//") return std::min(text.find('\n', at), text.size());
  if (text.substr(at, 2) != "/*") return std::nullopt;
  std::size_t const end = text.find("*/", at + 2);
  return end == std::string_view::npos ? std::nullopt : std::optional{end + 2};
}

/// Behind the string that begins at `at`; nothing where it has no end.
std::optional<std::size_t> string_end(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '\n'; ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return std::nullopt;
}

/// Reads values, and stops at the first mistake.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<std::size_t> value(std::size_t at, std::size_t depth) {
    if (depth > kDeepest) return misread(at, "nested too deep");
    if (at >= text_.size()) return misread(at, "the text ends where a value is expected");
    if (text_[at] == '{') return object(at, depth, nullptr);
    if (text_[at] == '[') return array(at, depth);
    if (text_[at] == '"') return string(at);
    std::size_t end = at;
    while (end < text_.size() && !is_space(text_[end]) &&
           std::string_view{",]}/:\""}.find(text_[end]) == std::string_view::npos)
      ++end;
    if (!protocol::is_json(text_.substr(at, end - at))) return misread(at, "a value is expected");
    return end;
  }

  Result<std::size_t> object(std::size_t at, std::size_t depth, JsoncObject* found) {
    std::size_t const open = at;
    for (at = blank(at + 1);; at = blank(at)) {
      if (at < text_.size() && text_[at] == '}') break;
      if (at >= text_.size()) return misread(open, "this { has no }");
      if (text_[at] != '"') return misread(at, "a name in quotes is expected, or }");
      JsoncMember member;
      member.begin = at;
      AGENTA_TRY(at, string(at));
      member.name = protocol::read_string(text_.substr(member.begin, at - member.begin)).value_or("");
      at = blank(at);
      if (at >= text_.size() || text_[at] != ':') return misread(at, "a colon is expected");
      member.value_begin = blank(at + 1);
      AGENTA_TRY(member.end, value(member.value_begin, depth + 1));
      at = blank(member.end);
      bool const has_comma = at < text_.size() && text_[at] == ',';
      if (has_comma) member.comma = at++;
      if (found != nullptr) found->members.push_back(std::move(member));
      if (!has_comma && (at >= text_.size() || text_[at] != '}'))
        return misread(at, "a comma is expected, or }");
    }
    if (found != nullptr) {
      found->open = open;
      found->close = at;
    }
    return at + 1;
  }

  std::size_t blank(std::size_t at) const { return skip_jsonc_blank(text_, at); }
  unexpected<Error> misread(std::size_t at, std::string_view what) const {
    return misread_at(text_, at, what);
  }

 private:
  Result<std::size_t> array(std::size_t at, std::size_t depth) {
    std::size_t const open = at;
    for (at = blank(at + 1);; at = blank(at)) {
      if (at < text_.size() && text_[at] == ']') return at + 1;
      if (at >= text_.size()) return misread(open, "this [ has no ]");
      AGENTA_TRY(at, value(at, depth + 1));
      at = blank(at);
      bool const has_comma = at < text_.size() && text_[at] == ',';
      if (has_comma) ++at;
      if (!has_comma && (at >= text_.size() || text_[at] != ']'))
        return misread(at, "a comma is expected, or ]");
    }
  }

  Result<std::size_t> string(std::size_t at) {
    auto const end = string_end(text_, at);
    if (!end || !protocol::is_json(text_.substr(at, *end - at)))
      return misread(at, "this string has no right end");
    return *end;
  }

  std::string_view text_;
};

}  // namespace

std::size_t skip_jsonc_blank(std::string_view text, std::size_t at) {
  for (;;) {
    while (at < text.size() && is_space(text[at])) ++at;
    auto const end = comment_end(text, at);
    if (!end) return at;
    at = *end;
  }
}

Result<std::optional<std::size_t>> find_jsonc_root(std::string_view text) {
  Reader reader{text};
  std::size_t const root = reader.blank(mark_size(text));
  if (root == text.size()) return std::optional<std::size_t>{};
  AGENTA_TRY(std::size_t const end, reader.value(root, 0));
  std::size_t const rest = reader.blank(end);
  if (rest != text.size()) return reader.misread(rest, "something follows the end");
  return std::optional{root};
}

std::optional<JsoncObject> read_jsonc_object(std::string_view text, std::size_t at) {
  JsoncObject object;
  if (at >= text.size() || text[at] != '{' || !Reader{text}.object(at, 0, &object)) return std::nullopt;
  return object;
}

std::string plain_json(std::string_view jsonc) {
  std::string plain;
  for (std::size_t at = skip_jsonc_blank(jsonc, 0); at < jsonc.size(); at = skip_jsonc_blank(jsonc, at)) {
    char const c = jsonc[at];
    if (c == '"') {
      std::size_t const end = string_end(jsonc, at).value_or(jsonc.size());
      std::string_view const quoted = jsonc.substr(at, end - at);
      plain += protocol::write_string(protocol::read_string(quoted).value_or(std::string{quoted}));
      at = end;
      continue;
    }
    if ((c == '}' || c == ']') && plain.ends_with(',')) plain.pop_back();
    plain += c;
    ++at;
  }
  return plain;
}

}  // namespace agenta::cli
