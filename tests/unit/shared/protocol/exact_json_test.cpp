#include "shared/protocol/exact_json.hpp"

#include <gtest/gtest.h>

namespace agenta::protocol {
namespace {

TEST(ExactJson, EqualDocumentsHaveOneSpelling) {
  for (char const* const one : {R"({"a":1,"b":["x",null]})", R"({ "b" : [ "\u0078", null ], "a" : 1.0 })",
                                R"({"a":10e-1,"b":["x",null]})"})
    EXPECT_EQ(canonical_json(one), R"({"a":1,"b":["x",null]})") << one;
}

TEST(ExactJson, NumbersThatNoDoubleTellsApartAreNotOne) {
  auto const of = [](std::string number) { return canonical_json("{\"n\":" + number + "}"); };

  EXPECT_EQ(of("123456789012345678901234567890"), "{\"n\":123456789012345678901234567890}");
  EXPECT_NE(of("123456789012345678901234567890"), of("123456789012345678901234567891"));
  EXPECT_NE(of("9007199254740992.0"), of("9007199254740993.0"));
  EXPECT_NE(of("18446744073709551615"), of("18446744073709551616"));
  EXPECT_NE(of("0.1"), of("0.10000000000000000001"));
  EXPECT_NE(of("1e-400"), of("2e-400"));
  EXPECT_NE(of("1e400"), of("2e400"));
}

TEST(ExactJson, NoNumberIsSpeltAsAnythingElse) {
  EXPECT_NE(canonical_json("[0.5]"), canonical_json(R"(["0.5"])"));
  EXPECT_NE(canonical_json("[0.5]"), canonical_json(R"([{"bytes":[48,46,53],"subtype":null}])"));
}

TEST(ExactJson, ANumberIsWrittenWithoutWhatSaysNothing) {
  EXPECT_EQ(canonical_number("1.50"), "1.5");
  EXPECT_EQ(canonical_number("-15E-1"), "-1.5");
  EXPECT_EQ(canonical_number("0.00012"), "0.00012");
  EXPECT_EQ(canonical_number("12e3"), "12000");
  EXPECT_EQ(canonical_number("0e5"), "0");
  EXPECT_EQ(canonical_number("-0.0"), "-0");
  EXPECT_EQ(canonical_number("1e+300"), "1e300");
  EXPECT_EQ(canonical_number("10e299"), "1e300");
  EXPECT_EQ(canonical_number("0.1e-99"), "1e-100");
  EXPECT_EQ(canonical_number("1e99999999999999999999"), "1e99999999999999999999");
}

TEST(ExactJson, WhatIsNoJsonStaysAsItIs) {
  EXPECT_EQ(canonical_json("{\"a\":"), "{\"a\":");
  EXPECT_EQ(canonical_json("1 2"), "1 2");
}

}  // namespace
}  // namespace agenta::protocol
