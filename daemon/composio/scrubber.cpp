#include "daemon/composio/scrubber.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "shared/base/text.hpp"

namespace agenta::daemon {
namespace {

constexpr std::size_t kShortestSecret = 6;
constexpr auto kRedacted = std::string_view{"[redacted]"};
constexpr auto kEllipsis = std::string_view{"…"};

/// The same JSON with every `\u00XX` of a printable ASCII character written out, but for those that JSON must
/// escape: an escape may hide a credential from a search of the bytes. Nothing where there is no such escape.
std::optional<std::string> written_out(std::string_view text) {
  constexpr auto kMark = std::string_view{"\\u00"};
  if (text.find(kMark) == std::string_view::npos) return std::nullopt;
  auto out = std::string{};
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\' || at + 1 >= text.size()) {
      out += text[at++];
      continue;
    }
    auto code = 0U;
    auto const digits =
        text.substr(at).starts_with(kMark) ? text.substr(at + kMark.size(), 2) : std::string_view{};
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    bool const is_whole = digits.size() == 2 && error == std::errc{} && end == digits.data() + 2;
    if (is_whole && code >= 0x20 && code < 0x7F && code != '"' && code != '\\') {
      out += static_cast<char>(code);
      at += kMark.size() + 2;
    } else {
      out.append(text.substr(at, 2));  // another escape: its second character is no beginning of one
      at += 2;
    }
  }
  return out;
}

}  // namespace

Scrubber::Scrubber(Secret const& key) {
  if (!key.empty()) secrets_.emplace_back(key.reveal());
}

void Scrubber::add(std::vector<std::pair<std::string, Secret>> const& fields) {
  for (auto const& [name, value] : fields) {
    if (value.reveal().size() >= kShortestSecret) secrets_.emplace_back(value.reveal());
  }
}

bool Scrubber::holds_one(std::string_view text) const {
  // Not string_view::find: it stops at every letter that begins a key, of which a page has hundreds of
  // thousands.
  return std::ranges::any_of(secrets_, [&](std::string_view secret) {
    return ::memmem(text.data(), text.size(), secret.data(), secret.size()) != nullptr;
  });
}

bool Scrubber::is_clean(std::string_view text) const {
  if (holds_one(text)) return false;
  auto const plain = written_out(text);
  return !plain || !holds_one(*plain);
}

std::string Scrubber::scrub(std::string_view text) const {
  auto const plain = written_out(text);
  auto clean = plain && holds_one(*plain) ? *plain : std::string{text};
  for (auto const secret : secrets_) {
    if (clean.find(secret) != std::string::npos) clean = replace_all(clean, secret, kRedacted);
  }
  return clean;
}

std::size_t Scrubber::longest() const {
  std::size_t longest = 0;
  for (auto const secret : secrets_) longest = std::max(longest, secret.size());
  return longest;
}

std::string_view ScrubbedStream::feed(std::string_view piece) {
  given_ = std::exchange(held_, {});
  given_.append(piece);
  if (!scrubber_.is_clean(given_)) given_ = scrubber_.scrub(given_);
  std::size_t const most = scrubber_.longest();
  std::size_t const keep = std::min(given_.size(), most == 0 ? 0 : most - 1);
  held_ = given_.substr(given_.size() - keep);
  given_.resize(given_.size() - keep);
  return given_;
}

std::string_view ScrubbedStream::finish() {
  given_ = std::exchange(held_, {});
  return given_;
}

std::string shorten(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string{text};
  auto end = limit - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string{text.substr(0, end)} + std::string{kEllipsis};
}

}  // namespace agenta::daemon
