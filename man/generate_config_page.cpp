// Writes agenta-tools-config(5), from the table that the programs themselves read.
#include <cstdio>

#include "shared/config/settings.hpp"

int main() {
  std::string const page = agenta::config::config_man_page();
  bool const written = std::fwrite(page.data(), 1, page.size(), stdout) == page.size();
  return written && std::fflush(stdout) == 0 ? 0 : 1;
}
