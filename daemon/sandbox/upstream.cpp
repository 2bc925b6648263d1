#include "daemon/sandbox/upstream.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

ApiError nameless_refusal(std::string slug, std::string message) {
  ApiError error;  // its code is not known
  error.status = 400;
  error.slug = std::move(slug);
  error.message = std::move(message);
  return error;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether it is an address of IPv4 in whatever notation: digits and dots, or hexadecimal.
bool is_numeric(std::string_view host) {
  return host.starts_with("0x") || std::ranges::all_of(host, [](char c) { return is_digit(c) || c == '.'; });
}

/// Only a plain public address of four numbers is let through.
bool is_public_address(std::string_view host) {
  std::vector<int> numbers;
  for (auto const& part : split(host, '.')) {
    bool const fits = !part.empty() && part.size() <= 3 && std::ranges::all_of(part, is_digit);
    if (!fits || (part.size() > 1 && part.front() == '0')) return false;
    numbers.push_back(std::stoi(part));
  }
  if (numbers.size() != 4 || std::ranges::any_of(numbers, [](int number) { return number > 255; }))
    return false;
  int const first = numbers[0];
  int const second = numbers[1];
  bool const closed = first == 0 || first == 10 || first == 127 || first >= 224 ||
                      (first == 100 && second >= 64 && second < 128) || (first == 169 && second == 254) ||
                      (first == 172 && second >= 16 && second < 32) || (first == 192 && second == 168);
  return !closed;
}

/// The last two labels of a name, or three below a suffix such as `co.uk`.
std::string registrable_domain(std::string_view host) {
  auto const labels = split(host, '.');
  if (labels.size() <= 2) return std::string{host};
  constexpr std::array<std::string_view, 6> kShared{"co", "com", "org", "net", "ac", "gov"};
  bool const shares =
      labels.back().size() == 2 && std::ranges::find(kShared, labels[labels.size() - 2]) != kShared.end();
  std::vector<std::string> kept{labels.end() - (shares ? 3 : 2), labels.end()};
  return join(kept, ".");
}

/// An absolute address in its parts.
struct Address {
  std::string scheme{};
  std::string host{};  ///< lower case, without user, port and final dot
  std::string rest{};  ///< from the first `/` or `?` on
};

Address read_address(std::string_view text) {
  Address address;
  std::size_t const colon = text.find("://");
  address.scheme = to_lower(text.substr(0, colon));
  text.remove_prefix(colon + 3);
  std::size_t const end = std::min(text.size(), text.find_first_of("/?#\\"));
  std::string_view host = text.substr(0, end);
  address.rest = text.substr(end);
  if (std::size_t const at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  bool const is_bracketed = host.starts_with('[');
  host = host.substr(0, is_bracketed ? host.find(']') + 1 : host.find(':'));
  if (host.ends_with('.')) host.remove_suffix(1);
  address.host = to_lower(host);
  return address;
}

/// The toolkit's base address, with what the account was asked for in place of `{…}`.
std::string base_of(Toolkit const& toolkit, Account const& account) {
  std::string base = toolkit.base_url;
  for (auto const& [name, value] : account.fields) {
    std::string const place = "{" + name + "}";
    if (std::size_t const at = base.find(place); at != std::string::npos)
      base.replace(at, place.size(), value);
  }
  return base;
}

UpstreamTarget split_target(std::string_view text) {
  text = text.substr(0, text.find('#'));
  std::size_t const mark = text.find('?');
  UpstreamTarget target;
  target.path = text.substr(0, mark);
  if (!target.path.starts_with('/')) target.path.insert(0, "/");
  if (mark != std::string_view::npos) target.query = text.substr(mark + 1);
  return target;
}

ApiResult<UpstreamTarget> absolute_target(std::string const& base, std::string_view endpoint) {
  auto const address = read_address(endpoint);
  bool const is_web = address.scheme == "https" || address.scheme == "http";
  if (!is_web || is_private_host(address.host)) {
    return refuse(
        nameless_refusal("ExternalProxy_SSRFBlocked", "Requests to " + address.host + " are not allowed"));
  }
  auto const own = base.find("://") == std::string::npos ? Address{} : read_address(base);
  if (own.host.empty() || registrable_domain(address.host) != registrable_domain(own.host)) {
    return refuse(
        nameless_refusal("OriginMismatch", "Endpoint origin does not match the connected account base URL"));
  }
  std::string_view rest = address.rest;
  // What the base address has for a path is no part of the endpoint.
  if (address.host == own.host && !own.rest.empty() && rest.starts_with(own.rest))
    rest.remove_prefix(own.rest.size());
  return split_target(rest);
}

}  // namespace

bool is_private_host(std::string_view host) {
  if (host.empty() || host.find('.') == std::string_view::npos || host.starts_with('[')) return true;
  if (is_numeric(host)) return !is_public_address(host);
  constexpr std::array<std::string_view, 6> kNowhere{".localhost", ".local",       ".internal",
                                                     ".invalid",   ".localdomain", ".test"};
  return std::ranges::any_of(kNowhere, [&](std::string_view ending) { return host.ends_with(ending); });
}

ApiResult<UpstreamTarget> upstream_target(Toolkit const& toolkit, Account const& account,
                                          std::string_view endpoint) {
  auto const base = base_of(toolkit, account);
  if (endpoint.starts_with("//") || endpoint.starts_with("\\"))
    return absolute_target(base, "https:" + std::string{endpoint});
  // A colon before the first slash makes it an address, or something that no request may become.
  std::size_t const colon = endpoint.find(':');
  bool const has_scheme = colon != std::string_view::npos && colon < endpoint.find_first_of("/?#");
  if (!has_scheme) return split_target(endpoint);
  if (endpoint.substr(colon).starts_with("://")) return absolute_target(base, endpoint);
  return refuse(bad_request("endpoint must be a path, or an http(s) address"));
}

}  // namespace agenta::daemon::sandbox
