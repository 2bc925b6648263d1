#include "cli/app/app.hpp"

int main(int argc, char** argv) {
  return agenta::cli::run({argv, static_cast<std::size_t>(argc)}, agenta::cli::Terminal::standard());
}
