#include "daemon/composio/result_spill.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <random>

#include "daemon/composio/key_fingerprint.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/support/temporary_directory.hpp"

namespace agenta::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBig = (std::size_t{1} << 20) + 5000;  // more than is held

std::string contents(fs::path const& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string big_reply(std::string const& filler = {}) {
  return R"({"data":{"items":[")" + filler + std::string(kBig, 'x') +
         R"("]},"error":null,"successful":true,"log_id":"log_7"})";
}

struct ResultSpillTest : ::testing::Test {
  test::TemporaryDirectory directory{};
  fs::path const path = directory.path() / "results" / "1.json";
  Secret const key{"ak_canary_0123456789"};
  Scrubber const scrubber{key};
  ResultSpill spill{path, scrubber};

  void feed(std::string_view body, std::size_t piece, unsigned status = 200) {
    spill.begin(status);
    for (std::size_t at = 0; at < body.size(); at += piece) spill.take(body.substr(at, piece));
  }
  std::size_t files() const {
    if (!fs::exists(path.parent_path())) return 0;
    return static_cast<std::size_t>(std::distance(fs::directory_iterator{path.parent_path()}, {}));
  }
};

TEST_F(ResultSpillTest, HoldsASmallReply) {
  feed(R"({"data":{},"error":null,"successful":true})", 7);

  EXPECT_FALSE(spill.is_spilled());
  EXPECT_EQ(spill.take_held(), R"({"data":{},"error":null,"successful":true})");
  EXPECT_EQ(files(), 0U);
}

TEST_F(ResultSpillTest, WritesALargeOneToAPrivateFileAndSaysWhereItsDataLies) {
  std::string const body = big_reply();
  feed(body, 16 << 10);
  ASSERT_TRUE(spill.is_spilled());

  auto const result = spill.finish();

  ASSERT_TRUE(result) << result.error().message;
  ASSERT_TRUE(result->file);
  EXPECT_TRUE(result->successful);
  EXPECT_EQ(result->log_id, "log_7");
  EXPECT_EQ(result->file->path, path.string());
  std::string const written = contents(path);
  EXPECT_EQ(written, body);
  EXPECT_EQ(result->file_sha256, sha256_hex(body));
  EXPECT_EQ(written.substr(static_cast<std::size_t>(result->file->offset),
                           static_cast<std::size_t>(result->file->size)),
            *protocol::find_member(body, "data"));
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  ASSERT_EQ(::stat(path.parent_path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
  EXPECT_EQ(files(), 1U);
}

TEST_F(ResultSpillTest, TakesTheKeyOutWhereverItIsCut) {
  std::string const body = big_reply("ak_canary_0123456789 and ak_canary_0123456789");
  for (std::size_t const piece : {1U, 2U, 7U, 19U, 20U, 21U, 4096U}) {
    feed(body, piece);
    auto const result = spill.finish();
    ASSERT_TRUE(result && result->file) << piece;
    EXPECT_EQ(contents(path), big_reply("[redacted] and [redacted]")) << piece;
    EXPECT_EQ(contents(path).substr(static_cast<std::size_t>(result->file->offset), 10), R"({"items":[)");
    fs::remove(path);
  }
}

TEST_F(ResultSpillTest, LeavesNoFileOfAReplyThatBreaksOff) {
  std::string const body = big_reply();
  feed(std::string_view{body}.substr(0, body.size() - 1), 4096);
  EXPECT_FALSE(spill.finish());
  EXPECT_EQ(files(), 0U);

  feed(body + "x", 4096);
  EXPECT_FALSE(spill.finish());
  EXPECT_EQ(files(), 0U);

  feed(body, 4096);  // the connection broke: nobody asks for the end
  EXPECT_EQ(files(), 1U);
  spill.begin(200);
  EXPECT_EQ(files(), 0U);
}

TEST_F(ResultSpillTest, HoldsTheBeginningOfALargeRefusal) {
  feed(big_reply(), 4096, 500);

  EXPECT_FALSE(spill.is_spilled());
  EXPECT_LE(spill.take_held().size(), std::size_t{1} << 20);
  EXPECT_EQ(files(), 0U);
}

TEST_F(ResultSpillTest, KeepsTheOutcomeWhereTheDataCannotBeWritten) {
  fs::create_directory(path.parent_path());
  fs::permissions(path.parent_path(), fs::perms::owner_all);
  fs::create_directory(path.string() + ".part");  // stands in the way of the file
  std::string const body = big_reply();
  feed(body, 4096);

  auto const result = spill.finish();

  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(result->successful);
  EXPECT_FALSE(result->file);
  EXPECT_EQ(result->dropped_bytes, static_cast<std::int64_t>(protocol::find_member(body, "data")->size()));
  EXPECT_NE(result->dropped_why.find("1.json"), std::string::npos) << result->dropped_why;
}

TEST_F(ResultSpillTest, ReadsTheFailureBesideALargeResult) {
  feed(R"({"successful":false,"data":[")" + std::string(kBig, 'x') +
           R"("],"error":{"message":"no \"quota\""},"log_id":null})",
       4096);

  auto const result = spill.finish();

  ASSERT_TRUE(result) << result.error().message;
  EXPECT_FALSE(result->successful);
  EXPECT_EQ(result->error, R"({"message":"no \"quota\""})");
}

TEST(ResultEnvelope, FindsTheSameMembersWhereverTheReplyIsCut) {
  for (
      std::string_view const body :
      {std::string_view{
           R"( {"error": {"a":[1,{"data":2}]} , "data" : [ {"error":1} ] ,"successful":true,"log_id":"l"} )"},
       std::string_view{
           R"({"data":1,"x":{"data":3,"error":4},"data": {"successful":false} ,"error":null,"error":"e"})"},
       std::string_view{R"({"data":{"a":1},"data":null,"successful":-1.5e3,"log_id":"\u00e9"})"},
       std::string_view{R"([{"data":1,"error":2}])"}}) {
    for (std::size_t cut = 0; cut <= body.size(); ++cut) {
      for (std::size_t second = cut; second <= body.size(); ++second) {
        ResultEnvelope envelope;
        ASSERT_TRUE(envelope.feed(body.substr(0, cut)));
        ASSERT_TRUE(envelope.feed(body.substr(cut, second - cut)));
        ASSERT_TRUE(envelope.feed(body.substr(second)));
        ASSERT_TRUE(envelope.finish());
        auto const data = protocol::find_member(body, "data");
        ASSERT_EQ(envelope.data().has_value(), data && *data != "null");
        if (envelope.data()) {
          ASSERT_EQ(body.substr(static_cast<std::size_t>(envelope.data()->offset),
                                static_cast<std::size_t>(envelope.data()->size)),
                    *data);
        }
        for (char const* name : {"successful", "error", "log_id"}) {
          ASSERT_EQ(protocol::find_member(envelope.summary(), name), protocol::find_member(body, name))
              << name;
        }
      }
    }
  }
}

TEST(ResultEnvelope, HoldsNoMemberThatIsTooLong) {
  std::string const body =
      R"({"error":")" + std::string(200'000, 'e') + R"(","successful":false,"data":null})";
  ResultEnvelope envelope;
  for (std::size_t at = 0; at < body.size(); at += 1000) {
    ASSERT_TRUE(envelope.feed(std::string_view{body}.substr(at, 1000)));
  }
  ASSERT_TRUE(envelope.finish());
  EXPECT_LT(envelope.summary().size(), 200U);
  EXPECT_TRUE(protocol::is_json(envelope.summary()));
}

}  // namespace
}  // namespace agenta::daemon
