#include "shared/protocol/json_slice.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace agenta::protocol {
namespace {

using namespace std::string_literals;

/// Documents on which every reader of JSON agrees, valid and not.
std::vector<std::string> corpus() {
  return {
      // valid
      "{}",
      "[]",
      "null",
      "true",
      "false",
      "0",
      "-0",
      "-0.0",
      "1e5",
      "1E+5",
      "1e-5",
      "12.50",
      "\"\"",
      " \t\r\n{} \n",
      R"({"a":1,"b":[1,2,{"c":null}],"":""})",
      R"({"a":1,"a":2})",
      R"([[],{},[{}],"]","}"])",
      R"("\"\\\/\b\f\n\r\t")",
      R"("\u0041\u00e9\u20ac\ud83d\ude00\u0000")",
      "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\x7F\"",
      "[1 , 2]",
      "{ \"a\" : 1 }",
      "\"\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF\"",
      R"("a\\")",
      R"({"\"":"\\\""})",
      // not valid: grammar
      "",
      " ",
      "{",
      "}",
      "[",
      "]",
      "[1,]",
      "{\"a\":1,}",
      "[,1]",
      "{,}",
      "[1 2]",
      "{\"a\" 1}",
      "{a:1}",
      "{'a':1}",
      "{\"a\":}",
      "{\"a\"}",
      "{1:2}",
      "[1}",
      "{\"a\":1]",
      "{}{}",
      "1 2",
      "nul",
      "nulll",
      "True",
      "NaN",
      "Infinity",
      "-",
      "+1",
      "01",
      "-01",
      "1.",
      ".5",
      "1e",
      "1e+",
      "0x10",
      "1_000",
      "// c\n1",
      "/**/1",
      "[1]x",
      "\"a",
      "a\"",
      "\"a\"b",
      "[\"a\",\n\"b\"",
      "\0"s,

      "[\"\0\"]"s,
      // not valid: strings
      "\"\n\"",
      "\"\t\"",
      "\"\x1F\"",
      R"("\x41")",
      R"("\u12")",
      R"("\u12G4")",
      R"("\")",
      R"("\u-123")",
      R"("\u 123")",
      R"("\U0041")",
      // not valid: UTF-8
      "\"\x80\"",
      "\"\xC3\"",
      "\"\xC0\xAF\"",
      "\"\xC1\x81\"",
      "\"\xE0\x80\xAF\"",
      "\"\xED\xA0\x80\"",
      "\"\xF4\x90\x80\x80\"",
      "\"\xF5\x80\x80\x80\"",
      "\"\xFF\"",
      "\"\xE2\x82\"",
      "\"\xF0\x9F\x98\"",
      "{\"\xFF\":1}",
      "\xC3\xA9",
  };
}

TEST(IsJson, AgreesWithAnotherReaderOnTheCorpus) {
  for (std::string const& document : corpus()) {
    EXPECT_EQ(is_json(document), nlohmann::json::accept(document)) << document;
  }
}

TEST(IsJson, AgreesOnEveryPrefixAndEveryOneByteChange) {
  std::string const document = R"({"a":[1,-2.5e3,"x\u00e9\n\"",null],"b":{"c":true,"d":false}, "é": ""})";
  ASSERT_TRUE(is_json(document));

  for (std::size_t size = 0; size < document.size(); ++size)
    EXPECT_FALSE(is_json(document.substr(0, size))) << size;
  for (std::size_t at = 0; at < document.size(); ++at) {
    for (char const c :
         {'"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', 'e', ' ', '\n', '\x01', '\x80', '\xC3'}) {
      std::string changed = document;
      changed[at] = c;
      EXPECT_EQ(is_json(changed), nlohmann::json::accept(changed)) << changed;
    }
  }
}

TEST(IsJson, TakesWhatTheGrammarAllowsAndOtherReadersRefuse) {
  EXPECT_TRUE(is_json("1e999")) << "the grammar has no largest number";
  EXPECT_TRUE(is_json(R"("\ud83d")"))
      << "a lone surrogate is grammatical, and services cut texts in the middle";
}

TEST(IsJson, RefusesWhatOtherReadersPassOver) {
  EXPECT_FALSE(is_json("\xEF\xBB\xBF{}")) << "a byte order mark";
  EXPECT_FALSE(is_json("{}\0"s)) << "a NUL at the end";
  EXPECT_FALSE(is_json("{}\0 x"s));
}

TEST(IsJson, TakesNestingUpToItsLimitAndNeverOverflowsTheStack) {
  auto const nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };

  EXPECT_TRUE(is_json(nested(512)));
  EXPECT_FALSE(is_json(nested(513)));
  EXPECT_FALSE(is_json(std::string(10'000'000, '[')));
  EXPECT_FALSE(is_json(std::string(1'000'000, '{')));
}

TEST(FindMember, GivesTheBytesAsTheyAre) {
  std::string const document = R"({ "n" : 1.50e+01 , "o":{ "x":[1, 2] } , "s":"a\u0062" })";

  EXPECT_EQ(find_member(document, "n"), "1.50e+01");
  EXPECT_EQ(find_member(document, "o"), "{ \"x\":[1, 2] }");
  EXPECT_EQ(find_member(document, "s"), "\"a\\u0062\"");
  EXPECT_EQ(find_member(document, "x"), std::nullopt) << "a member of a member is none of its own";
}

TEST(FindMember, TakesTheLastOfEqualNamesAndUnescapesThem) {
  EXPECT_EQ(find_member(R"({"a":1,"a":2})", "a"), "2");
  EXPECT_EQ(find_member(R"({"\u0061\/":1})", "a/"), "1");
  EXPECT_EQ(find_member(R"({"":1})", ""), "1");
}

TEST(FindMember, IsNotFooledByTextThatLooksLikeStructure) {
  EXPECT_EQ(find_member(R"({"a":"\"b\":1,}","b":2})", "b"), "2");
  EXPECT_EQ(find_member(R"({"a":["}","{"],"b":"\\"})", "b"), R"("\\")");
}

TEST(FindMember, FindsNothingInWhatIsNoObject) {
  for (auto const* document : {"[]", "\"a\"", "1", "null", "", "{", "{\"a\"", "{\"a\":", "{\"a\":\""}) {
    EXPECT_EQ(find_member(document, "a"), std::nullopt) << document;
  }
}

TEST(FindPointer, FollowsTheExamplesOfRfc6901) {
  std::string const document = R"({"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"k\"l":6," ":7,"m~n":8})";

  EXPECT_EQ(find_pointer(document, ""), document);
  EXPECT_EQ(find_pointer(document, "/foo"), R"(["bar","baz"])");
  EXPECT_EQ(find_pointer(document, "/foo/0"), "\"bar\"");
  EXPECT_EQ(find_pointer(document, "/"), "0");
  EXPECT_EQ(find_pointer(document, "/a~1b"), "1");
  EXPECT_EQ(find_pointer(document, "/c%d"), "2");
  EXPECT_EQ(find_pointer(document, "/e^f"), "3");
  EXPECT_EQ(find_pointer(document, "/k\"l"), "6");
  EXPECT_EQ(find_pointer(document, "/ "), "7");
  EXPECT_EQ(find_pointer(document, "/m~0n"), "8");
}

TEST(FindPointer, AgreesWithAnotherReader) {
  std::string const document = R"({"items":[{"name":"x"},{"name":"y","tags":[]}],"~1":{"/":true}})";
  auto const parsed = nlohmann::json::parse(document);

  for (auto const* pointer : {"/items/0/name", "/items/1/tags", "/~01", "/~01/~1", "/items"}) {
    auto const found = find_pointer(document, pointer);
    ASSERT_TRUE(found) << pointer;
    EXPECT_EQ(nlohmann::json::parse(*found), parsed.at(nlohmann::json::json_pointer{pointer})) << pointer;
  }
}

TEST(FindPointer, FindsNothingWhereThereIsNothing) {
  std::string const document = R"({"a":[1,2],"b":"text"})";

  for (auto const* pointer : {"a", "/c", "/a/2", "/a/-", "/a/01", "/a/-1", "/a/x", "/a/", "/b/0", "/a/0/x",
                              "/a/99999999999999999999"}) {
    EXPECT_EQ(find_pointer(document, pointer), std::nullopt) << pointer;
  }
}

TEST(ReadString, AgreesWithAnotherReaderOnTheCorpus) {
  int strings = 0;
  for (std::string const& document : corpus()) {
    auto const parsed = nlohmann::json::parse(document, nullptr, false);
    auto const content = read_string(document);
    ASSERT_EQ(content.has_value(), parsed.is_string()) << document;
    if (!content) continue;
    EXPECT_EQ(*content, parsed.get<std::string>());
    ++strings;
  }
  EXPECT_GE(strings, 6);
}

TEST(ReadString, PutsTheReplacementCharacterForALoneSurrogate) {
  EXPECT_EQ(read_string(R"("a\ud83d")"), "a\xEF\xBF\xBD");
  EXPECT_EQ(read_string(R"("\ude00b")"),
            "\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(read_string(R"("\ud83d\u0041")"),
            "\xEF\xBF\xBD"
            "A");
  EXPECT_EQ(read_string(R"("\ud83d\ud83d\ude00")"), "\xEF\xBF\xBD\xF0\x9F\x98\x80");
}

TEST(WriteString, ComesBackWholeForEveryByteOfAscii) {
  std::string every;
  for (int byte = 0; byte < 128; ++byte) every += static_cast<char>(byte);
  every += "é€😀";

  std::string const json = write_string(every);

  EXPECT_EQ(read_string(json), every);
  EXPECT_EQ(nlohmann::json::parse(json).get<std::string>(), every);
}

TEST(WriteString, WritesValidJsonOfAnyBytes) {
  for (std::string const& text : {"\xFF"s, "a\xC3"s, "\xED\xA0\x80"s, "\xE2\x82"s, "\xF0\x9F\x98"s}) {
    EXPECT_TRUE(is_json(write_string(text)));
  }
  EXPECT_EQ(write_string("a\xFF"
                         "b"),
            "\"a\xEF\xBF\xBD"
            "b\"");
}

TEST(MembersOf, KeepsOrderAndDuplicates) {
  auto const members = members_of(R"({"b":1,"a":[2],"b":{}})");

  ASSERT_TRUE(members);
  ASSERT_EQ(members->size(), 3U);
  EXPECT_EQ((*members)[0].name, "b");
  EXPECT_EQ((*members)[1].value, "[2]");
  EXPECT_EQ((*members)[2].value, "{}");
  EXPECT_FALSE(members_of("[]"));
}

TEST(ElementsOf, SlicesAnArray) {
  EXPECT_EQ(elements_of(R"([ 1 , "a,b" ,[2,3]])"), (std::vector<std::string_view>{"1", "\"a,b\"", "[2,3]"}));
  EXPECT_EQ(elements_of("[ ]"), std::vector<std::string_view>{});
  EXPECT_FALSE(elements_of("{}"));
}

}  // namespace
}  // namespace agenta::protocol
