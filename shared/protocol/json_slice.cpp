#include "shared/protocol/json_slice.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

#include "shared/base/text.hpp"

namespace agenta::protocol {
namespace {

constexpr std::size_t kDeepest = 512;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The length of the UTF-8 sequence at `at`, or 0 where there is none (RFC 3629: no overlong forms, no
/// surrogates).
std::size_t utf8_length(std::string_view text, std::size_t at) {
  auto const byte = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  auto const follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(i) >= low && byte(i) <= high;
  };
  unsigned const first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    bool const second = follows(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
    return second && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    bool const second = follows(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
    return second && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

void append_utf8(std::string& out, unsigned code) {
  auto const put = [&](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

/// Walks over a text from the left. Nothing here recurses: documents come from elsewhere.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  bool at_end() const { return at_ >= text_.size(); }
  /// The next character, or NUL at the end, which no grammar rule wants.
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  std::string_view since(std::size_t start) const { return text_.substr(start, at_ - start); }

  bool take(char wanted) {
    if (at_end() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (!at_end() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) ++at_;
  }

  /// Over one string, by the whole grammar. Appends its content to `out` where there is one.
  bool skip_string(std::string* out = nullptr) {
    if (!take('"')) return false;
    while (!at_end()) {
      std::size_t const start = at_;
      while (!at_end() && is_plain(peek())) ++at_;
      if (out != nullptr) out->append(since(start));
      if (take('"')) return true;
      if (peek() == '\\') {
        if (!skip_escape(out)) return false;
        continue;
      }
      std::size_t const length =
          at_end() || static_cast<unsigned char>(peek()) < 0x80 ? 0 : utf8_length(text_, at_);
      if (length == 0) return false;
      if (out != nullptr) out->append(text_.substr(at_, length));
      at_ += length;
    }
    return false;
  }

  bool skip_scalar() {
    switch (peek()) {
      case '"': return skip_string();
      case 't': return skip_word("true");
      case 'f': return skip_word("false");
      case 'n': return skip_word("null");
      default: return skip_number();
    }
  }

  /// Over one value of a document known to be valid: brackets are counted, not matched.
  bool skip_value() {
    if (peek() != '{' && peek() != '[') return skip_scalar();
    std::size_t depth = 0;
    while (!at_end()) {
      char const c = peek();
      if (c == '"') {
        if (!skip_string()) return false;
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return true;
    }
    return false;
  }

  /// Over `"name" :` and the space around it.
  bool skip_name(std::string* out = nullptr) {
    skip_space();
    if (!skip_string(out)) return false;
    skip_space();
    if (!take(':')) return false;
    skip_space();
    return true;
  }

 private:
  static bool is_plain(char c) {
    auto const byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
  }

  bool skip_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool skip_digits() {
    std::size_t const start = at_;
    while (is_digit(peek())) ++at_;
    return at_ > start;
  }

  bool skip_number() {
    take('-');
    if (!take('0') && !skip_digits()) return false;
    if (take('.') && !skip_digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return skip_digits();
    }
    return true;
  }

  std::optional<unsigned> read_hex() {
    unsigned value = 0;
    if (text_.size() - at_ < 4) return std::nullopt;
    char const* const begin = text_.data() + at_;
    auto const [end, error] = std::from_chars(begin, begin + 4, value, 16);
    if (error != std::errc{} || end != begin + 4) return std::nullopt;
    at_ += 4;
    return value;
  }

  bool skip_unicode_escape(std::string* out) {
    auto const first = read_hex();
    if (!first) return false;
    bool const high = *first >= 0xD800 && *first <= 0xDBFF;
    bool const low = *first >= 0xDC00 && *first <= 0xDFFF;
    if (high && text_.substr(at_).starts_with("\\u")) {
      std::size_t const before = at_;
      at_ += 2;
      auto const second = read_hex();
      if (!second) return false;
      if (*second >= 0xDC00 && *second <= 0xDFFF) {
        if (out != nullptr) append_utf8(*out, 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00));
        return true;
      }
      at_ = before;  // an escape of its own, and the first one stood alone
    }
    if (out == nullptr) return true;
    if (high || low) {
      out->append(kReplacement);
    } else {
      append_utf8(*out, *first);
    }
    return true;
  }

  bool skip_escape(std::string* out) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    ++at_;
    if (take('u')) return skip_unicode_escape(out);
    std::size_t const which = at_end() ? std::string_view::npos : kNames.find(peek());
    if (which == std::string_view::npos) return false;
    ++at_;
    if (out != nullptr) *out += kMeanings[which];
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

char closer_of(char opener) { return opener == '{' ? '}' : ']'; }

/// Calls `see(name, value)` for each member. Whether `document` is an object.
template <class See>
bool each_member(std::string_view document, See see) {
  Scanner scan{document};
  scan.skip_space();
  if (!scan.take('{')) return false;
  scan.skip_space();
  if (scan.take('}')) return true;
  do {
    std::string name;
    if (!scan.skip_name(&name)) return false;
    std::size_t const start = scan.at();
    if (!scan.skip_value()) return false;
    see(std::move(name), scan.since(start));
    scan.skip_space();
  } while (scan.take(','));
  return scan.take('}');
}

template <class See>
bool each_element(std::string_view document, See see) {
  Scanner scan{document};
  scan.skip_space();
  if (!scan.take('[')) return false;
  scan.skip_space();
  if (scan.take(']')) return true;
  do {
    scan.skip_space();
    std::size_t const start = scan.at();
    if (!scan.skip_value()) return false;
    see(scan.since(start));
    scan.skip_space();
  } while (scan.take(','));
  return scan.take(']');
}

/// RFC 6901: digits without a leading zero.
std::optional<std::size_t> parse_index(std::string_view text) {
  std::size_t index = 0;
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return index;
}

std::optional<std::string_view> find_element(std::string_view document, std::size_t wanted) {
  std::optional<std::string_view> found;
  std::size_t index = 0;
  each_element(document, [&](std::string_view element) {
    if (index++ == wanted) found = element;
  });
  return found;
}

}  // namespace

bool is_json(std::string_view text) {
  Scanner scan{text};
  std::array<char, kDeepest> open{};
  std::size_t depth = 0;
  scan.skip_space();
  for (;;) {
    char const c = scan.peek();
    if (c == '{' || c == '[') {
      if (depth == kDeepest) return false;
      open[depth++] = c;
      scan.take(c);
      scan.skip_space();
      if (!scan.take(closer_of(c))) {
        if (c == '{' && !scan.skip_name()) return false;
        continue;
      }
      --depth;
    } else if (!scan.skip_scalar()) {
      return false;
    }

    for (;;) {  // a value ends here: so may the containers around it
      scan.skip_space();
      if (depth == 0) return scan.at_end();
      if (scan.take(',')) break;
      if (!scan.take(closer_of(open[depth - 1]))) return false;
      --depth;
    }
    scan.skip_space();
    if (open[depth - 1] == '{' && !scan.skip_name()) return false;
  }
}

std::optional<std::string_view> find_member(std::string_view document, std::string_view name) {
  std::optional<std::string_view> found;
  bool const object = each_member(document, [&](std::string const& each, std::string_view value) {
    if (each == name) found = value;
  });
  return object ? found : std::nullopt;
}

std::optional<std::string_view> find_pointer(std::string_view document, std::string_view pointer) {
  std::optional<std::string_view> found = trim(document);
  if (pointer.empty()) return found;
  if (pointer.front() != '/') return std::nullopt;
  for (std::size_t at = 0; found && at < pointer.size();) {
    std::size_t const end = std::min(pointer.find('/', at + 1), pointer.size());
    std::string const token =
        replace_all(replace_all(pointer.substr(at + 1, end - at - 1), "~1", "/"), "~0", "~");
    at = end;
    if (found->starts_with('[')) {
      auto const index = parse_index(token);
      found = index ? find_element(*found, *index) : std::nullopt;
    } else {
      found = find_member(*found, token);
    }
  }
  return found;
}

std::optional<std::string> read_string(std::string_view json) {
  json = trim(json);
  Scanner scan{json};
  std::string content;
  if (!scan.skip_string(&content) || !scan.at_end()) return std::nullopt;
  return content;
}

namespace {

/// Stands for itself in a JSON string.
bool is_plain(char c) {
  auto const byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/// One character that is not plain; how many bytes it had.
std::size_t append_special(std::string& out, std::string_view text, std::size_t at) {
  constexpr std::string_view kHex = "0123456789abcdef";
  auto const byte = static_cast<unsigned char>(text[at]);
  if (byte >= 0x80) {
    std::size_t const length = utf8_length(text, at);
    out += length == 0 ? std::string_view{kReplacement} : text.substr(at, length);
    return std::max<std::size_t>(length, 1);
  }
  switch (byte) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\n': out += "\\n"; break;
    case '\t': out += "\\t"; break;
    case '\r': out += "\\r"; break;
    default:
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xF];
  }
  return 1;
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    auto const begin = text.begin() + static_cast<std::ptrdiff_t>(at);
    auto const end = std::find_if_not(begin, text.end(), is_plain);
    out.append(begin, end);
    at = static_cast<std::size_t>(end - text.begin());
    if (at < text.size()) at += append_special(out, text, at);
  }
  out += '"';
}

std::string write_string(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_string(out, text);
  return out;
}

std::optional<std::vector<JsonMember>> members_of(std::string_view document) {
  std::vector<JsonMember> members;
  bool const object = each_member(document, [&](std::string&& name, std::string_view value) {
    JsonMember member;
    member.name = std::move(name);
    member.value = value;
    members.push_back(std::move(member));
  });
  if (!object) return std::nullopt;
  return members;
}

std::optional<std::vector<std::string_view>> elements_of(std::string_view document) {
  std::vector<std::string_view> elements;
  if (!each_element(document, [&](std::string_view element) { elements.push_back(element); }))
    return std::nullopt;
  return elements;
}

}  // namespace agenta::protocol
