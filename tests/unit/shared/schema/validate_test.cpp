#include "shared/schema/validate.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <nlohmann/json.hpp>

namespace agenta::schema {
namespace {

using Json = nlohmann::json;

constexpr char const* kIssue = R"({
  "type": "object",
  "properties": {
    "owner": {"type": "string", "description": "The account owner."},
    "repo": {"type": "string"},
    "title": {"type": "string", "minLength": 1, "maxLength": 10},
    "state": {"type": "string", "enum": ["open", "closed", "all"]},
    "labels": {"type": "array", "items": {"type": "string"}, "uniqueItems": true, "maxItems": 3},
    "milestone": {"type": "integer", "minimum": 1, "maximum": 9},
    "password": {"type": "string", "maxLength": 3},
    "body": {"type": "string", "nullable": true}
  },
  "required": ["owner", "repo", "owner"]
})";

struct Refusal {
  Error error{};
  Json problems = Json::array();
};

Refusal refuse(std::string const& schema, std::string const& arguments) {
  auto const result = validate_arguments(JsonText{schema}, JsonText{arguments}, "TOOL");
  Refusal refusal;
  if (result) {
    ADD_FAILURE() << arguments << " was accepted";
    return refusal;
  }
  refusal.error = result.error();
  refusal.problems = Json::parse(refusal.error.context.text).value("problems", Json::array());
  return refusal;
}

bool accepts(std::string const& schema, std::string const& arguments) {
  auto const result = validate_arguments(JsonText{schema}, JsonText{arguments}, "TOOL");
  if (!result) std::cout << result.error().message << '\n';
  return result.has_value();
}

/// The rule of the only problem.
std::string rule_of(std::string const& schema, std::string const& arguments) {
  auto const refusal = refuse(schema, arguments);
  return refusal.problems.size() == 1 ? refusal.problems[0]["rule"].get<std::string>()
                                      : refusal.problems.dump();
}

/// A schema of one argument, `x`.
std::string of_x(std::string const& schema) {
  return R"({"type":"object","properties":{"x":)" + schema + "}}";
}

TEST(Validate, AcceptsACallThatFits) {
  EXPECT_TRUE(accepts(
      kIssue, R"({"owner":"o","repo":"r","title":"t","labels":["a","b"],"milestone":3,"body":null})"));
}

TEST(Validate, ReportsEveryProblemWithPathRuleAndExpectation) {
  Json const wanted = Json::parse(R"json([
    {"path":"/titel","rule":"unknown_key","message":"titel is no argument of this tool; did you mean title?","suggestion":"title"},
    {"path":"/owner","rule":"required","message":"owner is missing (string: The account owner.)",
     "expected":{"type":"string","description":"The account owner."}},
    {"path":"/labels/1","rule":"type","message":"labels.1 must be string, not integer","value":5,"expected":"string"},
    {"path":"/milestone","rule":"type","message":"milestone must be integer, not string","value":"3","expected":"integer"},
    {"path":"/state","rule":"enum","message":"state must be one of \"open\", \"closed\", \"all\"; did you mean \"open\"?",
     "value":"opne","expected":["open","closed","all"],"suggestion":"open"}
  ])json");

  auto const refusal =
      refuse(kIssue, R"({"repo":"r","titel":"x","labels":["a",5],"milestone":"3","state":"opne"})");

  EXPECT_EQ(refusal.error.code, ErrorCode::invalid_arguments);
  EXPECT_EQ(refusal.error.next_step, (std::vector<std::string>{"agenta-tools", "tools", "show", "TOOL"}));
  EXPECT_EQ(refusal.problems, wanted);
  EXPECT_EQ(refusal.error.message,
            "titel is no argument of this tool; did you mean title?; owner is missing (string: The account "
            "owner.); "
            "labels.1 must be string, not integer (and 2 more)");
}

TEST(Validate, ToleratesADuplicateInRequiredAndReportsItOnce) {
  EXPECT_EQ(rule_of(kIssue, R"({"repo":"r"})"), "required");
}

TEST(Validate, NeverShowsTheValueOfASecret) {
  auto const by_name = refuse(kIssue, R"({"owner":"o","repo":"r","password":"canary"})");
  auto const by_format = refuse(of_x(R"({"type":"integer","format":"password"})"), R"({"x":"canary"})");
  auto const by_reference =
      refuse(R"({"properties":{"x":{"$ref":"#/$defs/s"}},"$defs":{"s":{"type":"integer","writeOnly":true}}})",
             R"({"x":"canary"})");
  auto const misspelt = refuse(kIssue, R"({"owner":"o","repo":"r","pasword":"canary"})");
  auto const around = refuse(of_x(R"({"type":"string"})"), R"({"x":{"token":"canary"}})");

  for (auto const* each : {&by_name, &by_format, &by_reference, &misspelt, &around}) {
    EXPECT_FALSE(each->problems.empty());
    EXPECT_EQ(each->error.context.text.find("canary"), std::string::npos) << each->error.context.text;
    EXPECT_EQ(each->error.message.find("canary"), std::string::npos);
  }
  EXPECT_EQ(by_name.problems[0]["value"], "[redacted]");
}

TEST(Validate, CutsALongValue) {
  auto const refusal = refuse(of_x(R"({"type":"integer"})"), R"({"x":")" + std::string(5000, 'y') + "\"}");

  EXPECT_EQ(refusal.problems[0]["value"].get<std::string>(), std::string(200, 'y') + "…");
}

TEST(Validate, ListsAHundredProblemsAndCountsTheRest) {
  std::string many = "[0";
  for (int i = 1; i < 250; ++i) many += ",0";

  auto const refusal = refuse(of_x(R"({"type":"array","items":{"type":"string"}})"), "{\"x\":" + many + "]}");

  EXPECT_EQ(refusal.problems.size(), 100);
  EXPECT_EQ(Json::parse(refusal.error.context.text)["problems_total"], 250);
}

TEST(Validate, RefusesAnUnknownKeyOnlyWhereTheSchemaIsNotOpen) {
  EXPECT_EQ(rule_of(R"({"properties":{"x":{}}})", R"({"y":1})"), "unknown_key");
  EXPECT_EQ(rule_of(R"({"properties":{}})", R"({"y":1})"), "unknown_key");
  EXPECT_EQ(rule_of(R"({"properties":{"x":{}},"additionalProperties":false})", R"({"y":1})"), "unknown_key");
  EXPECT_TRUE(accepts(R"({"properties":{"x":{}},"additionalProperties":true})", R"({"y":1})"));
  EXPECT_TRUE(accepts(R"({"properties":{"x":{}},"additionalProperties":{"type":"integer"}})", R"({"y":1})"));
  EXPECT_EQ(rule_of(R"({"properties":{"x":{}},"additionalProperties":{"type":"integer"}})", R"({"y":"a"})"),
            "type");
  EXPECT_TRUE(accepts(R"({"type":"object"})", R"({"y":1})"));
  EXPECT_TRUE(accepts("{}", R"({"y":1})"));
  EXPECT_TRUE(accepts(
      R"({"properties":{"x":{}},"anyOf":[{"properties":{"y":{}}},{"$ref":"#/$defs/z"}],"$defs":{"z":{"properties":{"z":{}}}}})",
      R"({"y":1,"z":2})"));
}

TEST(Validate, FollowsTheStandardForUnknownKeysDeeperDown) {
  EXPECT_TRUE(accepts(of_x(R"({"type":"object","properties":{"name":{}}})"), R"({"x":{"nmae":1}})"));
  auto const refusal =
      refuse(of_x(R"({"type":"object","properties":{"name":{}},"additionalProperties":false})"),
             R"({"x":{"nmae":1}})");
  EXPECT_EQ(refusal.problems[0]["suggestion"], "name");
  EXPECT_EQ(refusal.problems[0]["path"], "/x/nmae");
}

TEST(Validate, TakesNullWhereNullableOrDefaultedToNull) {
  EXPECT_TRUE(accepts(of_x(R"({"type":"string","nullable":true,"enum":["a"]})"), R"({"x":null})"));
  EXPECT_TRUE(accepts(of_x(R"({"type":"string","default":null})"), R"({"x":null})"));
  EXPECT_TRUE(accepts(of_x(R"({"type":["string","null"]})"), R"({"x":null})"));
  EXPECT_TRUE(accepts(of_x(R"({"anyOf":[{"type":"string"},{"type":"null"}]})"), R"({"x":null})"));
  EXPECT_EQ(rule_of(of_x(R"({"type":"string"})"), R"({"x":null})"), "type");
}

TEST(Validate, ChecksRanges) {
  EXPECT_EQ(rule_of(of_x(R"({"minimum":1})"), R"({"x":0})"), "minimum");
  EXPECT_EQ(rule_of(of_x(R"({"maximum":1})"), R"({"x":1.5})"), "maximum");
  EXPECT_EQ(rule_of(of_x(R"({"exclusiveMinimum":1})"), R"({"x":1})"), "exclusiveMinimum");
  EXPECT_EQ(rule_of(of_x(R"({"maximum":1,"exclusiveMaximum":true})"), R"({"x":1})"), "exclusiveMaximum");
  EXPECT_EQ(rule_of(of_x(R"({"multipleOf":0.1})"), R"({"x":0.25})"), "multipleOf");
  EXPECT_TRUE(accepts(of_x(R"({"multipleOf":0.1})"), R"({"x":0.3})"));
  EXPECT_EQ(rule_of(of_x(R"({"minLength":3})"), R"({"x":"éé"})"), "minLength");
  EXPECT_TRUE(accepts(of_x(R"({"maxLength":2})"), R"({"x":"éé"})"));
  EXPECT_EQ(rule_of(of_x(R"({"minItems":1})"), R"({"x":[]})"), "minItems");
  EXPECT_EQ(rule_of(of_x(R"({"uniqueItems":true})"), R"({"x":[{"a":1,"b":2},{"b":2,"a":1}]})"),
            "uniqueItems");
  EXPECT_EQ(rule_of(of_x(R"({"minProperties":1})"), R"({"x":{}})"), "minProperties");
}

TEST(Validate, KnowsIntegersFromNumbers) {
  EXPECT_TRUE(accepts(of_x(R"({"type":"integer"})"), R"({"x":3.0})"));
  EXPECT_EQ(rule_of(of_x(R"({"type":"integer"})"), R"({"x":3.5})"), "type");
  EXPECT_TRUE(accepts(of_x(R"({"type":"number"})"), R"({"x":3})"));
}

TEST(Validate, ChecksFormatsThatAreStrictlyWrong) {
  std::string const time = of_x(R"({"format":"date-time"})");
  EXPECT_TRUE(accepts(time, R"({"x":"2026-02-28T23:59:59.25+01:00"})"));
  EXPECT_TRUE(accepts(time, R"({"x":"2026-02-28T23:59:59"})"));
  EXPECT_EQ(rule_of(time, R"({"x":"2026-02-30T00:00:00Z"})"), "format");
  EXPECT_EQ(rule_of(time, R"({"x":"tomorrow"})"), "format");
  EXPECT_TRUE(accepts(of_x(R"({"format":"uri"})"), R"({"x":"https://example.com/ä"})"));
  EXPECT_EQ(rule_of(of_x(R"({"format":"uri"})"), R"({"x":"example"})"), "format");
  EXPECT_EQ(rule_of(of_x(R"({"format":"email"})"), R"({"x":"nobody"})"), "format");
  EXPECT_EQ(rule_of(of_x(R"({"format":"uuid"})"), R"({"x":"123"})"), "format");
  EXPECT_TRUE(accepts(of_x(R"({"format":"int32"})"), R"({"x":"anything"})"));
}

TEST(Validate, MatchesPatternsAndIgnoresThoseItCannotCompile) {
  EXPECT_EQ(rule_of(of_x(R"({"pattern":"^a+$"})"), R"({"x":"b"})"), "pattern");
  EXPECT_TRUE(accepts(of_x(R"({"pattern":"^(?<!a)[[[$"})"), R"({"x":"b"})"));
}

TEST(Validate, IsNotHeldUpByACatastrophicPattern) {
  EXPECT_EQ(rule_of(of_x(R"({"pattern":"^(a+)+$"})"), R"({"x":")" + std::string(500, 'a') + "b\"}"),
            "pattern");
}

TEST(Validate, ReportsTheBranchThatWasMeant) {
  std::string const schema = of_x(R"({"anyOf":[{"type":"object","required":["id"]},{"type":"string"}]})");

  auto const meant = refuse(schema, R"({"x":{}})");
  auto const neither = refuse(schema, R"({"x":4})");

  EXPECT_EQ(meant.problems[0]["path"], "/x/id");
  EXPECT_EQ(neither.problems[0]["expected"], "string or object");
}

TEST(Validate, CombinesSchemas) {
  EXPECT_EQ(rule_of(of_x(R"({"oneOf":[{"type":"integer"},{"minimum":2}]})"), R"({"x":3})"), "oneOf");
  EXPECT_EQ(rule_of(of_x(R"({"allOf":[{"minimum":1},{"maximum":3}]})"), R"({"x":4})"), "maximum");
  EXPECT_EQ(rule_of(of_x(R"({"not":{"type":"string"}})"), R"({"x":"a"})"), "not");
  EXPECT_EQ(rule_of(of_x(R"({"const":{"a":1,"b":2}})"), R"({"x":{"b":2,"a":2}})"), "const");
  EXPECT_TRUE(accepts(of_x(R"({"const":{"a":1,"b":2}})"), R"({"x":{"b":2,"a":1}})"));
  EXPECT_EQ(rule_of(of_x("false"), R"({"x":1})"), "false");
  EXPECT_EQ(rule_of(of_x(R"({"prefixItems":[{"type":"string"}],"items":{"type":"integer"}})"),
                    R"({"x":["a","b"]})"),
            "type");
}

TEST(Validate, FollowsLocalReferencesAndIgnoresOthers) {
  std::string const schema =
      R"({"properties":{"x":{"$ref":"#/definitions/page~1id"},"y":{"$ref":"https://example.com/s"},"z":{"$ref":"#/nowhere"}},)"
      R"("definitions":{"page/id":{"type":"integer"}}})";

  EXPECT_EQ(rule_of(schema, R"({"x":"a"})"), "type");
  EXPECT_TRUE(accepts(schema, R"({"y":1,"z":2})"));
}

TEST(Validate, WalksARecursiveSchemaAsDeepAsTheValue) {
  std::string const schema =
      of_x(R"({"$ref":"#/$defs/tree"})")
          .insert(
              1,
              R"("$defs":{"tree":{"type":"object","properties":{"child":{"$ref":"#/$defs/tree"},"n":{"type":"integer"}}}},)");

  auto const refusal = refuse(schema, R"({"x":{"child":{"child":{"n":"a"}}}})");

  EXPECT_EQ(refusal.problems[0]["path"], "/x/child/child/n");
}

TEST(Validate, EndsOnCircularAndMultiplyingSchemas) {
  EXPECT_TRUE(accepts(R"({"properties":{"x":{"$ref":"#/properties/x"}}})", R"({"x":1})"));
  EXPECT_TRUE(accepts(R"({"$ref":"#"})", R"({"x":1})"));
  std::string const doubling =
      R"({"properties":{"x":{"$ref":"#/$defs/a"}},"$defs":{"a":{"allOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}]}}})";
  EXPECT_TRUE(accepts(doubling, R"({"x":1})"));
}

TEST(Validate, SurvivesDeepDocuments) {
  std::string const deep = std::string(400, '[') + std::string(400, ']');
  EXPECT_TRUE(
      accepts(of_x(R"({"$ref":"#/$defs/a"})").insert(1, R"("$defs":{"a":{"items":{"$ref":"#/$defs/a"}}},)"),
              "{\"x\":" + deep + "}"));
  EXPECT_FALSE(Schema::parse(JsonText{std::string(100000, '[') + std::string(100000, ']')}).has_value());
}

TEST(Validate, IgnoresMalformedKeywords) {
  EXPECT_TRUE(accepts(
      of_x(
          R"({"type":5,"enum":"a","minimum":"1","required":true,"items":7,"properties":[],"anyOf":{},"maxLength":-1,"pattern":1})"),
      R"({"x":"a"})"));
}

TEST(Validate, RefusesArgumentsThatAreNoObject) {
  EXPECT_EQ(refuse(kIssue, "[1]").error.message, "the arguments must be a JSON object");
  EXPECT_EQ(refuse(kIssue, "{").error.message, "the arguments are not valid JSON");
}

TEST(Validate, WhatTakesTooLongToTellIsLeftToTheServiceWhereThereIsOne) {
  auto const schema = Schema::parse(JsonText{
      R"({"properties":{"all":{"items":{"allOf":[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]}},)"
      R"("name":{"type":"string","pattern":"^[a-z]+$"}}})"});
  std::string many = R"({"name":"../x","all":[1)";
  for (int i = 0; i < 100'000; ++i) many += ",1";
  std::string const long_name = "{\"name\":\"" + std::string(70'000, '.') + "\"}";
  using Doubt = Schema::Doubt;

  for (std::string const& each : {many + "]}", long_name}) {
    EXPECT_TRUE(schema->validate(JsonText{each}, "TOOL"));
    auto const refused = schema->validate(JsonText{each}, "TOOL", Doubt::counts_against);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_arguments);
  }
  EXPECT_TRUE(schema->validate(JsonText{R"({"name":"ab","all":[1,2]})"}, "TOOL", Doubt::counts_against));
}

TEST(Schema, CannotBeReadFromAnythingButAnObject) {
  EXPECT_EQ(Schema::parse(JsonText{"{"}).error().code, ErrorCode::invalid_request);
  EXPECT_EQ(Schema::parse(JsonText{"[]"}).error().code, ErrorCode::invalid_request);
}

TEST(Schema, OfFiveMegabytesIsRead) {
  std::string big = R"({"properties":{"x":{"type":"integer"})";
  for (int i = 0; big.size() < 5'000'000; ++i)
    big += ",\"p" + std::to_string(i) + R"(":{"type":"string","description":"Some words."})";
  big += "}}";

  auto const schema = Schema::parse(JsonText{big});

  ASSERT_TRUE(schema.has_value());
  EXPECT_FALSE(schema->validate(JsonText{R"({"x":"a"})"}, "TOOL").has_value());
  EXPECT_TRUE(schema->validate(JsonText{R"({"x":1,"p7":"a"})"}, "TOOL").has_value());
}

}  // namespace
}  // namespace agenta::schema
