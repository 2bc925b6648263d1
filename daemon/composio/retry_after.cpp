#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>

#include "daemon/composio/composio_errors.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon {
namespace {

constexpr auto kLongest = std::chrono::hours{24};

std::optional<std::chrono::seconds> rounded(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0 || seconds > std::chrono::seconds{kLongest}.count())
    return std::nullopt;
  return std::chrono::seconds{static_cast<std::int64_t>(std::ceil(seconds))};
}

std::optional<double> parse_number(std::string_view text) {
  auto number = 0.0;
  auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// `Wed, 21 Oct 2026 07:28:00 GMT` (RFC 9110 §5.6.7, the form that senders must use).
std::optional<WallTime> parse_http_date(std::string_view text) {
  auto parts = std::tm{};
  auto const terminated = std::string{text};
  auto const* const end = ::strptime(terminated.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return WallTime{std::chrono::seconds{::timegm(&parts)}};
}

}  // namespace

std::optional<std::chrono::seconds> retry_after_of(HttpReply const& reply, WallTime now) {
  if (auto const text = find_field(reply.fields, "retry-after-ms")) {
    if (auto const number = parse_number(trim(*text))) return rounded(*number / 1000);
  }
  auto const text = find_field(reply.fields, "retry-after");
  if (!text) return std::nullopt;
  if (auto const number = parse_number(trim(*text))) return rounded(*number);
  auto const date = parse_http_date(trim(*text));
  if (!date) return std::nullopt;
  return rounded(std::max(0.0, std::chrono::duration<double>{*date - now}.count()));
}

std::chrono::seconds rate_limit_window_of(HttpReply const& reply) {
  constexpr auto kWindow = std::chrono::seconds{60};
  auto text = trim(find_field(reply.fields, "x-ratelimit-window-size").value_or(""));
  if (text.ends_with('s')) text.remove_suffix(1);
  auto const number = parse_number(text);
  return number ? rounded(*number).value_or(kWindow) : kWindow;
}

}  // namespace agenta::daemon
