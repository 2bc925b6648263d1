#include "daemon/core/result_files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "daemon/store/sha256.hpp"
#include "tests/support/temporary_directory.hpp"

namespace agenta::daemon {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

bool recorded(std::vector<ExecutionId> const&) { return true; }

struct ResultFilesTest : ::testing::Test {
  test::TemporaryDirectory directory{};
  ResultFiles files{{.directory = directory.path() / "results", .quota = 100, .most_bytes = 1000}};

  /// A file of an execution, written some time ago.
  Execution add(std::string const& id, std::string const& content, std::chrono::seconds ago = 3600s) {
    fs::create_directories(directory.path() / "results");
    Execution execution;
    execution.id.text = id;
    std::ofstream{files.path_of(execution.id)} << content;
    fs::last_write_time(files.path_of(execution.id), fs::file_time_type::clock::now() - ago);
    execution.result_file =
        ResultFile{"/elsewhere/" + id + ".json", 0, static_cast<std::int64_t>(content.size())};
    return execution;
  }
  static std::string read(FileBody const& body) {
    std::string text(static_cast<std::size_t>(body.size), '\0');
    EXPECT_EQ(::pread(body.file->get(), text.data(), text.size(), body.offset), body.size);
    return text;
  }
};

TEST_F(ResultFilesTest, GivesThePartOfTheFileThatIsTheData) {
  auto execution = add("a", R"({"data":{"n":[1,{"x":"y"}]},"error":null})");
  execution.result_file->offset = 8;
  execution.result_file->size = 19;

  auto const data = files.open(execution);

  ASSERT_TRUE(data);
  EXPECT_EQ(read(*data), R"({"n":[1,{"x":"y"}]})");
  EXPECT_EQ(read(*ResultFiles::select(*data, "/n/1/x")), "\"y\"");
  EXPECT_EQ(read(*ResultFiles::select(*data, "")), read(*data));
  EXPECT_FALSE(ResultFiles::select(*data, "/n/2"));
}

TEST_F(ResultFilesTest, KnowsAFileThatIsGoneOrShorter) {
  auto execution = add("a", "[1,2,3]");
  EXPECT_TRUE(files.is_kept(execution));
  execution.result_file->size = 8;
  EXPECT_FALSE(files.is_kept(execution));
  execution.result_file->size = 7;
  files.remove(*execution.result_file);
  EXPECT_FALSE(files.is_kept(execution));
  EXPECT_FALSE(files.is_kept(Execution{}));
}

TEST_F(ResultFilesTest, DropsTheOldestBeyondTheQuota) {
  std::string const content(40, '1');
  auto const oldest = add("a", content, 3000s);
  auto const middle = add("b", content, 2000s);
  auto const newest = add("c", content, 1000s);
  EXPECT_EQ(files.usage(), 120);

  files.keep_quota(recorded);

  EXPECT_FALSE(files.is_kept(oldest));
  EXPECT_TRUE(files.is_kept(middle));
  EXPECT_TRUE(files.is_kept(newest));
  EXPECT_EQ(files.usage(), 80);
}

TEST_F(ResultFilesTest, KeepsWhatWasJustMadeAndWhatIsBeingWritten) {
  auto const young = add("a", std::string(200, '1'), 1s);
  fs::path const part = directory.path() / "results" / "b.json.part";
  std::ofstream{part} << std::string(200, '1');
  fs::last_write_time(part, fs::file_time_type::clock::now() - 3600s);

  files.keep_quota(recorded);

  EXPECT_TRUE(files.is_kept(young));
  EXPECT_TRUE(fs::exists(part));
}

TEST_F(ResultFilesTest, DropsNothingThatCouldNotBeRecorded) {
  auto const oldest = add("a", std::string(200, '1'));
  std::vector<ExecutionId> told;

  files.keep_quota([&](auto const& ids) {
    told = ids;
    EXPECT_TRUE(files.is_kept(oldest)) << "recorded before it is done";
    return false;
  });

  EXPECT_EQ(told, std::vector{oldest.id});
  EXPECT_TRUE(files.is_kept(oldest));
}

TEST_F(ResultFilesTest, TellsTheDigestOfAWholeFile) {
  auto const execution = add("a", std::string(300'000, 'x'));
  add("c", "1");
  fs::create_symlink(files.path_of(execution.id), files.path_of({"b"}));
  ASSERT_EQ(::mkfifo(files.path_of({"d"}).c_str(), 0600), 0);
  std::stop_source stop;

  EXPECT_EQ(files.digest(execution.id, {}).value(), store::sha256_hex(std::string(300'000, 'x')));
  EXPECT_EQ(files.digest({"none"}, {}).value(), std::nullopt);
  EXPECT_EQ(files.digest({"b"}, {}).error().code, ErrorCode::storage_unavailable) << "a link";
  EXPECT_NE(files.digest({"d"}, {}).value(), files.digest({"c"}, {}).value()) << "a pipe";
  stop.request_stop();
  EXPECT_EQ(files.digest(execution.id, stop.get_token()).error().code, ErrorCode::cancelled);
}

TEST_F(ResultFilesTest, SweepsWhatNoRowNames) {
  auto const kept = add("a", "1");
  auto const orphan = add("b", "1");
  std::ofstream{directory.path() / "results" / "a.json.part"} << "1";

  files.sweep([](ExecutionId const& id) { return id.text == "a"; });

  EXPECT_TRUE(files.is_kept(kept));
  EXPECT_FALSE(files.is_kept(orphan));
  EXPECT_EQ(files.usage(), 1);
}

TEST_F(ResultFilesTest, IsEmptyBeforeTheFirst) {
  files.keep_quota(recorded);
  files.sweep([](ExecutionId const&) { return false; });
  EXPECT_EQ(files.usage(), 0);
}

}  // namespace
}  // namespace agenta::daemon
