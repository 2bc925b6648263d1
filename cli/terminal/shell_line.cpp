#include "cli/terminal/shell_line.hpp"

#include "shared/base/shell_words.hpp"

namespace agenta::cli {

std::string shell_line(std::vector<std::string> const& argv) { return shell_words(argv); }

}  // namespace agenta::cli
