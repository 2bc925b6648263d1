#include "shared/protocol/json_diff.hpp"

#include <gtest/gtest.h>

namespace agenta::protocol {
namespace {

TEST(JsonDiff, TellsTheInnermostPlacesThatDiffer) {
  auto const changes = find_changes(R"({"a":{"b":1,"c":2},"gone":null,"l":[1,2]})",
                                    R"({"a":{"b":1,"c":3},"l":[1,5,6],"new":"x"})");

  EXPECT_EQ(changes, (std::vector<JsonChange>{{"/a/c", "2", "3"},
                                              {"/l/1", "2", "5"},
                                              {"/l/2", std::nullopt, "6"},
                                              {"/new", std::nullopt, "\"x\""},
                                              {"/gone", "null", std::nullopt}}));
}

TEST(JsonDiff, WhatIsTheSameIsNoChange) {
  EXPECT_TRUE(find_changes(R"({"a":1,"b":2})", R"({"b":2,"a":1.0})").empty());
}

TEST(JsonDiff, NumbersAreComparedAndShownToTheirLastDigit) {
  EXPECT_EQ(
      find_changes(R"({"n":123456789012345678901234567890,"f":0.25})",
                   R"({"n":123456789012345678901234567891,"f":0.250})"),
      (std::vector<JsonChange>{{"/n", "123456789012345678901234567890", "123456789012345678901234567891"}}));
}

TEST(JsonDiff, WhatCannotBeTakenApartIsNotTheSame) {
  EXPECT_EQ(find_changes(R"({"n":1e400})", R"({"n":2e400})"),
            (std::vector<JsonChange>{{"", R"({"n":1e400})", R"({"n":2e400})"}}));
  EXPECT_TRUE(find_changes("{", R"({"n":1})").empty());
}

TEST(JsonDiff, NamesAreWrittenAsPointersWriteThem) {
  EXPECT_EQ(find_changes(R"({"a/b~":1})", R"({"a/b~":2})").front().pointer, "/a~1b~0");
}

TEST(JsonDiff, ValuesOfOtherKindsReplaceEachOther) {
  EXPECT_EQ(find_changes(R"({"a":[1]})", R"({"a":{"b":1}})"),
            (std::vector<JsonChange>{{"/a", "[1]", R"({"b":1})"}}));
}

}  // namespace
}  // namespace agenta::protocol
