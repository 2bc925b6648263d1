#include "daemon/composio/scrubber.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "shared/base/text.hpp"

namespace agenta::daemon {
namespace {

constexpr std::size_t kShortestSecret = 6;
constexpr auto kRedacted = std::string_view{"[redacted]"};
constexpr auto kEllipsis = std::string_view{"…"};

}  // namespace

Scrubber::Scrubber(Secret const& key) {
  if (!key.empty()) secrets_.emplace_back(key.reveal());
}

void Scrubber::add(std::vector<std::pair<std::string, Secret>> const& fields) {
  for (auto const& [name, value] : fields) {
    if (value.reveal().size() >= kShortestSecret) secrets_.emplace_back(value.reveal());
  }
}

bool Scrubber::is_clean(std::string_view text) const {
  // Not string_view::find: it stops at every letter that begins a key, of which a page has hundreds of
  // thousands.
  return std::ranges::none_of(secrets_, [&](std::string_view secret) {
    return ::memmem(text.data(), text.size(), secret.data(), secret.size()) != nullptr;
  });
}

std::string Scrubber::scrub(std::string_view text) const {
  auto clean = std::string{text};
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
