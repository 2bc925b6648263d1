#include "shared/custom/template.hpp"

#include <gtest/gtest.h>

namespace agenta::custom {
namespace {

std::vector<Template> templates(std::vector<std::string> const& texts) {
  std::vector<Template> list;
  for (std::string const& each : texts) list.push_back(parse_template(each).value());
  return list;
}

Result<std::vector<std::string>> fill(std::vector<std::string> const& texts, std::string const& arguments) {
  return fill_arguments(templates(texts), Values{JsonText{arguments}});
}

using Texts = std::vector<std::string>;

TEST(Template, EachPlaceIsOneArgumentWhateverItHolds) {
  auto const filled = fill({"deploy", "{env}"}, R"({"env":"a b; rm -rf \"$HOME\" `x`\n*"})");

  EXPECT_EQ(filled.value(), (Texts{"deploy", "a b; rm -rf \"$HOME\" `x`\n*"}));
}

TEST(Template, AnArraySpreadsAndAMissingOneGivesNothing) {
  EXPECT_EQ(fill({"x", "{files...}", "end"}, R"({"files":["a","b c",3]})").value(),
            (Texts{"x", "a", "b c", "3", "end"}));
  EXPECT_EQ(fill({"x", "{files...}", "end"}, "{}").value(), (Texts{"x", "end"}));
  EXPECT_EQ(fill({"x", "{files...}"}, R"({"files":[]})").value(), (Texts{"x"}));
}

TEST(Template, AnOptionalPlaceDropsItsWholeElement) {
  EXPECT_EQ(fill({"x", "--tag={tag?}", "y"}, "{}").value(), (Texts{"x", "y"}));
  EXPECT_EQ(fill({"x", "--tag={tag?}", "y"}, R"({"tag":null})").value(), (Texts{"x", "y"}));
  EXPECT_EQ(fill({"x", "--tag={tag?}", "y"}, R"({"tag":"v1"})").value(), (Texts{"x", "--tag=v1", "y"}));
}

TEST(Template, ValuesThatAreNoTextAreTheirJson) {
  EXPECT_EQ(fill({"{n}", "{b}", "{o}"}, R"({"n":1.50,"b":true,"o":{"a":[1]}})").value(),
            (Texts{"1.50", "true", "{\"a\":[1]}"}));
}

TEST(Template, AnArgumentIsNeverTakenForAnOption) {
  for (char const* const dash : {"-rf", "--output=/etc/passwd", "-", "-5"}) {
    auto const refused = fill({"ls", "{dir}"}, std::string{R"({"dir":")"} + dash + "\"}");
    ASSERT_FALSE(refused) << dash;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_arguments);
    EXPECT_NE(refused.error().message.find("option"), std::string::npos);
    EXPECT_EQ(refused.error().message.find("passwd"), std::string::npos);
  }
  EXPECT_FALSE(fill({"ls", "{dirs...}"}, R"({"dirs":["a","-l"]})"));
  EXPECT_FALSE(fill({"ls", "{a?}{b}"}, R"({"a":"","b":"-l"})"));
}

TEST(Template, BehindAPrefixOrAfterADoubleDashItIsPassedOn) {
  EXPECT_EQ(fill({"x", "--env={env}"}, R"({"env":"-rf"})").value(), (Texts{"x", "--env=-rf"}));
  EXPECT_EQ(fill({"x", "--", "{env}"}, R"({"env":"-rf"})").value(), (Texts{"x", "--", "-rf"}));
  EXPECT_FALSE(fill({"x", "{env}", "--"}, R"({"env":"-rf"})"));
  EXPECT_FALSE(fill({"x", "{dash}", "{env}"}, R"({"dash":"--","env":"-rf"})"));
}

TEST(Template, ANulIsRefused) {
  auto const refused = fill({"x", "--a={a}"}, R"({"a":"one\u0000two"})");

  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("NUL"), std::string::npos);
}

TEST(Template, BracesAreWrittenTwiceAndBrokenOnesAreRefused) {
  EXPECT_EQ(parse_template("{{a}}").value().literal(), "{a}");
  for (char const* const broken : {"{", "}", "{}", "{a", "a}", "{a b}", "{...}", "{?}"})
    EXPECT_FALSE(parse_template(broken)) << broken;
}

TEST(Template, APartOfAPathStaysOnePart) {
  auto const fill_one = [](std::string const& json) {
    return fill_path(parse_template("/w/{city}/now").value(), Values{JsonText{json}});
  };

  EXPECT_EQ(fill_one(R"({"city":"São Paulo"})").value(), "/w/S%C3%A3o%20Paulo/now");
  EXPECT_EQ(fill_one(R"({"city":"a/../b?x=1#y&z"})").value(), "/w/a%2F..%2Fb%3Fx%3D1%23y%26z/now");
  EXPECT_EQ(fill_one(R"({"city":".."})").value(), "/w/%2E%2E/now");
  EXPECT_FALSE(fill_one(R"({"city":""})"));
  EXPECT_FALSE(fill_one("{}"));
}

TEST(Template, WhatIsLeftOfTheArgumentsIsTheBodys) {
  Values const values{JsonText{R"({"a":1,"b":["x","y"],"c":null,"d":"t"})"}};

  EXPECT_EQ(values.without({"a"}), R"({"b":["x","y"],"d":"t"})");
  using Fields = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(values.fields_without({"d"}), (Fields{{"a", "1"}, {"b", "x"}, {"b", "y"}}));
}

}  // namespace
}  // namespace agenta::custom
