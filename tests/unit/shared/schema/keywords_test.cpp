#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "shared/schema/validate.hpp"

namespace agenta::schema {
namespace {

/// The rules that `arguments` break, in their order.
std::string broken(std::string const& schema, std::string const& arguments) {
  auto const result = validate_arguments(JsonText{schema}, JsonText{arguments}, "TOOL");
  std::string rules;
  if (result) return rules;
  auto const context = nlohmann::json::parse(result.error().context.text);
  for (auto const& each : context["problems"])
    rules += (rules.empty() ? "" : " ") + each["rule"].get<std::string>();
  return rules;
}

TEST(Keywords, DecideByACondition) {
  std::string const schema =
      R"({"properties":{"kind":{},"days":{},"text":{}},"if":{"properties":{"kind":{"const":"delayed"}},"required":["kind"]},)"
      R"("then":{"required":["days"]},"else":{"required":["text"]}})";

  EXPECT_EQ(broken(schema, R"({"kind":"delayed","days":1})"), "");
  EXPECT_EQ(broken(schema, R"({"kind":"delayed"})"), "required");
  EXPECT_EQ(broken(schema, R"({"kind":"now"})"), "required");
  EXPECT_EQ(broken(schema, R"({"kind":"now","text":"a"})"), "");
}

TEST(Keywords, CountWhatAnArrayContains) {
  std::string const schema =
      R"({"properties":{"x":{"contains":{"type":"integer"},"minContains":2,"maxContains":3}}})";

  EXPECT_EQ(broken(schema, R"({"x":[1,"a",2]})"), "");
  EXPECT_EQ(broken(schema, R"({"x":[1,"a"]})"), "minContains");
  EXPECT_EQ(broken(schema, R"({"x":[1,2,3,4]})"), "maxContains");
  EXPECT_EQ(broken(R"({"properties":{"x":{"contains":{"type":"integer"}}}})", R"({"x":["a"]})"), "contains");
}

TEST(Keywords, WantWhatGoesTogether) {
  std::string const required = R"({"properties":{"a":{},"b":{}},"dependentRequired":{"a":["b"]}})";
  std::string const schemas =
      R"({"properties":{"a":{},"b":{}},"dependentSchemas":{"a":{"properties":{"b":{"type":"string"}}}}})";
  std::string const both =
      R"({"properties":{"a":{},"b":{},"c":{}},"dependencies":{"a":["b"],"c":{"required":["a"]}}})";

  EXPECT_EQ(broken(required, R"({"a":1})"), "dependentRequired");
  EXPECT_EQ(broken(required, R"({"b":1})"), "");
  EXPECT_EQ(broken(schemas, R"({"a":1,"b":2})"), "type");
  EXPECT_EQ(broken(schemas, R"({"b":2})"), "");
  EXPECT_EQ(broken(both, R"({"c":1})"), "required");
  EXPECT_EQ(broken(both, R"({"a":1})"), "dependentRequired");
}

TEST(Keywords, LeaveToTheRestWhatNobodyLookedAt) {
  std::string const schema =
      R"({"properties":{"x":{"anyOf":[{"properties":{"a":{}}},{"required":["b"],"properties":{"b":{}}}],"unevaluatedProperties":false},)"
      R"("y":{"prefixItems":[{"type":"string"}],"unevaluatedItems":{"type":"integer"}}}})";

  EXPECT_EQ(broken(schema, R"({"x":{"a":1,"b":2}})"), "");
  EXPECT_EQ(broken(schema, R"({"x":{"a":1,"c":2}})"), "unknown_key");
  EXPECT_EQ(broken(schema, R"({"y":["a",1]})"), "");
  EXPECT_EQ(broken(schema, R"({"y":["a","b"]})"), "type");
}

TEST(Keywords, FindPartsByTheirNames) {
  std::string const schema =
      R"({"$id":"https://example.com/tool","properties":{"x":{"$ref":"#size"},"y":{"$ref":"parts/colour"},"z":{"$ref":"parts/colour#/$defs/deep"}},)"
      R"("$defs":{"a":{"$anchor":"size","type":"integer"},)"
      R"("b":{"$id":"parts/colour","enum":["red"],"$defs":{"deep":{"type":"boolean"}}}}})";

  EXPECT_EQ(broken(schema, R"({"x":1,"y":"red","z":true})"), "");
  EXPECT_EQ(broken(schema, R"({"x":"1","y":"blue","z":1})"), "type enum type");
}

TEST(Keywords, CompareNumbersExactly) {
  EXPECT_EQ(broken(R"({"properties":{"x":{"maximum":9007199254740992}}})", R"({"x":9007199254740993})"),
            "maximum");
  EXPECT_EQ(broken(R"({"properties":{"x":{"exclusiveMinimum":18446744073709551614}}})",
                   R"({"x":18446744073709551615})"),
            "");
}

TEST(Keywords, TakeANumberThatNoDoubleHolds) {
  EXPECT_EQ(broken(R"({"properties":{"x":{"type":"number"}}})", R"({"x":1e400})"), "");
  EXPECT_EQ(
      broken(R"({"properties":{"x":{"maximum":5},"y":{"type":"string"}}})", R"({"x":1e400,"y":"\"1e400"})"),
      "maximum");
  EXPECT_EQ(broken(R"({"properties":{"x":{"maximum":5}}})", R"({"x":-1e400})"), "");
}

TEST(Keywords, TakeAnyNameWhereAPatternCannotBeRead) {
  EXPECT_EQ(
      broken(R"({"properties":{"x":{"patternProperties":{"^\\p{L}$":{}},"additionalProperties":false}}})",
             R"({"x":{"é":1}})"),
      "");
}

TEST(Keywords, CheckFormatsOfAddressesAndTimes) {
  auto const format = [](char const* name, char const* text) {
    return broken(std::string{R"({"properties":{"x":{"format":")"} + name + "\"}}}",
                  std::string{R"({"x":")"} + text + "\"}");
  };
  for (auto const& [name, right, wrong] :
       std::initializer_list<std::array<char const*, 3>>{{"ipv4", "192.0.2.1", "192.0.2.256"},
                                                         {"ipv6", "2001:db8::1", "2001:db8::1::2"},
                                                         {"hostname", "a-b.example.com", "-a.example.com"},
                                                         {"time", "09:30", "25:00"},
                                                         {"duration", "P1DT2H", "P1H"},
                                                         {"uri-reference", "../a?b#c", "a b"},
                                                         {"uri-template", "/users/{id}", "/users/{id"},
                                                         {"json-pointer", "/a~1b", "a/b"},
                                                         {"regex", "^a+$", "^(a"},
                                                         {"idn-email", "ä@example.com", "nobody"}}) {
    EXPECT_EQ(format(name, right), "") << name;
    EXPECT_EQ(format(name, wrong), "format") << name;
  }
}

}  // namespace
}  // namespace agenta::schema
