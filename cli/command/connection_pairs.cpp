#include "cli/command/connection_pairs.hpp"

#include "shared/base/text.hpp"

namespace agenta::cli {

std::vector<std::string> each_of(std::vector<std::string> const& given) {
  std::vector<std::string> out;
  for (std::string const& value : given) {
    for (std::string const& part : split(value, ',')) {
      if (!trim(part).empty()) out.emplace_back(trim(part));
    }
  }
  return out;
}

Result<std::vector<std::pair<std::string, std::string>>> read_connection_pairs(
    std::vector<std::string> const& given) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::string const& pair : each_of(given)) {
    std::size_t const at = pair.find('=');
    if (at == 0 || at == std::string::npos || at + 1 == pair.size())
      return fail(ErrorCode::usage, "--connection is INTEGRATION=CONNECTION, such as github=work");
    pairs.emplace_back(pair.substr(0, at), pair.substr(at + 1));
  }
  return pairs;
}

}  // namespace agenta::cli
