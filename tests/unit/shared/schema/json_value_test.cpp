#include "shared/schema/json_value.hpp"

#include <gtest/gtest.h>

namespace agenta::schema {
namespace {

std::string rewritten(std::string const& json) { return write_value(parse_value(json).value()); }
std::string by_javascript(std::string const& json) {
  return write_like_javascript(parse_value(json).value());
}

TEST(JsonValue, KeepsOrderAndSpelling) {
  EXPECT_EQ(
      rewritten(
          R"( { "b" : 1.50 , "a" : [ -0 , 1E2 , true , false , null , "" ] , "c" : { } , "d" : [ ] } )"),
      R"({"b":1.50,"a":[-0,1E2,true,false,null,""],"c":{},"d":[]})");
}

TEST(JsonValue, EscapesOnlyWhatNeedsIt) {
  EXPECT_EQ(rewritten(R"("\u00e9\/\"\\\b\f\n\r\t\u0001\u001F\u007f\u2028\ud83d\ude00")"),
            "\"é/\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\u2028😀\"");
  EXPECT_EQ(rewritten(R"("\ud800")"), "\"\uFFFD\"");
}

TEST(JsonValue, TakesTheLastOfTwinsInThePlaceOfTheFirst) {
  EXPECT_EQ(rewritten(R"({"a":1,"b":2,"a":3})"), R"({"a":3,"b":2})");
  std::string many = R"({"x":0)";
  std::string wanted = R"({"x":9)";
  for (int i = 0; i < 30; ++i) {
    many += ",\"k" + std::to_string(i) + "\":1";
    wanted += ",\"k" + std::to_string(i) + "\":1";
  }
  EXPECT_EQ(rewritten(many + R"(,"x":9})"), wanted + "}");
}

TEST(JsonValue, RefusesWhatIsNoJson) {
  for (char const* const text : {"", "{", "nul", "[1,]", "{\"a\"}", "\"\x01\"", "1 2"})
    EXPECT_FALSE(parse_value(text)) << text;
}

TEST(JsonValue, WritesNumbersAsJavaScriptDoes) {
  EXPECT_EQ(by_javascript("[1.0,-0,-0.0,1e2,0.1,1E21,123456789012345678901234567890,1e-7,0.000001,1.50]"),
            "[1,0,0,100,0.1,1e+21,1.2345678901234568e+29,1e-7,0.000001,1.5]");
  EXPECT_EQ(
      by_javascript(
          "[9007199254740993,100000000000000000000,5e-324,1e400,-1e400,1e-400,-12.5,1.7976931348623157e308]"),
      "[9007199254740992,100000000000000000000,5e-324,null,null,0,-12.5,1.7976931348623157e+308]");
}

TEST(JsonValue, WritesIndicesFirstAsJavaScriptDoes) {
  EXPECT_EQ(
      by_javascript(R"({"b":1,"10":2,"2":3,"01":4,"-1":5,"4294967295":6,"4294967294":7,"a":{"1":0,"0":1}})"),
      R"({"2":3,"10":2,"4294967294":7,"b":1,"01":4,"-1":5,"4294967295":6,"a":{"0":1,"1":0}})");
}

TEST(JsonValue, ChangesMembersInPlace) {
  Value value = parse_value(R"({"a":1,"b":2})").value();

  value.set("a", "x");
  value.set("c", Value::integer(3));

  EXPECT_TRUE(value.erase("b"));
  EXPECT_FALSE(value.erase("b"));
  EXPECT_EQ(write_value(value), R"({"a":"x","c":3})");
}

TEST(JsonValue, FindsMembersOfWideObjects) {
  Value wide{Value::Object{}};
  for (int i = 0; i < 100; ++i) {
    Member member;
    member.name = std::to_string(i);
    member.value = Value::integer(static_cast<std::size_t>(i));
    wide.object()->push_back(member);
  }
  Index index;

  EXPECT_EQ(*index.find(wide, "77"), Value::integer(77));
  EXPECT_EQ(index.find(wide, "100"), nullptr);
  EXPECT_EQ(index.find(Value{"text"}, "a"), nullptr);
}

}  // namespace
}  // namespace agenta::schema
