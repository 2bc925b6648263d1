#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "shared/schema/validate.hpp"

namespace agenta::schema {
namespace {

using Json = nlohmann::json;

/// `path rule suggestion` of every problem that `x` has under `schema`.
std::vector<std::string> problems_of_x(std::string const& schema, std::string const& x) {
  std::string const whole =
      R"({"properties":{"x":)" + schema +
      R"(},"$defs":{"state":{"enum":["open","closed"]},)"
      R"("page":{"properties":{"size":{"type":"integer"}},"additionalProperties":false}}})";
  auto const result = validate_arguments(JsonText{whole}, JsonText{"{\"x\":" + x + "}"}, "TOOL");
  std::vector<std::string> lines;
  if (result) return lines;
  Json const context = Json::parse(result.error().context.text);
  for (Json const& each : context["problems"])
    lines.push_back(each["path"].get<std::string>() + " " + each["rule"].get<std::string>() + " " +
                    each.value("suggestion", ""));
  return lines;
}

using Lines = std::vector<std::string>;

TEST(Suggestions, NameTheNearestKeyAtAnyDepth) {
  EXPECT_EQ(problems_of_x(R"({"$ref":"#/$defs/page"})", R"({"sise":1})"), Lines{"/x/sise unknown_key size"});
  EXPECT_EQ(problems_of_x(R"({"items":{"$ref":"#/$defs/page"}})", R"([{},{"szie":1}])"),
            Lines{"/x/1/szie unknown_key size"});
  EXPECT_EQ(problems_of_x(R"({"anyOf":[{"$ref":"#/$defs/page"},{"type":"null"}]})", R"({"sze":1})"),
            Lines{"/x/sze unknown_key size"});
  EXPECT_EQ(problems_of_x(R"({"allOf":[{"$ref":"#/$defs/page"}]})", R"({"siez":1})"),
            Lines{"/x/siez unknown_key size"});
  EXPECT_EQ(problems_of_x(R"({"allOf":[{"properties":{"colour":{}}}],"unevaluatedProperties":false})",
                          R"({"color":1})"),
            Lines{"/x/color unknown_key colour"});
}

TEST(Suggestions, NameTheNearestValueAtAnyDepth) {
  EXPECT_EQ(problems_of_x(R"({"$ref":"#/$defs/state"})", R"("opne")"), Lines{"/x enum open"});
  EXPECT_EQ(problems_of_x(R"({"items":{"$ref":"#/$defs/state"}})", R"(["open","close"])"),
            Lines{"/x/1 enum closed"});
  EXPECT_EQ(problems_of_x(R"({"properties":{"s":{"anyOf":[{"$ref":"#/$defs/state"},{"type":"null"}]}}})",
                          R"({"s":"clsed"})"),
            Lines{"/x/s enum closed"});
  EXPECT_EQ(problems_of_x(R"({"additionalProperties":{"$ref":"#/$defs/state"}})", R"({"a":"OPEN"})"),
            Lines{"/x/a enum open"});
}

TEST(Suggestions, TakeBranchesOfConstantsForOneList) {
  EXPECT_EQ(
      problems_of_x(R"({"oneOf":[{"const":"newest"},{"const":"oldest"},{"enum":["random"]}]})", R"("newst")"),
      Lines{"/x enum newest"});
}

TEST(Suggestions, SayWhichKeyIsMissingUnderAnotherName) {
  EXPECT_EQ(problems_of_x(R"({"properties":{"name":{}},"required":["name"]})", R"({"nmae":"a"})"),
            Lines{"/x/name required name"});
  EXPECT_EQ(problems_of_x(R"({"properties":{"name":{}},"required":["name"]})", R"({"other":"a"})"),
            Lines{"/x/name required "});
}

constexpr char const* kShapes = R"({"oneOf":[
  {"properties":{"kind":{"const":"circle"},"radius":{"type":"number"}},"required":["kind","radius"]},
  {"properties":{"kind":{"const":"square"},"side":{"type":"number"}},"required":["kind","side"]}]})";

TEST(Branches, AreToldApartByTheirMark) {
  EXPECT_EQ(problems_of_x(kShapes, R"({"kind":"square","side":"4"})"), Lines{"/x/side type "});
  EXPECT_EQ(problems_of_x(kShapes, R"({"kind":"circle"})"), Lines{"/x/radius required "});
  EXPECT_EQ(problems_of_x(kShapes, R"({"kind":"sqare","side":4})"), Lines{"/x/kind enum square"});
}

TEST(Branches, AreToldApartByTheirMembers) {
  std::string const schema =
      R"({"anyOf":[{"properties":{"id":{"type":"integer"}},"required":["id"]},)"
      R"({"properties":{"owner":{"type":"string"},"repo":{"type":"string"}},"required":["owner","repo"]}]})";

  EXPECT_EQ(problems_of_x(schema, R"({"owner":"o"})"), Lines{"/x/repo required "});
  EXPECT_EQ(problems_of_x(schema, R"({"id":"7"})"), Lines{"/x/id type "});
}

TEST(Branches, ThatAreAlikeAreNotGuessedAt) {
  EXPECT_EQ(problems_of_x(R"({"anyOf":[{"minLength":5},{"pattern":"^b"}]})", R"("a")"), Lines{"/x anyOf "});
}

}  // namespace
}  // namespace agenta::schema
