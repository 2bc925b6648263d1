#include "cli/command/sample_call.hpp"

#include <gtest/gtest.h>
#include <stdio.h>

#include <array>
#include <string>

#include "cli/command/context.hpp"
#include "shared/schema/arguments.hpp"
#include "shared/schema/validate.hpp"

namespace agenta::cli {
namespace {

std::vector<std::string> arguments_for(std::string const& schema) {
  Tool tool;
  tool.slug.text = "GITHUB_X";
  tool.input_schema.text = schema;
  auto const words = sample_call(tool);
  EXPECT_EQ(words.at(2), "GITHUB_X");
  return {words.begin() + 3, words.end()};
}

std::string argument_for(std::string const& schema) {
  auto const arguments = arguments_for(R"({"properties":{"p":)" + schema + R"(},"required":["p"]})");
  return arguments.empty() ? "" : arguments.back();
}

schema::Schema value_of_schema(JsonText const& text) {
  return std::move(schema::Schema::parse(text)).value();
}

/// The words as a shell reads the line that shows them.
std::vector<std::string> as_a_shell_reads(std::vector<std::string> const& words) {
  std::string const command = "printf '%s\\n' " + shell_line(words);
  std::vector<std::string> read;
  FILE* const pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> line{};
  while (::fgets(line.data(), line.size(), pipe) != nullptr) {
    read.emplace_back(line.data());
    read.back().pop_back();
  }
  ::pclose(pipe);
  return read;
}

TEST(SampleCall, GivesWhatIsRequiredAndNothingElse) {
  EXPECT_EQ(
      arguments_for(R"({"properties":{"a":{"type":"string"},"b":{"type":"boolean"}},"required":["b"]})"),
      std::vector<std::string>{"b:=true"});
  EXPECT_TRUE(arguments_for("{}").empty());
}

TEST(SampleCall, TakesValuesFromTheSchema) {
  EXPECT_EQ(argument_for(R"({"type":"string","enum":["open","closed"]})"), "p=open");
  EXPECT_EQ(argument_for(R"({"type":"string","examples":["octo cat"]})"), "p=octo cat");
  EXPECT_EQ(argument_for(R"({"type":"string","default":"x"})"), "p=x");
  EXPECT_EQ(argument_for(R"({"type":"array","examples":[["a"]]})"), R"(p:=["a"])");
  EXPECT_EQ(argument_for(R"({"const":5})"), "p:=5");
}

TEST(SampleCall, LeavesExamplesOfAnotherTypeAndShowsWhatCannotBeTypedEscaped) {
  EXPECT_EQ(argument_for(R"({"type":"integer","examples":["12"]})"), "p:=1");
  EXPECT_EQ(argument_for(R"({"type":"string","enum":["two\nlines"]})"), R"(p:="two\nlines")");
  EXPECT_EQ(argument_for("{\"type\":\"string\",\"enum\":[\"\u202e\"]}"), "p=text");
}

TEST(SampleCall, KeepsToTheLimits) {
  for (char const* const schema :
       {R"({"type":"integer","minimum":10})", R"({"type":"number","exclusiveMinimum":2.5,"maximum":3})",
        R"({"type":"integer","maximum":-5})", R"({"type":"string","minLength":60})",
        R"({"type":"string","maxLength":2})", R"({"type":"string","format":"date"})",
        R"({"type":"array","minItems":2,"items":{"type":"integer"}})",
        R"({"type":"object","properties":{"q":{"type":"string"},"r":{}},"required":["q"]})"}) {
    JsonText const whole{R"({"properties":{"p":)" + std::string{schema} + R"(},"required":["p"]})"};
    auto const arguments = schema::build_arguments(arguments_for(whole.text), std::nullopt, {});
    ASSERT_TRUE(arguments) << schema << arguments.error().message;
    auto const parsed = value_of_schema(whole);
    auto const checked = parsed.validate(parsed.coerce(arguments->json, arguments->text_paths), "X");
    EXPECT_TRUE(checked) << schema << checked.error().message;
  }
}

TEST(SampleCall, GivesTheValuesOfTheToolsExample) {
  EXPECT_EQ(argument_for(R"({"type":"string","format":"email"})"), "p=ada@example.com");
  EXPECT_EQ(argument_for(R"({"type":"string"})"), "p=example-p");
}

TEST(SampleCall, EndsWithACircle) {
  EXPECT_TRUE(argument_for(R"({"type":"object","properties":{"q":{"$ref":"#"}},"required":["q"]})")
                  .starts_with(R"(p:={"q":{"p":)"));
}

TEST(SampleCall, WorksWhenPasted) {
  JsonText const schema{R"({"properties":{
      "$top.level":{"type":"integer"},"it's":{"type":"string","examples":["a 'quoted' $HOME `x` \\ value"]},
      "a=b:c\\d":{"type":"string","examples":["@handle"]},"list":{"type":"array","items":{"type":"string"}},
      "-dash":{"type":"string","enum":["*"]}},
      "required":["$top.level","it's","a=b:c\\d","list","-dash"]})"};
  Tool tool;
  tool.slug.text = "X";
  tool.input_schema = schema;

  auto const words = sample_call(tool);

  EXPECT_EQ(as_a_shell_reads(words), words);
  ASSERT_EQ(words.at(3), "--");
  auto const arguments = schema::build_arguments({words.begin() + 4, words.end()}, std::nullopt, {});
  ASSERT_TRUE(arguments) << arguments.error().message;
  auto const checked = schema::validate_arguments(schema, arguments->json, "X");
  EXPECT_TRUE(checked) << checked.error().message;
  EXPECT_NE(arguments->json.text.find(R"("@handle")"), std::string::npos);
}

}  // namespace
}  // namespace agenta::cli
