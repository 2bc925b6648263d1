#include "daemon/core/uploads.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "shared/base/id.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/unit/daemon/core/core_test_support.hpp"

namespace agenta::daemon {
namespace {

/// Remembers what it was given.
class FakeStorage final : public FileStorage {
 public:
  struct Put {
    StoredFile file{};
    std::string bytes{};
  };
  std::vector<Put> puts{};
  std::optional<Error> failure{};

  Result<std::string> put(ProviderCall const&, Tool const&, StoredFile const& file) override {
    if (failure) return fail(*failure);
    std::string bytes(static_cast<std::size_t>(file.body.size), '\0');
    EXPECT_EQ(::pread(file.body.file->get(), bytes.data(), bytes.size(), 0), file.body.size);
    puts.push_back({file, bytes});
    return "key/" + std::to_string(puts.size());
  }
  Result<FetchedFile> fetch(FetchRequest const& request) override {
    EXPECT_EQ(::pwrite(request.into->get(), "abc", 3, 0), 3);
    return FetchedFile{"far.txt", 3};
  }
};

struct UploadsTest : ::testing::Test {
  std::filesystem::path const directory =
      std::filesystem::temp_directory_path() / ("agenta-spool-" + random_hex(8));
  Spool spool{directory};
  FakeStorage storage;
  FakeClock clock;
  Uploads uploads{spool, storage, clock, options()};
  ProviderAccess access{};
  ProviderCall const call{access, SteadyTime::max(), {}};
  Tool const tool = make_tool();

  static Uploads::Options options() {
    Uploads::Options options;
    options.most_bytes = 1000;
    options.most_waiting_bytes = 2000;
    return options;
  }
  static Tool make_tool() {
    Tool made;
    made.slug.text = "MAIL_SEND";
    made.input_schema.text = R"({"type":"object","properties":{"text":{"type":"string"},)"
                             R"("one":{"type":"object","file_uploadable":true},)"
                             R"("many":{"type":"array","items":{"type":"object","file_uploadable":true}}}})";
    return made;
  }
  ~UploadsTest() override { std::filesystem::remove_all(directory); }

  std::string upload(std::string const& name, std::string const& bytes) {
    auto const begun = uploads.begin("default", name, static_cast<std::int64_t>(bytes.size()));
    EXPECT_TRUE(begun) << begun.error().message;
    if (!bytes.empty()) {
      EXPECT_TRUE(uploads.write("default", begun->id, 0, bytes));
    }
    return begun->id;
  }
};

TEST_F(UploadsTest, TakeAFileInPiecesAndTellItsDigestAndType) {
  auto const begun = uploads.begin("default", "/home/me/notes.csv", 6).value();
  EXPECT_EQ(begun.filename, "notes.csv");
  EXPECT_FALSE(uploads.write("default", begun.id, 0, "a,b").value().whole());
  auto const done = uploads.write("default", begun.id, 3, ",c\n").value();

  EXPECT_TRUE(done.whole());
  EXPECT_EQ(done.md5, "c55816ab61248b6b5a7ba3448e9e5384");
  EXPECT_EQ(done.mimetype, "text/csv");
}

TEST_F(UploadsTest, TakeAPieceThatIsSentAgainOnce) {
  auto const id = uploads.begin("default", "x", 4).value().id;
  ASSERT_TRUE(uploads.write("default", id, 0, "ab"));

  EXPECT_EQ(uploads.write("default", id, 0, "ab").value().received, 2);
  EXPECT_FALSE(uploads.write("default", id, 3, "d")) << "a gap";
  EXPECT_FALSE(uploads.write("default", id, 2, "cde")) << "more than was announced";
  EXPECT_EQ(uploads.write("default", id, 2, "cd").value().md5, "e2fc714c4727ee9395f324cd2e7f331f");
}

TEST_F(UploadsTest, HaveNoNameOnTheDisk) {
  upload("secret.txt", "secret");

  EXPECT_TRUE(std::filesystem::is_empty(directory));
}

TEST_F(UploadsTest, ClearWhatACrashLeftBehind) {
  std::filesystem::create_directories(directory);
  UniqueFd const left{::open((directory / "spool-0011").c_str(), O_CREAT | O_WRONLY, 0600)};
  UniqueFd const other{::open((directory / "other").c_str(), O_CREAT | O_WRONLY, 0600)};

  spool.clear();

  EXPECT_FALSE(std::filesystem::exists(directory / "spool-0011"));
  EXPECT_TRUE(std::filesystem::exists(directory / "other"));
}

TEST_F(UploadsTest, RefuseWhatIsTooLargeBeforeItComes) {
  auto const refused = uploads.begin("default", "big.bin", 1001);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_request);
  EXPECT_NE(refused.error().message.find("big.bin"), std::string::npos);
}

TEST_F(UploadsTest, RefuseToKeepTooMuch) {
  ASSERT_TRUE(uploads.begin("default", "a", 1000));
  ASSERT_TRUE(uploads.begin("default", "b", 1000));

  EXPECT_EQ(uploads.begin("default", "c", 1).error().code, ErrorCode::storage_unavailable);
}

TEST_F(UploadsTest, StandInForArgumentsAndAreStagedOnce) {
  auto const id = upload("a.txt", "hello");
  std::vector<FileArgument> const files{{"/one", id}};

  auto const described = uploads.describe("default", tool, JsonText{R"({"text":"t"})"}, files).value();
  EXPECT_TRUE(storage.puts.empty());
  EXPECT_EQ(protocol::find_pointer(described.text, "/one/name"), "\"a.txt\"");
  EXPECT_EQ(protocol::find_pointer(described.text, "/one/mimetype"), "\"text/plain\"");
  auto const staged = uploads.stage(call, tool, described, files).value();
  auto const again = uploads.stage(call, tool, described, files).value();

  EXPECT_EQ(staged, again);
  EXPECT_EQ(protocol::find_pointer(staged.text, "/one/s3key"), "\"key/1\"");
  ASSERT_EQ(storage.puts.size(), 1U);
  EXPECT_EQ(storage.puts[0].bytes, "hello");
  EXPECT_EQ(storage.puts[0].file.md5, "5d41402abc4b2a76b9719d911017c592");
}

TEST_F(UploadsTest, DescribeTheSameFileAlike) {
  auto const first = uploads.describe("default", tool, JsonText{"{}"}, {{"/one", upload("a.txt", "hello")}});
  auto const second = uploads.describe("default", tool, JsonText{"{}"}, {{"/one", upload("a.txt", "hello")}});
  auto const other = uploads.describe("default", tool, JsonText{"{}"}, {{"/one", upload("a.txt", "hallo")}});

  EXPECT_EQ(first.value(), second.value());
  EXPECT_NE(first.value(), other.value());
}

TEST_F(UploadsTest, AddToAListInTheirOrder) {
  std::vector<FileArgument> const files{{"/many", upload("a", "1")}, {"/many", upload("b", "2")}};
  JsonText const before{R"({"many":[{"s3key":"mine"}]})"};

  auto const described = uploads.describe("default", tool, before, files).value();
  auto const staged = uploads.stage(call, tool, described, files).value();

  EXPECT_EQ(protocol::find_pointer(staged.text, "/many/0/s3key"), "\"mine\"");
  EXPECT_EQ(protocol::find_pointer(staged.text, "/many/1/name"), "\"a\"");
  EXPECT_EQ(protocol::find_pointer(staged.text, "/many/1/s3key"), "\"key/1\"");
  EXPECT_EQ(protocol::find_pointer(staged.text, "/many/2/s3key"), "\"key/2\"");
}

TEST_F(UploadsTest, AreRefusedWhereTheSchemaTakesNone) {
  auto const refused = uploads.describe("default", tool, JsonText{"{}"}, {{"/text", upload("a", "1")}});

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_arguments);
  EXPECT_NE(refused.error().message.find("one"), std::string::npos);
  EXPECT_NE(refused.error().message.find("many"), std::string::npos);
}

TEST_F(UploadsTest, AreRefusedWhereTheyAreNotWholeOrSomebodyElses) {
  auto const part = uploads.begin("default", "a", 5).value().id;
  auto const id = upload("a", "1");

  EXPECT_EQ(uploads.describe("default", tool, JsonText{"{}"}, {{"/one", part}}).error().code,
            ErrorCode::invalid_request);
  EXPECT_EQ(uploads.describe("other", tool, JsonText{"{}"}, {{"/one", id}}).error().code,
            ErrorCode::invalid_request);
  EXPECT_FALSE(uploads.write("other", part, 0, "x"));
  EXPECT_EQ(uploads.describe("default", tool, JsonText{"{}"}, {{"/one", "upl_no"}}).error().code,
            ErrorCode::invalid_request);
  EXPECT_EQ(uploads.describe("default", tool, JsonText{R"({"one":{}})"}, {{"/one", id}}).error().code,
            ErrorCode::invalid_arguments);
}

TEST_F(UploadsTest, EndAfterADay) {
  auto const id = upload("a", "1");

  clock.advance(std::chrono::hours{25});
  uploads.tidy();

  EXPECT_FALSE(uploads.describe("default", tool, JsonText{"{}"}, {{"/one", id}}));
}

TEST_F(UploadsTest, CanBeFetchedFromFarAway) {
  auto const fetched = uploads.fetch("default", "https://x/far.txt", SteadyTime::max(), {}).value();

  EXPECT_EQ(fetched.filename, "far.txt");
  EXPECT_EQ(fetched.md5, "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_TRUE(uploads.describe("default", tool, JsonText{"{}"}, {{"/one", fetched.id}}));
}

}  // namespace
}  // namespace agenta::daemon
