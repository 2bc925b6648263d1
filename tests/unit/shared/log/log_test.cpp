#include "shared/log/log.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>
#include <thread>
#include <vector>

namespace agenta::log {
namespace {

struct LogTest : testing::Test {
  LogTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "agenta-log-XXXXXX").string();
    home = ::mkdtemp(pattern.data());
    options.file = home / "daemon.log";
  }
  ~LogTest() override { std::filesystem::remove_all(home); }

  std::vector<std::string> lines() const {
    std::ifstream in{options.file};
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  }

  std::filesystem::path home;
  Options options{};
};

TEST(FormatEvent, WritesNamesAndPlainValuesAsTheyAre) {
  std::string const slug = "GITHUB_CREATE_AN_ISSUE";

  auto const line = format_event("tool.execute", {{"slug", slug},
                                                  {"ms", std::chrono::milliseconds{12}},
                                                  {"status", 200U},
                                                  {"change", -1},
                                                  {"ratio", 0.5},
                                                  {"replayed", true}});

  EXPECT_EQ(line,
            "tool.execute slug=GITHUB_CREATE_AN_ISSUE ms=12 status=200 change=-1 ratio=0.5 replayed=true");
}

TEST(FormatEvent, QuotesWhatIsNotAPlainWord) {
  EXPECT_EQ(format_event("e", {{"v", ""}}), R"(e v="")");
  EXPECT_EQ(format_event("e", {{"v", "two words"}}), R"(e v="two words")");
  EXPECT_EQ(format_event("e", {{"v", "a=b"}}), R"(e v="a=b")");
  EXPECT_EQ(format_event("e", {{"v", R"(say "hi" \o/)"}}), R"(e v="say \"hi\" \\o/")");
  EXPECT_EQ(format_event("e", {{"v", "Zoë"}}), "e v=\"Zoë\"");
}

TEST(FormatEvent, LetsNoValueForgeALineOrSteerATerminal) {
  EXPECT_EQ(format_event("e", {{"v", "a\n2026-11-23T20:45:00.123Z info fake"}}),
            R"(e v="a\n2026-11-23T20:45:00.123Z info fake")");
  EXPECT_EQ(format_event("e", {{"v", "\x1b[2J\r\t"}}), R"(e v="\x1b[2J\r\t")");
  EXPECT_EQ(format_event("e", {{"v", std::string_view{"\0\x7f", 2}}}), R"(e v="\x00\x7f")");
  EXPECT_EQ(format_event("e", {{"v", "\xc2\x9b"}}), R"(e v="\xc2\x9b")");
  EXPECT_EQ(format_event("e", {{"v", "\xe2\x80\xa8\xe2\x80\xae\xe2\x81\xa6"}}),
            R"(e v="\xe2\x80\xa8\xe2\x80\xae\xe2\x81\xa6")");
  EXPECT_EQ(format_event("e", {{"v", "\xff\xe2\x82"}}), R"(e v="\xff\xe2\x82")");
}

TEST(FormatEvent, EndsALongValue) {
  auto const line = format_event("e", {{"v", std::string(10'000, 'a')}});

  EXPECT_EQ(line, "e v=" + std::string(2048, 'a') + "...");
}

TEST_F(LogTest, WritesALineAnEventToAPrivateFile) {
  ::umask(0022);
  auto const log = open(options).value();

  log.info("daemon.start", {{"pid", 7}});

  auto const written = lines();
  ASSERT_EQ(written.size(), 1U);
  EXPECT_TRUE(std::regex_match(
      written[0], std::regex{R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info daemon\.start pid=7)"}))
      << written[0];
  struct stat info {};
  ASSERT_EQ(::stat(options.file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(LogTest, TakesTextWithBracesAndPercentsAsItIs) {
  auto const log = open(options).value();

  log.error("e", {{"v", "{}%v{0}"}});

  EXPECT_TRUE(lines().at(0).ends_with(" error e v={}%v{0}")) << lines().at(0);
}

TEST_F(LogTest, LeavesOutWhatIsBelowTheLevel) {
  options.level = Level::warn;
  auto const log = open(options).value();

  log.info("quiet");
  log.warn("loud");
  log.set_level(Level::debug);
  log.debug("now.loud.too");
  log.set_level(Level::off);
  log.error("quiet.again");

  auto const written = lines();
  ASSERT_EQ(written.size(), 2U);
  EXPECT_TRUE(written[0].ends_with(" warn loud"));
  EXPECT_TRUE(written[1].ends_with(" debug now.loud.too"));
}

TEST_F(LogTest, KeepsItsFilesFewSmallAndPrivate) {
  ::umask(0022);
  options.max_bytes = 1000;
  options.files = 3;
  auto const log = open(options).value();

  for (int i = 0; i < 200; ++i) log.info("event", {{"number", i}});

  std::size_t count = 0;
  for (auto const& entry : std::filesystem::directory_iterator(home)) {
    ++count;
    EXPECT_LE(entry.file_size(), 1000U) << entry.path();
    EXPECT_EQ(entry.status().permissions(), std::filesystem::perms{0600}) << entry.path();
  }
  EXPECT_EQ(count, 3U);
  EXPECT_TRUE(lines().back().ends_with("number=199"));
}

TEST_F(LogTest, AppendsToWhatIsThere) {
  open(options).value().info("first");
  open(options).value().info("second");

  EXPECT_EQ(lines().size(), 2U);
}

TEST_F(LogTest, NamesAFileThatCannotBeWritten) {
  std::ofstream{home / "file"} << "not a directory";
  options.file = home / "file/daemon.log";

  auto const opened = open(options);

  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message().find(options.file.string()), std::string::npos)
      << opened.error().message();
}

TEST_F(LogTest, WritesPrioritiesForTheJournal) {
  options.to_journal = true;
  auto const log = open(options).value();
  testing::internal::CaptureStderr();

  log.warn("disk.full", {{"path", "/x"}});

  EXPECT_EQ(testing::internal::GetCapturedStderr(), "<4>disk.full path=/x\n");
  EXPECT_FALSE(std::filesystem::exists(options.file));
}

TEST_F(LogTest, KeepsLinesOfThreadsApart) {
  auto const log = open(options).value();
  auto const work = [&] {
    for (int i = 0; i < 200; ++i) log.info("event", {{"text", "two words"}});
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  threads.clear();

  auto const written = lines();

  EXPECT_EQ(written.size(), 800U);
  for (auto const& line : written) EXPECT_TRUE(line.ends_with(R"( info event text="two words")")) << line;
}

TEST(NullLog, WritesNothingAnywhere) {
  Log const log;

  log.error("nobody.listens");

  EXPECT_FALSE(log.is_enabled(Level::error));
}

TEST(Journal, IsTheStreamThatSystemdNames) {
  struct stat info {};
  ASSERT_EQ(::fstat(2, &info), 0);

  EXPECT_TRUE(is_journal_stderr(std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino)));
  EXPECT_FALSE(is_journal_stderr("1:1"));
  EXPECT_FALSE(is_journal_stderr(""));
}

}  // namespace
}  // namespace agenta::log
