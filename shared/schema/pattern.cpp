#include "shared/schema/document.hpp"
#include "shared/schema/regex.hpp"
#include "shared/schema/text_pattern.hpp"

namespace agenta::schema {
namespace {

/// Nobody waits for longer ones to be matched.
constexpr std::size_t kLongestText = 65'536;
constexpr std::size_t kLongestPattern = 4'096;

Matching search(Regex const& regex, std::string_view text) {
  if (text.size() > kLongestText) return Matching::too_much;
  auto const found = find_match(regex, text);
  if (!found) return Matching::too_much;
  return *found ? Matching::yes : Matching::no;
}

}  // namespace

class Pattern {
 public:
  Regex regex{};
};

std::shared_ptr<Pattern const> find_pattern(std::string const& text) {
  if (text.size() > kLongestPattern) return nullptr;
  auto made = std::make_shared<Pattern>();
  if (read_regex(text, made->regex) != RegexVerdict::fine) return nullptr;  // the service judges
  return made;
}

Matching find_in(Pattern const& pattern, std::string const& text) { return search(pattern.regex, text); }

Result<TextPattern> TextPattern::parse(std::string_view pattern) {
  if (pattern.size() > kLongestPattern) {
    return fail(ErrorCode::invalid_request,
                "is longer than " + std::to_string(kLongestPattern) + " characters");
  }
  auto regex = std::make_shared<Regex>();
  switch (read_regex(pattern, *regex)) {
    case RegexVerdict::fine: return TextPattern{std::move(regex)};
    case RegexVerdict::invalid: return fail(ErrorCode::invalid_request, "is no regular expression");
    case RegexVerdict::not_supported: break;
  }
  return fail(ErrorCode::invalid_request,
              "has what cannot be matched in bounded time: back references, \\p{…}, or counts too large");
}

Matching TextPattern::find_in(std::string_view text) const { return search(*regex_, text); }

}  // namespace agenta::schema
