#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace agenta::test {

/// Whether `actual` is, byte for byte, the file `name` under `tests/golden`. With AGENTA_ACCEPT=1 in the
/// environment it becomes that file instead, and the diff is for review.
inline ::testing::AssertionResult matches_golden(std::string_view name, std::string const& actual) {
  std::filesystem::path const path = std::filesystem::path{AGENTA_TEST_DATA} / "golden" / name;
  if (char const* const accept = std::getenv("AGENTA_ACCEPT");
      accept != nullptr && std::string_view{accept} == "1") {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << actual;
    return ::testing::AssertionSuccess();
  }
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return ::testing::AssertionFailure() << "no golden file " << path << "; AGENTA_ACCEPT=1 makes it";
  std::string const expected{std::istreambuf_iterator<char>{file}, {}};
  if (expected == actual) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << path << " differs\n--- expected\n"
                                       << expected << "\n--- actual\n"
                                       << actual;
}

}  // namespace agenta::test
