#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "shared/config/settings.hpp"

namespace agenta::config {

/// A directory of its own for each test, and an environment that is only what the test says.
class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() {
    std::string name = (std::filesystem::temp_directory_path() / "agenta-config-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no temporary directory";
    directory_ = name;
    paths_.config_file = directory_ / "config.toml";
  }
  ~ConfigTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  static void write(std::filesystem::path const& file, std::string const& text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file} << text;
  }
  static std::string read(std::filesystem::path const& file) {
    std::stringstream text;
    text << std::ifstream{file}.rdbuf();
    return text.str();
  }

  Environment environment() const {
    return [variables = variables_](std::string const& name) -> std::optional<std::string> {
      auto const found = variables.find(name);
      if (found == variables.end()) return std::nullopt;
      return found->second;
    };
  }

  std::filesystem::path directory_{};
  Paths paths_{};
  std::map<std::string, std::string> variables_{};
};

}  // namespace agenta::config
