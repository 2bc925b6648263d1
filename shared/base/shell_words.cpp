#include "shared/base/shell_words.hpp"

#include <string_view>

#include "shared/base/text.hpp"

namespace agenta {

std::string shell_words(std::vector<std::string> const& argv) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,";
  std::string out;
  for (std::string const& word : argv) {
    if (!out.empty()) out += ' ';
    bool const is_plain = !word.empty() && word.find_first_not_of(kPlain) == std::string::npos;
    out += is_plain ? word : "'" + replace_all(word, "'", "'\\''") + "'";
  }
  return out;
}

}  // namespace agenta
