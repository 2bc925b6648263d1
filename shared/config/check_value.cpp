#include <algorithm>
#include <charconv>
#include <optional>

#include "shared/base/clock.hpp"
#include "shared/base/text.hpp"
#include "shared/config/settings.hpp"
#include "shared/config/values.hpp"
#include "shared/domain/connection.hpp"

namespace agenta::config {
namespace {

/// A host that never leaves this machine.
bool is_loopback(std::string_view host) {
  std::string const name = to_lower(host);
  if (name == "localhost" || name.ends_with(".localhost") || name == "[::1]") return true;
  return name.starts_with("127.") && std::ranges::count(name, '.') == 3 &&
         name.find_first_not_of("0123456789.") == std::string::npos;
}

/// `https://host[:port][/path]`, or `http://` on this machine; nothing that could hold a password.
bool is_endpoint(std::string_view text) {
  std::size_t const scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return false;
  std::string_view const scheme = text.substr(0, scheme_end);
  std::string_view authority = text.substr(scheme_end + 3);
  authority = authority.substr(0, authority.find('/'));
  bool const odd = std::ranges::any_of(text, [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '@' || c == '?' || c == '#' ||
           c == '\\';
  });
  if (odd || authority.empty()) return false;
  std::size_t const bracket = authority.rfind(']');
  std::string_view const host =
      authority.substr(0, authority.find(':', bracket == std::string_view::npos ? 0 : bracket));
  if (host.empty()) return false;
  if (host.size() < authority.size()) {
    std::string_view const port = authority.substr(host.size() + 1);
    unsigned number = 0;
    auto const [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc{} || end != port.data() + port.size() || number == 0 || number > 65535)
      return false;
  }
  return scheme == "https" || (scheme == "http" && is_loopback(host));
}

bool is_printable(std::string_view text) {
  return !text.empty() && std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
  });
}

/// `/pointer` or `TOOLS:/pointer`, apart by spaces or commas.
bool are_places(std::string_view text) {
  constexpr std::string_view kGlob = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_*?";
  return (text.empty() || is_printable(text)) &&
         std::ranges::all_of(split(replace_all(text, ",", " "), ' '), [&](auto const& word) {
           std::size_t const slash = word.find('/');
           if (slash == std::string::npos || slash + 1 == word.size()) return word.empty();
           if (slash == 0) return true;
           return slash > 1 && word[slash - 1] == ':' && word.find_first_not_of(kGlob) == slash - 1;
         });
}

bool takes(Setting const& setting, std::string_view text) {
  auto const in_range = [&](long long number) { return number >= setting.least && number <= setting.most; };
  switch (setting.kind) {
    case Kind::text: return is_printable(text);
    case Kind::slug: return is_valid_slug(to_lower(text)) || (text.empty() && setting.default_value.empty());
    case Kind::boolean: return read_boolean(text).has_value();
    case Kind::integer: {
      auto const number = read_integer(text);
      return number && in_range(*number);
    }
    case Kind::duration: {
      auto const span = parse_duration(text);
      return span && in_range(span->count());
    }
    case Kind::url: return is_endpoint(text) || (text.empty() && setting.default_value.empty());
    case Kind::choice: return std::ranges::count(split(setting.choices, ','), std::string{text}) > 0;
    case Kind::ports: return read_ports(text).has_value();
    case Kind::places: return are_places(text);
  }
  return false;
}

}  // namespace

std::optional<bool> read_boolean(std::string_view text) {
  for (std::string_view const yes : {"true", "yes", "on", "1"}) {
    if (equal_ignoring_case(text, yes)) return true;
  }
  for (std::string_view const no : {"false", "no", "off", "0"}) {
    if (equal_ignoring_case(text, no)) return false;
  }
  return std::nullopt;
}

std::optional<long long> read_integer(std::string_view text) {
  long long number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::pair<std::uint16_t, std::uint16_t>> read_ports(std::string_view text) {
  constexpr long long kMost = 65'535;
  std::size_t const dash = text.find('-');
  auto const first = read_integer(text.substr(0, dash));
  auto const last = dash == std::string_view::npos ? first : read_integer(text.substr(dash + 1));
  if (!first || !last || *first < 0 || *last > kMost || *first > *last) return std::nullopt;
  if (*first == 0 && *last != 0) return std::nullopt;
  return std::pair{static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
}

std::string describe_values(Setting const& setting) {
  switch (setting.kind) {
    case Kind::text: return "text";
    case Kind::slug: return "1 to 64 of a-z, 0-9, - and _";
    case Kind::boolean: return "true or false";
    case Kind::integer:
      return "an integer from " + std::to_string(setting.least) + " to " + std::to_string(setting.most);
    case Kind::duration:
      return "a duration such as 500ms, 3s, 5m or 8h, from " +
             format_duration(std::chrono::milliseconds{setting.least}) + " to " +
             format_duration(std::chrono::milliseconds{setting.most});
    case Kind::url: return "an https URL, or an http URL of a loopback host";
    case Kind::choice: {
      auto const choices = split(setting.choices, ',');
      return "one of " + join(choices, ", ");
    }
    case Kind::ports: return "a port such as 8400, a range such as 8400-8410, or 0 for any";
    case Kind::places: return "JSON pointers such as /body/text or SLACK_*:/messages/*/text";
  }
  __builtin_unreachable();
}

Result<void> check_value(Setting const& setting, std::string_view value) {
  if (takes(setting, value)) return {};
  std::string message = std::string{setting.key} + " takes " + describe_values(setting);
  // An endpoint can be given with a password in it.
  bool const may_show = setting.kind != Kind::url && value.size() <= 100;
  if (may_show) message += ", not \"" + std::string{value} + "\"";
  if (setting.kind == Kind::choice) {
    auto const meant = nearest(value, split(setting.choices, ','));
    if (meant) message += "; did you mean " + *meant + "?";
  }
  return fail(ErrorCode::usage, std::move(message));
}

}  // namespace agenta::config
