#include "shared/schema/numbers.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace agenta::schema {
namespace {

bool multiple(char const* value, char const* of) {
  return is_multiple(nlohmann::json::parse(value), nlohmann::json::parse(of));
}

TEST(Numbers, AreMultiplesInDecimals) {
  EXPECT_TRUE(multiple("0.3", "0.1"));
  EXPECT_TRUE(multiple("0.0075", "0.0001"));
  EXPECT_FALSE(multiple("0.00751", "0.0001"));
  EXPECT_TRUE(multiple("-4.5", "1.5"));
  EXPECT_TRUE(multiple("0", "7"));
  EXPECT_TRUE(multiple("1e308", "0.5"));
  EXPECT_FALSE(multiple("1e308", "0.123456789"));
  EXPECT_FALSE(multiple("10000000000.5", "1"));
  EXPECT_FALSE(multiple("18446744073709551615", "2"));
  EXPECT_TRUE(multiple("-9223372036854775808", "4"));
}

TEST(Numbers, OfSixtyFourBitsAreComparedExactly) {
  EXPECT_LT(exact(nlohmann::json::parse("9007199254740992")),
            exact(nlohmann::json::parse("9007199254740993")));
  EXPECT_LT(exact(nlohmann::json::parse("18446744073709551614")),
            exact(nlohmann::json::parse("18446744073709551615")));
}

}  // namespace
}  // namespace agenta::schema
