#include "shared/schema/arguments.hpp"

#include <gtest/gtest.h>

namespace agenta::schema {
namespace {

Result<std::string> read_fake(std::string const& path) {
  if (path == "note.txt") return std::string{"line\n"};
  if (path == "list.json") return std::string{" [1, 2]\n"};
  if (path == "binary") return std::string{"\xff\xfe"};
  return agenta::fail(ErrorCode::usage, "cannot open " + path);
}

Result<Arguments> build(std::vector<std::string> const& items, std::optional<std::string> const& data = {}) {
  return build_arguments(items, data, read_fake);
}

std::string text_of(std::vector<std::string> const& items, std::optional<std::string> const& data = {}) {
  auto const built = build(items, data);
  return built ? built->json.text : built.error().message;
}

Error error_of(std::vector<std::string> const& items, std::optional<std::string> const& data = {}) {
  auto const built = build(items, data);
  if (built) ADD_FAILURE() << built->json.text;
  return built ? Error{} : built.error();
}

TEST(Arguments, OfManyLevelsAreRefusedNotFollowed) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "a.";

  EXPECT_EQ(error_of({deep + "b=1"}).code, ErrorCode::usage);
}

TEST(Arguments, AreEmptyWithoutItems) { EXPECT_EQ(text_of({}), "{}"); }

TEST(Arguments, OfTextRememberWhereTheTextIs) {
  auto const built = build({"title=a \"b\" = c", "a.b/c=1", "n:=1.0", "empty="});

  EXPECT_EQ(built->json.text, R"({"title":"a \"b\" = c","a":{"b/c":"1"},"n":1.0,"empty":""})");
  EXPECT_EQ(built->text_paths, (std::vector<std::string>{"/title", "/a/b~1c", "/empty"}));
}

TEST(Arguments, OfJsonKeepTheirBytes) {
  EXPECT_EQ(text_of({R"(labels:=[ "bug",1e2 ])", "x:=null"}), R"({"labels":[ "bug",1e2 ],"x":null})");
}

TEST(Arguments, GatherARepeatedNameIntoAnArray) {
  auto const built = build({"labels=a", "x=1", "labels=b"});

  EXPECT_EQ(built->json.text, R"({"labels":["a","b"],"x":"1"})");
  EXPECT_EQ(built->text_paths, (std::vector<std::string>{"/labels/0", "/labels/1", "/x"}));
}

TEST(Arguments, ComeFromFiles) {
  EXPECT_EQ(text_of({"body=@note.txt", "ids:=@list.json", "to=@@here"}),
            R"({"body":"line\n","ids":[1, 2],"to":"@here"})");
  EXPECT_EQ(error_of({"body=@gone"}).message,
            "the argument body=…: cannot open gone (write @@ for a text that starts with @)");
}

TEST(Arguments, TakeEscapedNames) {
  EXPECT_EQ(text_of({R"(a\.b=1)", R"(c\=d=2)", R"(e\:=3)", R"(f\\=4)", "$filter=5", R"(g\h=6)"}),
            R"({"a.b":"1","c=d":"2","e:":"3","f\\":"4","$filter":"5","g\\h":"6"})");
}

TEST(Arguments, OverrideTheMembersOfData) {
  EXPECT_EQ(text_of({"b=2", "c.y=3", "d=4"}, R"({"a": 1.0, "b": [1], "c": {"x": 1, "y": 2}})"),
            R"({"a":1.0,"b":"2","c":{"x":1,"y":"3"},"d":"4"})");
  EXPECT_EQ(text_of({}, R"( {"a": 1} )"), R"({"a": 1})");
  EXPECT_EQ(text_of({"b=1", "b=2"}, R"({"b":0})"), R"({"b":["1","2"]})");
}

TEST(Arguments, ThatContradictEachOtherAreRefusedNamingBoth) {
  EXPECT_EQ(error_of({"a=1", "a.b=2"}).message, "the arguments a=… and a.b=… contradict each other");
  EXPECT_EQ(error_of({"a.b=1", "a=2"}).message, "the arguments a.b=… and a=… contradict each other");
  EXPECT_EQ(error_of({"a:=1", "a=2"}).message, "the arguments a:=… and a=… contradict each other");
  EXPECT_EQ(error_of({"a:={}", "a.b=2"}).message, "the arguments a:=… and a.b=… contradict each other");
  EXPECT_EQ(error_of({"a.b=2"}, R"({"a":1})").message,
            "the arguments a in -d and a.b=… contradict each other");
  EXPECT_EQ(error_of({"a.b=2", "a=1"}, R"({"a":{}})").message,
            "the arguments a.b=… and a=… contradict each other");
}

TEST(Arguments, ThatCannotBeReadAreUsageErrorsWithoutTheirValues) {
  for (auto const& [items, data] :
       std::vector<std::pair<std::vector<std::string>, std::optional<std::string>>>{
           {{"canary"}, {}},
           {{"=canary"}, {}},
           {{"a..b=canary"}, {}},
           {{":=1"}, {}},
           {{"a:=canary"}, {}},
           {{"a=canary\xff"}, {}},
           {{"a=@binary"}, {}},
           {{}, "[\"canary\"]"},
           {{}, "{\"canary\""},
       }) {
    Error const error = error_of(items, data);

    EXPECT_EQ(error.code, ErrorCode::usage);
    EXPECT_EQ(error.message.find("canary"), std::string::npos) << error.message;
  }
}

}  // namespace
}  // namespace agenta::schema
