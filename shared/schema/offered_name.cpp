#include <algorithm>
#include <cstdint>

#include "shared/schema/tool_format.hpp"

namespace agenta::schema {
namespace {

constexpr std::size_t kHashDigits = 7;
constexpr std::size_t kLeastLimit = 16;

/// The first digits of the 64-bit FNV-1a hash. Only slugs with one beginning can meet, and those are few: 28
/// bits tell them apart.
std::string hash_digits(std::string_view text) {
  constexpr std::uint64_t kOffset = 14695981039346656037U;
  constexpr std::uint64_t kPrime = 1099511628211U;
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::uint64_t hash = kOffset;
  for (char const c : text) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  std::string digits;
  for (std::size_t i = 0; i < kHashDigits; ++i) digits += kHex[hash >> (60U - 4U * i) & 0xFU];
  return digits;
}

}  // namespace

std::string offered_name(ToolSlug const& slug, std::size_t limit) {
  limit = std::max(limit, kLeastLimit);
  if (slug.text.size() <= limit) return slug.text;
  return slug.text.substr(0, limit - kHashDigits - 1) + "_" + hash_digits(slug.text);
}

std::optional<std::string> shortened_prefix(std::string_view name) {
  if (name.size() < kLeastLimit) return std::nullopt;
  std::string_view const digits = name.substr(name.size() - kHashDigits);
  bool const hexadecimal = std::ranges::all_of(digits, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
  });
  if (!hexadecimal || name[name.size() - kHashDigits - 1] != '_') return std::nullopt;
  return std::string{name.substr(0, name.size() - kHashDigits - 1)};
}

}  // namespace agenta::schema
