#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "shared/base/text.hpp"
#include "shared/config/settings.hpp"
#include "shared/protocol/error_table.hpp"

namespace agenta::config {
namespace {

using Table = std::map<std::string, std::string>;

/// The lines of one section of agenta-tools(1).
std::vector<std::string> section_of(std::string const& name) {
  std::ifstream file{std::string{AGENTA_TEST_DATA} + "/../man/agenta-tools.1"};
  EXPECT_TRUE(file.is_open());
  std::vector<std::string> lines;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(".Sh ")) inside = line == ".Sh " + name;
    if (inside) lines.push_back(line);
  }
  return lines;
}

TEST(ManPage, StatesEveryExitCodeAsTheTableDoes) {
  Table wanted;
  for (auto const& row : protocol::exit_code_table()) wanted[std::to_string(row.code)] = row.meaning;

  Table stated;
  auto const lines = section_of("EXIT STATUS");
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    std::string const item = lines[i].starts_with(".It ") ? lines[i].substr(4) : "";
    bool const is_code = !item.empty() && item.find_first_not_of("0123456789") == std::string::npos;
    if (is_code) stated[item] = lines[i + 1];
  }

  EXPECT_EQ(stated, wanted);
}

TEST(ManPage, StatesEveryErrorCodeAsTheTableDoes) {
  Table wanted;
  for (auto const& row : protocol::error_table()) {
    std::string const again = row.retryable == Retryable::yes  ? "yes"
                              : row.retryable == Retryable::no ? "no"
                                                               : "unknown";
    wanted[std::string{row.name}] = std::to_string(row.exit_code) + " Ta " + again;
  }

  Table stated;
  for (std::string const& line : section_of("EXIT STATUS")) {
    constexpr std::string_view kItem = ".It Dv ";
    std::size_t const gap = line.find(" Ta ");
    if (line.starts_with(kItem) && gap != std::string::npos)
      stated[line.substr(kItem.size(), gap - kItem.size())] = line.substr(gap + 4);
  }

  EXPECT_EQ(stated, wanted);
}

TEST(ManPage, OfTheSettingsHasEveryRowOfTheTable) {
  std::string const page = config_man_page();

  for (Setting const& each : settings_table()) {
    EXPECT_NE(page.find(".It Li " + std::string{each.key} + "\n"), std::string::npos) << each.key;
    std::string const fallback = each.default_value.empty()
                                     ? "\nDefault: none.\n"
                                     : "\n.Li " + std::string{each.default_value} + " .\n";
    EXPECT_NE(page.find(fallback), std::string::npos) << each.key;
    std::string const variable = ".Ev " + std::string{each.env} + " .\n";
    EXPECT_EQ(page.find(variable) != std::string::npos, !each.env.empty()) << each.key;
  }
}

TEST(ManPage, HoldsNoLineThatTroffWouldTakeForARequest) {
  constexpr std::string_view kRequests = " Dd Dt Os Sh Ss Nm Nd Xr Pp Bl It El Dl Ic Pa Dv Li Fl Ev Bd Ed ";
  for (std::string const& line : split(config_man_page(), '\n')) {
    EXPECT_FALSE(line.starts_with('\'')) << line;
    if (!line.starts_with('.')) continue;
    std::string const request = line.substr(1, line.find(' ') - 1);
    EXPECT_TRUE(line.starts_with(".\\\"") || kRequests.find(" " + request + " ") != std::string_view::npos)
        << line;
  }
}

}  // namespace
}  // namespace agenta::config
