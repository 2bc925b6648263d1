#include "daemon/core/file_fields.hpp"

#include <gtest/gtest.h>

namespace agenta::daemon {
namespace {

constexpr char const* kFile =
    R"({"type":"object","file_uploadable":true,"properties":{"s3key":{"type":"string"}}})";

JsonText schema(std::string const& properties, std::string const& more = "") {
  return JsonText{R"({"type":"object","properties":{)" + properties + "}" + more + "}"};
}

TEST(FileFields, AreFoundWhereTheSchemaSaysSo) {
  auto const plain = schema(std::string{R"("text":{"type":"string"},"attachment":)"} + kFile);

  EXPECT_EQ(find_file_place(plain, "/attachment"), FilePlace::single);
  EXPECT_EQ(find_file_place(plain, "/text"), FilePlace::none);
  EXPECT_EQ(find_file_place(plain, "/nothing"), FilePlace::none);
  EXPECT_EQ(find_file_place(plain, ""), FilePlace::none);
  EXPECT_EQ(list_file_fields(plain), std::vector<std::string>{"attachment"});
}

TEST(FileFields, AreFoundInListsAlternativesAndReferences) {
  auto const list = schema(R"("files":{"type":"array","items":{"$ref":"#/$defs/File"}})",
                           std::string{R"(,"$defs":{"File":)"} + kFile + "}");
  auto const nullable = schema(std::string{R"("a":{"anyOf":[{"type":"null"},)"} + kFile + "]}");
  auto const nested = schema(std::string{R"("mail":{"type":"object","properties":{"file":)"} + kFile + "}}");

  EXPECT_EQ(find_file_place(list, "/files"), FilePlace::list);
  EXPECT_EQ(find_file_place(list, "/files/0"), FilePlace::single);
  EXPECT_EQ(find_file_place(nullable, "/a"), FilePlace::single);
  EXPECT_EQ(find_file_place(nested, "/mail/file"), FilePlace::single);
  EXPECT_EQ(list_file_fields(list), std::vector<std::string>{"files"});
  EXPECT_EQ(list_file_fields(nested), std::vector<std::string>{"mail.file"});
}

TEST(FileFields, EndInASchemaThatRefersToItself) {
  auto const circle = schema(std::string{R"("next":{"$ref":"#"},"file":)"} + kFile);

  EXPECT_EQ(list_file_fields(circle), std::vector<std::string>{"file"});
  EXPECT_EQ(find_file_place(circle, "/next/next/file"), FilePlace::single);
}

TEST(PutValue, KeepsTheBytesOfEverythingElse) {
  EXPECT_EQ(put_value(R"({"n":1.2345678901234567e+19})", {"f"}, "7", false),
            R"({"n":1.2345678901234567e+19,"f":7})");
  EXPECT_EQ(put_value(R"({"a":{"b":null,"c":2}})", {"a", "b"}, "7", false), R"({"a":{"c":2,"b":7}})");
  EXPECT_EQ(put_value("{}", {"a", "b"}, "7", false), R"({"a":{"b":7}})");
}

TEST(PutValue, AppendsToAList) {
  EXPECT_EQ(put_value("{}", {"l"}, "1", true), R"({"l":[1]})");
  EXPECT_EQ(put_value(R"({"l":[1]})", {"l"}, "2", true), R"({"l":[1,2]})");
  EXPECT_EQ(put_value(R"({"l":[{"k":1},{"k":2}]})", {"l", "1", "k"}, "3", false),
            R"({"l":[{"k":1},{"k":3}]})");
}

TEST(PutValue, RefusesAPlaceThatIsSomethingElse) {
  EXPECT_EQ(put_value(R"({"a":1})", {"a", "b"}, "7", false), "");
  EXPECT_EQ(put_value(R"({"a":1})", {"a"}, "7", true), "");
  EXPECT_EQ(put_value(R"({"a":[]})", {"a", "x"}, "7", false), "");
}

}  // namespace
}  // namespace agenta::daemon
