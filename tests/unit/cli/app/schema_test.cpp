#include <gtest/gtest.h>

#include "shared/protocol/json_slice.hpp"
#include "tests/unit/cli/app/catalog_support.hpp"

namespace agenta::cli {
namespace {

std::string definition(std::string const& slug, std::string const& more = "") {
  return R"({"slug":")" + slug + R"(","name":")" + slug + R"(","definition":{"n" : ")" + slug + "\"}" + more +
         "}";
}

std::string document(std::string const& items) { return R"({"items":[)" + items + R"(],"total":2})"; }

TEST(ToolsSchema, PrintsTheDefinitionOfOneToolAsItCame) {
  Rig rig;
  rig.answers(document(definition("A_B")));

  EXPECT_EQ(rig.run({"tools", "schema", "a_b"}), 0);
  EXPECT_EQ(rig.seen.at(0).target, "/api/tools/schemas?tools=A_B&format=json-schema");
  EXPECT_EQ(rig.capture.out, "{\"n\" : \"A_B\"}\n");
  EXPECT_EQ(rig.capture.err, "");
}

TEST(ToolsSchema, PrintsSeveralAsTheirApiTakesThem) {
  struct Case {
    std::vector<std::string> flags;
    std::string before;
    std::string after;
  };
  for (Case const& each :
       {Case{{"--format", "openai"}, "[", "]"}, Case{{"--format", "Anthropic"}, "[", "]"},
        Case{{"--format", "example"}, "[", "]"}, Case{{"--format", "mcp"}, "{\"tools\":[", "]}"},
        Case{{"--format", "gemini"}, "{\"functionDeclarations\":[", "]}"},
        Case{{"--format", "gemini", "--compat", "composio"}, "[", "]"}}) {
    Rig rig;
    rig.answers(document(definition("A_B") + "," + definition("C_D")));
    std::vector<std::string> words{"tools", "schema", "A_B", "C_D"};
    words.insert(words.end(), each.flags.begin(), each.flags.end());

    EXPECT_EQ(rig.run(words), 0) << rig.capture.err;
    EXPECT_EQ(rig.capture.out, each.before + "{\"n\" : \"A_B\"},{\"n\" : \"C_D\"}" + each.after + "\n");
  }
}

TEST(ToolsSchema, PrintsAnIntegrationsAsACollectionEvenIfThereIsOne) {
  Rig rig;
  rig.answers(document(definition("A_B")));

  EXPECT_EQ(rig.run({"tools", "schema", "--integration", "a", "--format", "openai", "--strict",
                     "--tool-version", "7", "--offline"}),
            0);
  EXPECT_EQ(rig.seen.at(0).target,
            "/api/tools/schemas?integration=a&format=openai&strict=true&version=7&offline=true");
  EXPECT_EQ(rig.capture.out, "[{\"n\" : \"A_B\"}]\n");
}

TEST(ToolsSchema, SaysWhatWasRenamedAndLost) {
  Rig rig;
  rig.answers(document(R"({"slug":"A_B","name":"A_SHORT","definition":{},"renamed":{"dollar_top":"$top"},)"
                       R"("notes":["optional arguments take null"]})"));

  EXPECT_EQ(rig.run({"tools", "schema", "A_B"}), 0);
  EXPECT_EQ(rig.capture.err,
            "A_B is offered as A_SHORT\n"
            "A_B: `$top` is offered as `dollar_top`\n"
            "A_B: optional arguments take null\n");
}

TEST(ToolsSchema, PrintsTheWholeDocumentWithTheMapping) {
  Rig rig;
  rig.answers(document(definition("A_B", R"(,"renamed":{})")));

  EXPECT_EQ(rig.run({"tools", "schema", "A_B", "--with-mapping"}), 0);
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/items/0/renamed"), "{}");
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/total"), "1");
}

TEST(ToolsSchema, AsksForManyInParts) {
  Rig rig;
  rig.answer = [](ServiceRequest const& request) {
    std::string items;
    std::string const names = request.target.substr(request.target.find("tools=") + 6);
    for (std::size_t at = 0; (at = names.find("T_", at)) != std::string::npos; at += 2) {
      items += (items.empty() ? "" : ",") + definition("T_X");
    }
    return reply_with(document(items));
  };
  std::vector<std::string> words{"tools", "schema"};
  for (int i = 0; i < 250; ++i) words.push_back("T_" + std::to_string(i));

  EXPECT_EQ(rig.run(words), 0);
  EXPECT_EQ(rig.seen.size(), 3U);
  EXPECT_EQ(protocol::elements_of(protocol::find_pointer(rig.capture.out, "").value()).value().size(), 250U);
}

TEST(ToolsSchema, IsPrettyOnATerminal) {
  Rig rig;
  put_on_terminal(rig);
  rig.answers(document(definition("A_B")));

  EXPECT_EQ(rig.run({"tools", "schema", "A_B"}), 0);
  EXPECT_EQ(rig.capture.out, "{\n  \"n\": \"A_B\"\n}\n");
}

TEST(ToolsSchema, RefusesWhatItDoesNotKnowAndNamesWhatItDoes) {
  for (std::vector<std::string> const& words : {std::vector<std::string>{"A_B", "--format", "opnai"},
                                                {"A_B", "--compat", "langchain"},
                                                {},
                                                {"A_B", "--integration", "a"},
                                                {"no such"}}) {
    Rig rig;
    std::vector<std::string> line{"tools", "schema", "--json"};
    line.insert(line.end(), words.begin(), words.end());

    EXPECT_EQ(rig.run(line), 2);
    EXPECT_TRUE(rig.seen.empty());
    EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/code"), "\"USAGE\"");
  }
  Rig rig;
  rig.run({"tools", "schema", "A_B", "--format", "opnai"});
  EXPECT_NE(rig.capture.err.find("openai-responses"), std::string::npos);
  EXPECT_NE(rig.capture.err.find("did you mean openai?"), std::string::npos);
}

}  // namespace
}  // namespace agenta::cli
