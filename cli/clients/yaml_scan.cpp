#include "cli/clients/yaml_scan.hpp"

#include <algorithm>
#include <cctype>

#include "cli/clients/text_place.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

/// Behind the quoted scalar that begins at `at`; `kNone` where it has no end before `limit`.
std::size_t quoted_end(std::string_view text, std::size_t at, std::size_t limit) {
  char const quote = text[at];
  for (++at; at < limit; ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (text[at] == quote && quote == '\'' && at + 1 < limit && text[at + 1] == '\'') {
      ++at;
    } else if (text[at] == quote) {
      return at + 1;
    }
  }
  return kNone;
}

/// Behind the flow collection that begins at `at`.
std::size_t flow_end(std::string_view text, std::size_t at, std::size_t limit) {
  std::string open;
  while (at < limit) {
    char const c = text[at];
    bool const begins_word = at == 0 || std::string_view{" \t\n[{,:"}.find(text[at - 1]) != kNone;
    if ((c == '"' || c == '\'') && begins_word) {
      at = quoted_end(text, at, limit);
      if (at == kNone) return kNone;
      continue;
    }
    if (c == '#' && begins_word) {
      at = std::min(text.find('\n', at), limit);
      continue;
    }
    if (c == '[' || c == '{') open += c;
    if (c == ']' || c == '}') {
      if (open.empty() || open.back() != (c == ']' ? '[' : '{')) return kNone;
      open.pop_back();
      if (open.empty()) return at + 1;
    }
    ++at;
  }
  return kNone;
}

/// Where the comment of a line begins, or its end.
std::size_t comment_begin(std::string_view text, std::size_t at, std::size_t line_end) {
  for (; at < line_end; ++at) {
    if (text[at] == '#' && (at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t')) return at;
  }
  return line_end;
}

struct Line {
  std::size_t begin = 0;
  std::size_t end = 0;   ///< without what ends it
  std::size_t next = 0;  ///< where the next begins
  std::size_t indent = 0;
  std::string_view text{};  ///< from its first letter on
  bool says_nothing() const { return text.empty() || text.front() == '#'; }
};

Line line_at(std::string_view text, std::size_t at) {
  Line line;
  line.begin = at;
  line.next = next_line(text, at);
  line.end = line.next;
  while (line.end > at && (text[line.end - 1] == '\n' || text[line.end - 1] == '\r')) --line.end;
  while (at + line.indent < line.end && text[at + line.indent] == ' ') ++line.indent;
  line.text = trim(text.substr(at + line.indent, line.end - at - line.indent));
  return line;
}

class Reader {
 public:
  Reader(std::string_view text, std::size_t begin, std::size_t end) : text_(text), at_(begin), end_(end) {}

  Result<std::optional<YamlMapping>> run() {
    while (at_ < end_) {
      Line const line = line_at(text_, at_);
      if (line.says_nothing() || (is_top_ && mapping_.members.empty() && is_preamble(line))) {
        at_ = line.next;
        continue;
      }
      if (mapping_.members.empty()) mapping_.indent = line.indent;
      AGENTA_CHECK(member(line));
    }
    if (mapping_.members.empty()) return std::optional<YamlMapping>{};
    return std::optional{std::move(mapping_)};
  }

 private:
  static bool is_preamble(Line const& line) {
    return line.indent == 0 && (line.text == "---" || line.text.starts_with("%"));
  }

  Result<void> member(Line const& line) {
    std::size_t const key_at = line.begin + line.indent;
    if (line.indent != mapping_.indent)
      return misread_at(text_, key_at, "this line's indentation fits to nothing above");
    if (text_[key_at] == '\t') return misread_at(text_, key_at, "YAML has no tabs in its indentation");
    YamlMember member;
    member.begin = line.begin;
    AGENTA_TRY(std::size_t const colon, key(key_at, line.end, member.key));
    member.value_begin = colon + 1;
    std::size_t const begin = text_.find_first_not_of(" \t", member.value_begin);
    bool const has_value = begin < line.end && text_[begin] != '#';
    member.line_end = member.value_begin;
    if (has_value) {
      AGENTA_TRY(member.line_end, value(begin, line));
    }
    member.end = end_of_member(member);
    at_ = member.end;
    mapping_.members.push_back(std::move(member));
    return {};
  }

  /// Why there is no key, in words that are true of YAML too which is only not for these edits.
  std::string_view why_no_key(std::size_t at, std::size_t line_end) const {
    std::string_view const rest = text_.substr(at, line_end - at);
    bool const ends_document = rest.starts_with("...") || rest.starts_with("---");
    if (ends_document && is_top_) {
      return "a document ends here, and nothing is added to a file that says so: take the mark out, or put "
             "the entry in by hand";
    }
    if (rest.starts_with('{'))
      return "a mapping in braces is not added to: write it in lines of key: value, or put the entry in by "
             "hand";
    if (rest.starts_with("- ") || rest == "-") return "a key and a colon are expected, and no list";
    if (std::string_view{"?&*!"}.find(rest.front()) != kNone)
      return "a key in this form is not read here; write it as key: value, or put the entry in by hand";
    return "a key and a colon are expected";
  }

  /// Where the key's colon is.
  Result<std::size_t> key(std::size_t at, std::size_t line_end, std::string& into) const {
    std::size_t colon = kNone;
    if (text_[at] == '"' || text_[at] == '\'') {
      std::size_t const end = quoted_end(text_, at, line_end);
      if (end == kNone) return misread_at(text_, at, "this key has no end");
      colon = text_.find_first_not_of(' ', end);
      into = read_yaml_scalar(text_.substr(at, end - at)).value_or("");
    } else {
      for (std::size_t i = at; i < line_end && colon == kNone; ++i) {
        if (text_[i] == ':' && (i + 1 == line_end || text_[i + 1] == ' ' || text_[i + 1] == '\t')) colon = i;
      }
      if (colon != kNone) into = trim(text_.substr(at, colon - at));
    }
    constexpr std::string_view kNoKey = "-?[]{},#&*!|>%@`\t";
    bool const begins_key =
        kNoKey.find(text_[at]) == kNone || (text_[at] == '-' && at + 1 < line_end && text_[at + 1] != ' ');
    if (!begins_key || colon == kNone || colon >= line_end || text_[colon] != ':') {
      return misread_at(text_, at, why_no_key(at, line_end));
    }
    return colon;
  }

  /// The end of what a member's line says, over further lines where quotes or brackets go on.
  Result<std::size_t> value(std::size_t begin, Line const& line) {
    char const c = text_[begin];
    if (c == '"' || c == '\'' || c == '[' || c == '{') {
      bool const is_quoted = c == '"' || c == '\'';
      std::size_t const end = is_quoted ? quoted_end(text_, begin, end_) : flow_end(text_, begin, end_);
      if (end == kNone) return misread_at(text_, begin, "this is not closed");
      Line const last = line_at(text_, line_begin(text_, end));
      std::string_view const rest = trim(text_.substr(end, last.end > end ? last.end - end : 0));
      if (!rest.empty() && rest.front() != '#') return misread_at(text_, end, "something follows the value");
      return end;
    }
    std::size_t const end = comment_begin(text_, begin, line.end);
    std::string_view const said = trim(text_.substr(begin, end - begin));
    return begin + said.size();
  }

  /// Behind the last line that is indented deeper, or is a sequence's item.
  std::size_t end_of_member(YamlMember const& member) const {
    std::size_t end = next_line(text_, member.line_end - 1);
    bool const has_value = member.line_end > member.value_begin;
    for (std::size_t at = end; at < end_;) {
      Line const line = line_at(text_, at);
      bool const is_item =
          line.indent == mapping_.indent && !has_value && (line.text == "-" || line.text.starts_with("- "));
      if (line.text.empty() || (line.text.front() == '#' && line.indent <= mapping_.indent)) {
        at = line.next;
        continue;
      }
      if (line.indent <= mapping_.indent && !is_item) break;
      at = end = line.next;
    }
    return end;
  }

  std::string_view text_;
  std::size_t at_;
  std::size_t end_;
  YamlMapping mapping_{};
  bool is_top_ = at_ == mark_size(text_);
};

}  // namespace

Result<std::optional<YamlMapping>> read_yaml_mapping(std::string_view text, std::size_t begin,
                                                     std::size_t end) {
  return Reader{text, begin, end}.run();
}

std::optional<std::string> read_yaml_scalar(std::string_view value) {
  value = trim(value);
  if (value.empty()) return std::string{};
  if (value.front() == '"') {
    std::size_t const end = quoted_end(value, 0, value.size());
    return end == kNone ? std::nullopt : protocol::read_string(value.substr(0, end));
  }
  if (value.front() == '\'') {
    std::size_t const end = quoted_end(value, 0, value.size());
    if (end == kNone) return std::nullopt;
    return replace_all(value.substr(1, end - 2), "''", "'");
  }
  if (std::string_view{"[{|>&*!"}.find(value.front()) != kNone) return std::nullopt;
  if (value.find('\n') != kNone) return std::nullopt;
  return std::string{trim(value.substr(0, comment_begin(value, 0, value.size())))};
}

std::optional<std::vector<std::string>> read_yaml_texts(std::string_view value) {
  std::vector<std::string> texts;
  std::string_view const trimmed = trim(value);
  if (trimmed.starts_with('[')) {
    std::size_t const close = flow_end(trimmed, 0, trimmed.size());
    if (close == kNone) return std::nullopt;
    for (std::size_t at = 1; at + 1 < close;) {
      at = trimmed.find_first_not_of(" \t\r\n,", at);
      if (at == kNone || at + 1 >= close) break;
      bool const is_quoted = trimmed[at] == '"' || trimmed[at] == '\'';
      std::size_t const end =
          is_quoted ? quoted_end(trimmed, at, close) : std::min(trimmed.find_first_of(",]", at), close - 1);
      if (end == kNone) return std::nullopt;
      auto text = read_yaml_scalar(trimmed.substr(at, end - at));
      if (!text) return std::nullopt;
      texts.push_back(std::move(*text));
      at = end;
    }
    return texts;
  }
  for (std::size_t at = 0; at < value.size();) {
    Line const line = line_at(value, at);
    at = line.next;
    if (line.says_nothing()) continue;
    if (!line.text.starts_with("- ")) return std::nullopt;
    auto text = read_yaml_scalar(line.text.substr(2));
    if (!text) return std::nullopt;
    texts.push_back(std::move(*text));
  }
  return texts;
}

std::string write_yaml_scalar(std::string_view text) {
  constexpr std::string_view kWords[] = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"};
  bool const is_word =
      std::ranges::any_of(kWords, [&](std::string_view word) { return equal_ignoring_case(word, text); });
  bool const begins_plain =
      !text.empty() && (std::isalpha(static_cast<unsigned char>(text[0])) != 0 || text[0] == '/');
  bool const is_plain = std::ranges::all_of(text, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view{"_-./"}.find(c) != kNone;
  });
  return begins_plain && is_plain && !is_word ? std::string{text} : protocol::write_string(text);
}

}  // namespace agenta::cli
