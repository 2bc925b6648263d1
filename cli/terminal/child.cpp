#include "cli/terminal/child.hpp"

#include <unistd.h>

#include <string_view>

namespace agenta::cli {

std::vector<char*> environment_for_child() {
  std::vector<char*> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view{*entry}.starts_with("COMPOSIO_API_KEY")) kept.push_back(*entry);
  }
  kept.push_back(nullptr);
  return kept;
}

}  // namespace agenta::cli
