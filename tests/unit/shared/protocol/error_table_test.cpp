#include "shared/protocol/error_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace agenta::protocol {
namespace {

TEST(ErrorTable, HasADistinctNameForEveryCode) {
  std::set<std::string_view> names;
  std::set<ErrorCode> codes;
  for (ErrorRow const& row : error_table()) {
    names.insert(row.name);
    codes.insert(row.code);
  }

  EXPECT_EQ(names.size(), error_table().size());
  EXPECT_EQ(codes.size(), error_table().size());
}

TEST(ErrorTable, ReadsEveryNameBack) {
  for (ErrorRow const& row : error_table()) {
    EXPECT_EQ(parse_error_code(row.name), row.code) << row.name;
    EXPECT_EQ(row_of(row.code).name, row.name);
  }
  EXPECT_FALSE(parse_error_code("NO_SUCH_CODE"));
  EXPECT_FALSE(parse_error_code("internal"));
}

TEST(ErrorTable, SpellsNamesInCapitals) {
  for (ErrorRow const& row : error_table()) {
    EXPECT_TRUE(std::ranges::all_of(row.name, [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; }))
        << row.name;
  }
}

TEST(ErrorTable, AnswersEveryFailureButAToolsOwnWithAnErrorStatus) {
  for (ErrorRow const& row : error_table()) {
    if (row.code == ErrorCode::tool_failed) {
      EXPECT_EQ(row.http_status, 200U);
    } else {
      EXPECT_GE(row.http_status, 400U) << row.name;
      EXPECT_LT(row.http_status, 600U) << row.name;
    }
  }
}

TEST(ErrorTable, NeverCallsAnUnknownOutcomeRepeatable) {
  EXPECT_EQ(row_of(ErrorCode::outcome_unknown).retryable, Retryable::unknown);
  EXPECT_EQ(row_of(ErrorCode::outcome_unknown).exit_code, 10);
}

TEST(ExitCodes, AreDistinctAndCoverEveryError) {
  std::set<int> codes;
  for (ExitCodeRow const& row : exit_code_table()) {
    EXPECT_TRUE(codes.insert(row.code).second) << row.code;
    EXPECT_FALSE(row.meaning.empty());
  }
  for (ErrorRow const& row : error_table()) {
    EXPECT_TRUE(codes.contains(row.exit_code)) << row.name;
    EXPECT_NE(row.exit_code, 0) << row.name;
  }
}

TEST(Retryable, HasAWordForEach) {
  EXPECT_EQ(name_of(Retryable::no), "false");
  EXPECT_EQ(name_of(Retryable::yes), "true");
  EXPECT_EQ(name_of(Retryable::unknown), "unknown");
}

}  // namespace
}  // namespace agenta::protocol
