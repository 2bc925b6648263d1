#include <regex>

#include "shared/schema/document.hpp"

namespace agenta::schema {
namespace {

/// Matching takes the standard library 100 ns and more a character: longer texts are left to the service.
constexpr std::size_t kLongestText = 4096;
constexpr std::size_t kLongestPattern = 2048;

}  // namespace

class Pattern {
 public:
  // Without __polynomial libstdc++ backtracks: `(a+)+$` would take the daemon's time for ever, and its stack.
  // A pattern with back references does not compile so, and constrains nothing.
  explicit Pattern(std::string const& text)
      : regex(text, std::regex::ECMAScript | std::regex::optimize | std::regex_constants::__polynomial) {}
  std::regex regex;
};

std::shared_ptr<Pattern const> find_pattern(std::string const& text) {
  if (text.size() > kLongestPattern) return nullptr;
  try {
    return std::make_shared<Pattern const>(text);
  } catch (std::regex_error const&) {
    return nullptr;  // look-behind, \p{…} and the like: the service judges
  }
}

bool matches(Pattern const& pattern, std::string const& text) {
  if (text.size() > kLongestText) return true;
  try {
    return std::regex_search(text, pattern.regex);
  } catch (std::regex_error const&) {
    return true;  // too complex for this text
  }
}

}  // namespace agenta::schema
