#include "shared/config/settings.hpp"

#include "tests/unit/shared/config/fixture.hpp"

namespace agenta::config {
namespace {

class SettingsTest : public ConfigTest {
 protected:
  using Flags = std::vector<std::pair<std::string, std::string>>;

  Result<Settings> load(Flags const& flags = {}) const {
    return Settings::load(paths_, environment(), project_ / "deep" / "down", flags);
  }
  std::string error(Flags const& flags = {}) const {
    auto const settings = load(flags);
    if (settings) return "no error";
    EXPECT_EQ(settings.error().code, ErrorCode::usage);
    return settings.error().message;
  }
  std::string where(int line) const { return paths_.config_file.string() + ":" + std::to_string(line); }

  std::filesystem::path project_ = directory_ / "project";
};

TEST_F(SettingsTest, AreTheDefaultsWithoutFiles) {
  auto const settings = load().value();

  EXPECT_EQ(settings.text("composio.base_url"), "https://backend.composio.dev");
  EXPECT_EQ(settings.duration("execute.timeout"), std::chrono::seconds{60});
  EXPECT_TRUE(settings.boolean("connect.browser"));
  EXPECT_EQ(settings.integer("daemon.max_body"), 16777216);
  EXPECT_EQ(settings.get("project").origin, Origin::fallback);
}

TEST_F(SettingsTest, HaveDefaultsThatTheyTake) {
  for (Setting const& each : settings_table()) {
    EXPECT_TRUE(check_value(each, each.default_value).has_value()) << each.key;
    EXPECT_FALSE(each.manual.empty()) << each.key;
    EXPECT_EQ(find_setting(each.key), &each);
  }
}

TEST_F(SettingsTest, FollowThePrecedenceAndSayWhoWon) {
  auto const expect = [&](std::string const& text, Origin origin, std::string const& from,
                          Flags const& flags = {}) {
    auto const settings = load(flags);
    ASSERT_TRUE(settings.has_value()) << settings.error().message;
    Value const& value = settings->get("execute.timeout");
    EXPECT_EQ(value.text, text);
    EXPECT_EQ(value.origin, origin);
    EXPECT_EQ(value.where, from);
  };

  expect("60s", Origin::fallback, "");
  write(paths_.config_file, "# mine\n\n[execute]\ntimeout = \"2s\"\n");
  expect("2s", Origin::user_file, where(4));
  write(project_ / ".agenta-tools.toml", "execute.timeout = \"3s\"\n");
  expect("3s", Origin::project_file, (project_ / ".agenta-tools.toml").string() + ":1");
  variables_["AGENTA_TOOLS_TIMEOUT"] = "4s";
  expect("4s", Origin::environment, "AGENTA_TOOLS_TIMEOUT");
  expect("5s", Origin::flag, "--timeout", {{"execute.timeout", "5s"}});
}

TEST_F(SettingsTest, ReadAPortARangeAndNone) {
  using Ports = std::pair<std::uint16_t, std::uint16_t>;
  EXPECT_EQ(load().value().ports("connect.callback_port"), Ports(0, 0));
  write(paths_.config_file, "connect.callback_port = 8400\n");
  EXPECT_EQ(load().value().ports("connect.callback_port"), Ports(8400, 8400));
  write(paths_.config_file, "connect.callback_port = \"8400-8410\"\n");
  EXPECT_EQ(load().value().ports("connect.callback_port"), Ports(8400, 8410));

  for (char const* const bad :
       {"8410-8400", "-1", "65536", "0-10", "8400-", "-8400", "any", "8400-8410-8420"}) {
    write(paths_.config_file, "connect.callback_port = \"" + std::string{bad} + "\"\n");
    EXPECT_NE(error().find("a range such as 8400-8410"), std::string::npos) << bad;
  }
}

TEST_F(SettingsTest, TakeAnEmptyVariableAsNone) {
  variables_["AGENTA_TOOLS_TIMEOUT"] = "";

  EXPECT_EQ(load()->get("execute.timeout").origin, Origin::fallback);
}

TEST_F(SettingsTest, ReadEveryWayToWriteABoolean) {
  write(paths_.config_file, "connect.browser = \"Off\"\n");
  EXPECT_EQ(load()->text("connect.browser"), "false");
  write(paths_.config_file, "connect.browser = 1\n");
  EXPECT_TRUE(load()->boolean("connect.browser"));
  write(paths_.config_file, "connect.browser = \"maybe\"\n");
  EXPECT_EQ(error(), where(1) + ": connect.browser takes true or false, not \"maybe\"");
}

TEST_F(SettingsTest, RefuseAnUnknownKeyWithLineAndNearestSpelling) {
  write(paths_.config_file, "project = \"a\"\n[daemon]\nidle_exti = \"1h\"\n");

  EXPECT_EQ(error(), where(3) + ": there is no setting daemon.idle_exti; did you mean daemon.idle_exit?");
}

TEST_F(SettingsTest, RefuseANameOfManyParts) {
  std::string deep;
  for (int i = 0; i < 60'000; ++i) deep += "a.";
  write(paths_.config_file, "\n" + deep + "b = 1\n");

  EXPECT_EQ(error(), where(2) + ": a name of over 64 parts");
}

TEST_F(SettingsTest, RefuseABadValueWithItsLine) {
  write(paths_.config_file, "\n[daemon]\nidle_exit = 60\n");
  EXPECT_EQ(
      error(),
      where(3) +
          ": daemon.idle_exit takes a duration such as 500ms, 3s, 5m or 8h, from 0s to 87600h, not \"60\"");
  write(paths_.config_file, "daemon.max_body = 5\n");
  EXPECT_EQ(error(), where(1) + ": daemon.max_body takes an integer from 1024 to 1073741824, not \"5\"");
  write(paths_.config_file, "project = [\"a\"]\n");
  EXPECT_EQ(error(), where(1) + ": project takes 1 to 64 of a-z, 0-9, - and _");
  write(paths_.config_file, "output.color = \"alway\"\n");
  EXPECT_EQ(
      error(),
      where(1) + ": output.color takes one of auto, always, never, not \"alway\"; did you mean always?");
}

TEST_F(SettingsTest, RefuseAValueThatAnotherOverrules) {
  write(paths_.config_file, "execute.timeout = \"soon\"\n");

  EXPECT_NE(error({{"execute.timeout", "5s"}}).find(where(1)), std::string::npos);
}

TEST_F(SettingsTest, RefuseAFileThatIsNoTomlWithItsLine) {
  write(paths_.config_file, "project = \"a\"\nproject = \"b\"\n");

  EXPECT_EQ(error().find(where(2) + ": "), 0U) << error();
}

TEST_F(SettingsTest, RefuseInAProjectFileWhatAStrangerMustNotSet) {
  for (char const* line : {"composio.base_url = \"https://evil.example\"", "daemon.max_body = 2048",
                           "limits.in_flight = 2", "connect.callback = false", "history.keep_results = 0"}) {
    write(project_ / ".agenta-tools.toml", line);
    EXPECT_NE(error().find("a project file may not set"), std::string::npos) << line;
  }
}

TEST_F(SettingsTest, UseTheNearestProjectFileAlone) {
  write(project_ / ".agenta-tools.toml", "project = \"outer\"\nexecute.timeout = \"9s\"\n");
  write(project_ / "deep" / ".agenta-tools.toml", "project = \"inner\"\n");

  auto const settings = load().value();

  EXPECT_EQ(settings.text("project"), "inner");
  EXPECT_EQ(settings.text("execute.timeout"), "60s");
}

TEST_F(SettingsTest, ReadNoProjectFileWithoutADirectory) {
  write(project_ / ".agenta-tools.toml", "project = \"outer\"\n");

  EXPECT_EQ(Settings::load(paths_, environment(), {}, {})->text("project"), "default");
}

TEST_F(SettingsTest, TakeOnlySafeEndpoints) {
  Setting const& setting = *find_setting("composio.base_url");
  for (char const* good : {"https://backend.composio.dev", "https://example.com:8443/base",
                           "http://127.0.0.1:8080", "http://localhost", "http://[::1]:1"}) {
    EXPECT_TRUE(check_value(setting, good).has_value()) << good;
  }
  for (char const* bad :
       {"http://example.com", "http://127.0.0.1.example.com", "https://user:canary@example.com", "https://",
        "ftp://example.com", "example.com", "https://example.com:0", "https://example.com:x", "https://a b",
        "http://localhost@example.com", "https://example.com?key=canary"}) {
    auto const checked = check_value(setting, bad);
    ASSERT_FALSE(checked.has_value()) << bad;
    EXPECT_EQ(checked.error().message.find("canary"), std::string::npos);
  }
}

}  // namespace
}  // namespace agenta::config
