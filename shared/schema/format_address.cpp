#include <algorithm>

#include "shared/schema/format.hpp"
#include "shared/schema/uri_reference.hpp"

namespace agenta::schema {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

/// Whether every character is unreserved, one of `more`, or an escape.
bool is_made_of(std::string_view text, std::string_view more, bool beyond_ascii) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
      continue;
    }
    bool const plain =
        is_letter(c) || is_digit(c) || std::string_view{"-._~"}.find(c) != std::string_view::npos;
    if (!plain && more.find(c) == std::string_view::npos && !(beyond_ascii && is_beyond_ascii(c)))
      return false;
  }
  return true;
}

constexpr std::string_view kInUser = "!$&'()*+,;=:";
constexpr std::string_view kInHost = "!$&'()*+,;=";
constexpr std::string_view kInPath = "!$&'()*+,;=:@/";
constexpr std::string_view kInQuery = "!$&'()*+,;=:@/?";

bool is_authority(std::string_view text, bool beyond_ascii) {
  if (std::size_t const at = text.rfind('@'); at != std::string_view::npos) {
    if (!is_made_of(text.substr(0, at), kInUser, beyond_ascii)) return false;
    text.remove_prefix(at + 1);
  }
  std::size_t end = 0;
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos) return false;
    std::string_view const inside = text.substr(1, end - 1);
    bool const future = inside.starts_with('v') && inside.find('.') != std::string_view::npos;
    if (!is_ipv6(inside) && !(future && is_made_of(inside.substr(1), kInUser, false))) return false;
    ++end;
  } else {
    end = std::min(text.find(':'), text.size());
    if (!is_made_of(text.substr(0, end), kInHost, beyond_ascii)) return false;
  }
  std::string_view const port = text.substr(end);
  return port.empty() || (port.front() == ':' && std::ranges::all_of(port.substr(1), is_digit));
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

/// What stands before the `@`: dotted atoms, or anything quoted.
bool is_local_part(std::string_view text, bool beyond_ascii) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
      if (text[i] == '"') return false;
      if (text[i] == '\\' && ++i + 1 >= text.size()) return false;
    }
    return true;
  }
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(text, [&](char c) {
    return is_letter(c) || is_digit(c) ||
           std::string_view{".!#$%&'*+-/=?^_`{|}~"}.find(c) != std::string_view::npos ||
           (beyond_ascii && is_beyond_ascii(c));
  });
}

bool is_mail_domain(std::string_view text, bool beyond_ascii) {
  if (text.starts_with('[') && text.ends_with(']')) {
    std::string_view inside = text.substr(1, text.size() - 2);
    if (inside.starts_with("IPv6:")) return is_ipv6(inside.substr(5));
    return is_ipv4(inside);
  }
  return is_hostname(text) || (beyond_ascii && std::ranges::any_of(text, is_beyond_ascii) &&
                               text.find(' ') == std::string_view::npos);
}

}  // namespace

bool is_ipv4(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    std::size_t const end = part < 3 ? text.find('.') : text.size();
    if (end == std::string_view::npos || end == 0 || end > 3) return false;
    std::string_view const digits = text.substr(0, end);
    if (!std::ranges::all_of(digits, is_digit) || (end > 1 && digits.front() == '0')) return false;
    if (end == 3 && digits > "255") return false;
    text.remove_prefix(part < 3 ? end + 1 : end);
  }
  return true;
}

bool is_ipv6(std::string_view text) {
  int groups = 0;
  bool shortened = text.starts_with("::");
  if (shortened) text.remove_prefix(2);
  if (text.empty()) return shortened;
  while (true) {
    std::size_t const end = std::min(text.find(':'), text.size());
    std::string_view const group = text.substr(0, end);
    if (end == text.size() && group.find('.') != std::string_view::npos) {
      if (!is_ipv4(group)) return false;
      groups += 2;
    } else {
      if (group.empty() || group.size() > 4 || !std::ranges::all_of(group, is_hex)) return false;
      ++groups;
    }
    if (end == text.size()) break;
    text.remove_prefix(end + 1);
    if (text.empty()) return false;  // one colon at the end
    if (text.front() != ':') continue;
    if (shortened) return false;
    shortened = true;
    text.remove_prefix(1);
    if (text.empty()) break;
  }
  return shortened ? groups < 8 : groups == 8;
}

bool is_hostname(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  while (true) {
    std::size_t const dot = std::min(text.find('.'), text.size());
    std::string_view const label = text.substr(0, dot);
    // Two hyphens there are reserved, and used by internationalised names alone.
    bool const reserved = label.size() > 3 && label[2] == '-' && label[3] == '-' &&
                          !label.starts_with("xn--") && !label.starts_with("XN--");
    if (!is_label(label) || reserved) return false;
    if (dot == text.size()) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_email(std::string_view text, FormatReading reading, bool beyond_ascii) {
  std::size_t const at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return false;
  if (reading == FormatReading::strict)
    return is_local_part(text.substr(0, at), beyond_ascii) &&
           is_mail_domain(text.substr(at + 1), beyond_ascii);
  return text.find(' ', at) == std::string_view::npos && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
         });
}

bool is_uri(std::string_view text, UriKind kind) {
  UriParts const parts = split_uri(text);
  if (parts.scheme.empty() && !kind.relative) return false;
  bool const scheme_fits = parts.scheme.empty() ||
                           (is_letter(parts.scheme.front()) && std::ranges::all_of(parts.scheme, [](char c) {
                              return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
                            }));
  // The first segment of a relative path holds no colon: it would be a scheme.
  bool const path_fits = !parts.scheme.empty() || parts.has_authority ||
                         parts.path.substr(0, parts.path.find('/')).find(':') == std::string_view::npos;
  return scheme_fits && path_fits && is_authority(parts.authority, kind.beyond_ascii) &&
         is_made_of(parts.path, kInPath, kind.beyond_ascii) &&
         is_made_of(parts.query, kInQuery, kind.beyond_ascii) &&
         is_made_of(parts.fragment, kInQuery, kind.beyond_ascii);
}

/// Braces that pair, with something between; a URI's characters around them.
bool is_uri_template(std::string_view text) {
  while (!text.empty()) {
    std::size_t const open = std::min(text.find('{'), text.size());
    if (!is_made_of(text.substr(0, open), "!$&()*+,;=:@/?#[]", true)) return false;
    if (open == text.size()) return true;
    std::size_t const close = text.find('}', open);
    if (close == std::string_view::npos) return false;
    std::string_view inside = text.substr(open + 1, close - open - 1);
    if (!inside.empty() && std::string_view{"+#./;?&"}.find(inside.front()) != std::string_view::npos)
      inside.remove_prefix(1);
    if (inside.empty() || !is_made_of(inside, ",:*", false)) return false;
    text.remove_prefix(close + 1);
  }
  return true;
}

}  // namespace agenta::schema
