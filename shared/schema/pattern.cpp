#include "shared/schema/document.hpp"
#include "shared/schema/regex.hpp"

namespace agenta::schema {
namespace {

/// Longer texts are left to the service.
constexpr std::size_t kLongestText = 65'536;
constexpr std::size_t kLongestPattern = 4'096;

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

bool matches(Pattern const& pattern, std::string const& text) {
  return text.size() > kLongestText || finds_match(pattern.regex, text);
}

}  // namespace agenta::schema
