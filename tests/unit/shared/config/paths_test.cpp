#include "shared/config/paths.hpp"

#include "tests/unit/shared/config/fixture.hpp"

namespace agenta::config {
namespace {

class FoundPaths : public ConfigTest {};

TEST_F(FoundPaths, FollowXdgAndHome) {
  variables_ = {{"HOME", "/home/u"}};

  auto const paths = find_paths(environment(), Sandboxed::no);

  EXPECT_EQ(paths->home, "/home/u/.local/share/agenta-tools");
  EXPECT_EQ(paths->config_file, "/home/u/.config/agenta-tools/config.toml");
  EXPECT_EQ(paths->socket(), "/home/u/.local/share/agenta-tools/run/daemon.sock");
  EXPECT_EQ(paths->names_dir(), "/home/u/.local/share/agenta-tools/run/names");

  variables_ = {{"HOME", "/home/u"}, {"XDG_DATA_HOME", "/data"}, {"XDG_CONFIG_HOME", "/conf"}};
  EXPECT_EQ(find_paths(environment(), Sandboxed::no)->home, "/data/agenta-tools");
  EXPECT_EQ(find_paths(environment(), Sandboxed::no)->config_file, "/conf/agenta-tools/config.toml");
}

TEST_F(FoundPaths, PreferOurOwnVariables) {
  variables_ = {{"HOME", "/home/u"},
                {"XDG_DATA_HOME", "/data"},
                {"AGENTA_TOOLS_HOME", "/own/"},
                {"AGENTA_TOOLS_CONFIG", "/c.toml"}};

  EXPECT_EQ(find_paths(environment(), Sandboxed::no)->home, "/own");
  EXPECT_EQ(find_paths(environment(), Sandboxed::no)->config_file, "/c.toml");
}

TEST_F(FoundPaths, KeepTheSandboxInAHomeOfItsOwnWithTheSameConfiguration) {
  variables_ = {{"AGENTA_TOOLS_HOME", "/own"}, {"HOME", "/home/u"}};

  EXPECT_EQ(find_paths(environment(), Sandboxed::yes)->home, "/own/sandbox");
  EXPECT_EQ(find_paths(environment(), Sandboxed::yes)->config_file,
            "/home/u/.config/agenta-tools/config.toml");
}

TEST_F(FoundPaths, IgnoreRelativeXdgPathsAndCompleteOurs) {
  variables_ = {{"HOME", "/home/u"}, {"XDG_DATA_HOME", "data"}, {"XDG_CONFIG_HOME", ""}};
  EXPECT_EQ(find_paths(environment(), Sandboxed::no)->home, "/home/u/.local/share/agenta-tools");

  variables_ = {{"HOME", "/home/u"}, {"AGENTA_TOOLS_HOME", "own/x/.."}};
  EXPECT_EQ(find_paths(environment(), Sandboxed::no)->home, std::filesystem::current_path() / "own");
}

TEST_F(FoundPaths, DoNotDependOnTemporaryOrRuntimeDirectories) {
  variables_ = {{"HOME", "/home/u"}};
  auto const plain = find_paths(environment(), Sandboxed::no)->socket();
  variables_.insert({{"TMPDIR", "/elsewhere"}, {"XDG_RUNTIME_DIR", "/run/user/1"}});

  EXPECT_EQ(find_paths(environment(), Sandboxed::no)->socket(), plain);
}

TEST_F(FoundPaths, AskThePasswordDatabaseWithoutHome) {
  auto const paths = find_paths(environment(), Sandboxed::no);

  EXPECT_TRUE(!paths || paths->home.is_absolute());
}

}  // namespace
}  // namespace agenta::config
