#include "tests/unit/shared/config/fixture.hpp"

namespace agenta::config {
namespace {

class EditFile : public ConfigTest {
 protected:
  std::string after_set(std::string const& text, std::string const& key, std::string const& value) {
    write(paths_.config_file, text);
    auto const set = set_in_file(paths_.config_file, *find_setting(key), value);
    if (!set) return set.error().message;
    auto const settings = Settings::load(paths_, environment(), {}, {});
    EXPECT_EQ(settings->text(key), value);
    EXPECT_EQ(settings->get(key).origin, Origin::user_file);
    return read(paths_.config_file);
  }
  std::string after_unset(std::string const& text, std::string const& key) {
    write(paths_.config_file, text);
    auto const unset = unset_in_file(paths_.config_file, *find_setting(key));
    if (!unset) return unset.error().message;
    return (*unset ? "" : "was not set: ") + read(paths_.config_file);
  }
};

TEST_F(EditFile, MakesTheFileAndItsDirectories) {
  paths_.config_file = directory_ / "a" / "b" / "config.toml";

  ASSERT_TRUE(set_in_file(paths_.config_file, *find_setting("daemon.idle_exit"), "2h").has_value());

  EXPECT_EQ(read(paths_.config_file), "[daemon]\nidle_exit = \"2h\"\n");
}

TEST_F(EditFile, ReplacesAValueAndNothingElse) {
  EXPECT_EQ(after_set("# Ä comment\nproject   =  'ä old'   # why\n\n[daemon] # here\nidle_exit=\"1h\"#x\n",
                      "project", "new"),
            "# Ä comment\nproject   =  \"new\"   # why\n\n[daemon] # here\nidle_exit=\"1h\"#x\n");
  EXPECT_EQ(after_set("daemon = { idle_exit = \"1h\", max_body = 2048 }\n", "daemon.max_body", "4096"),
            "daemon = { idle_exit = \"1h\", max_body = 4096 }\n");
}

TEST_F(EditFile, PutsANewKeyIntoItsTable) {
  EXPECT_EQ(after_set("# top\n[daemon]\nidle_exit = \"1h\" # c\n\n[output]\ncolor = \"auto\"\n",
                      "daemon.max_body", "4096"),
            "# top\n[daemon]\nidle_exit = \"1h\" # c\nmax_body = 4096\n\n[output]\ncolor = \"auto\"\n");
  EXPECT_EQ(after_set("[daemon]\n", "daemon.drain", "1s"), "[daemon]\ndrain = \"1s\"\n");
  EXPECT_EQ(after_set("daemon.drain = \"1s\"", "daemon.idle_exit", "2h"),
            "daemon.drain = \"1s\"\ndaemon.idle_exit = \"2h\"\n");
  EXPECT_EQ(after_set("[output]\ncolor = \"auto\"", "connect.browser", "false"),
            "[output]\ncolor = \"auto\"\n\n[connect]\nbrowser = false\n");
}

TEST_F(EditFile, PutsATopLevelKeyBeforeTheTables) {
  EXPECT_EQ(after_set("# top\nconnect.browser = false\n[daemon]\ndrain = \"1s\"\n", "project", "p"),
            "project = \"p\"\n# top\nconnect.browser = false\n[daemon]\ndrain = \"1s\"\n");
  EXPECT_EQ(after_set("[daemon]\ndrain = \"1s\"\n", "project", "p"),
            "project = \"p\"\n[daemon]\ndrain = \"1s\"\n");
}

TEST_F(EditFile, RefusesAValueThatItsSettingDoesNotTake) {
  EXPECT_EQ(after_set("", "project", "a\"b\\c"),
            "project takes 1 to 64 of a-z, 0-9, - and _, not \"a\"b\\c\"");
}

TEST_F(EditFile, RemovesAKeyAndNothingElse) {
  EXPECT_EQ(after_unset("# top\nproject = \"p\"\n[daemon]\ndrain = \"1s\" # c\nidle_exit = \"2h\"\n",
                        "daemon.drain"),
            "# top\nproject = \"p\"\n[daemon]\nidle_exit = \"2h\"\n");
  EXPECT_EQ(after_unset("# top\n", "project"), "was not set: # top\n");
}

TEST_F(EditFile, LeavesAFileItCannotChangeAsItIs) {
  std::string const text = "daemon = { drain = \"1s\", idle_exit = \"2h\" }\n";

  EXPECT_NE(after_unset(text, "daemon.drain").find("edit the file"), std::string::npos);
  EXPECT_NE(after_set(text, "daemon.max_body", "4096").find("edit the file"), std::string::npos);
  EXPECT_EQ(read(paths_.config_file), text);

  EXPECT_NE(after_set("project = \n", "daemon.max_body", "4096").find(":1: "), std::string::npos);
  EXPECT_EQ(read(paths_.config_file), "project = \n");
}

TEST_F(EditFile, RefusesABadValue) {
  EXPECT_EQ(after_set("", "connect.browser", "maybe"), "connect.browser takes true or false, not \"maybe\"");
}

TEST_F(EditFile, FollowsASymbolicLink) {
  write(directory_ / "dotfiles" / "real.toml", "# real\n");
  std::filesystem::create_symlink(directory_ / "dotfiles" / "real.toml", paths_.config_file);

  ASSERT_TRUE(set_in_file(paths_.config_file, *find_setting("project"), "p").has_value());

  EXPECT_TRUE(std::filesystem::is_symlink(paths_.config_file));
  EXPECT_NE(read(directory_ / "dotfiles" / "real.toml").find("project = \"p\""), std::string::npos);
}

}  // namespace
}  // namespace agenta::config
