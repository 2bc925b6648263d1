#include "shared/custom/tool_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "shared/protocol/json_slice.hpp"
#include "tests/support/temporary_directory.hpp"

namespace agenta::custom {
namespace {

constexpr char const* kWhole = R"([tools.CUSTOM_DEPLOY]
description = "Deploys the site"
destructive = true
idempotent = true
timeout = "30s"
max_output = "2KiB"
command = ["/usr/local/bin/deploy", "--env={env}", "{files...}", "--tag={tag?}"]
stdin = "json"
env = ["SSH_AUTH_SOCK"]
cwd = "/srv"
output = "json"
[tools.CUSTOM_DEPLOY.input]
type = "object"
required = ["env"]
[tools.CUSTOM_DEPLOY.input.properties]
env = { type = "string", enum = ["test", "live"] }
files = { type = "array", items = { type = "string" } }
tag = { type = "string", minLength = 1 }

[tools.CUSTOM_WEATHER]
description = "Tells the weather"
read_only = true
http = { method = "GET", url = "https://api.example.com/w/{city}", query = { units = "{units?}", appid = "file:/k" }, headers = { Authorization = "Bearer env:WEATHER_TOKEN", Accept = "application/json" } }
input = { type = "object", required = ["city"], properties = { city = { type = "string" }, units = { type = "string" } } }
)";

Result<std::vector<Declaration>> parse(std::string const& text) {
  return parse_tool_file(text, "/t/tools.toml", [](std::filesystem::path const& path) -> Result<std::string> {
    if (path == "/t/schema.json")
      return std::string{R"({"type":"object","properties":{"a":{}},"required":["a"]})"};
    return fail(ErrorCode::invalid_request, "there is no " + path.string());
  });
}

TEST(ToolFile, ADeclaredCommandIsReadWhole) {
  auto const tools = parse(kWhole);

  ASSERT_TRUE(tools) << tools.error().message;
  ASSERT_EQ(tools->size(), 2U);
  Declaration const& deploy = tools->front();
  EXPECT_EQ(deploy.tool.slug.text, "CUSTOM_DEPLOY");
  EXPECT_EQ(deploy.tool.name, "Deploy");
  EXPECT_EQ(deploy.tool.integration.text, "custom");
  EXPECT_TRUE(deploy.tool.no_auth);
  EXPECT_TRUE(hints_of(deploy.tool).destructive);
  EXPECT_TRUE(hints_of(deploy.tool).idempotent);
  EXPECT_FALSE(hints_of(deploy.tool).read_only);
  EXPECT_EQ(deploy.timeout, std::chrono::seconds{30});
  EXPECT_EQ(deploy.max_output, 2048U);
  EXPECT_EQ(deploy.output, Output::json);
  auto const& command = std::get<Command>(deploy.action);
  EXPECT_EQ(command.argv.size(), 4U);
  EXPECT_TRUE(command.json_input);
  EXPECT_EQ(command.environment, std::vector<std::string>{"SSH_AUTH_SOCK"});
  EXPECT_EQ(command.directory, "/srv");
  auto const minimum = protocol::find_pointer(deploy.tool.input_schema.text, "/properties/tag/minLength");
  EXPECT_EQ(minimum, "1");
}

TEST(ToolFile, ADeclaredRequestIsReadWhole) {
  auto const tools = parse(kWhole);

  ASSERT_TRUE(tools) << tools.error().message;
  auto const& http = std::get<Http>(tools->back().action);
  EXPECT_EQ(http.base_url, "https://api.example.com");
  EXPECT_EQ(http.method, "GET");
  EXPECT_EQ(http.target, parse_template("/w/{city}").value());
  ASSERT_EQ(http.headers.size(), 2U);
  EXPECT_EQ(http.headers[1].second, (Source{Source::From::environment, "Bearer ", "WEATHER_TOKEN"}));
  EXPECT_EQ(std::get<Source>(http.query[0].second), (Source{Source::From::file, "", "/k"}));
  EXPECT_FALSE(http.allow_private);
  EXPECT_EQ(http.body, Body::none);
}

TEST(ToolFile, ASchemaMayStandInAFileOfItsOwn) {
  auto const tools = parse("[tools.CUSTOM_A]\ndescription='d'\ncommand=['a','{a}']\nschema='schema.json'\n");

  ASSERT_TRUE(tools) << tools.error().message;
  EXPECT_EQ(protocol::find_pointer(tools->front().tool.input_schema.text, "/required/0"), "\"a\"");
}

TEST(ToolFile, WithoutASchemaAToolTakesNothing) {
  auto const tools = parse("[tools.CUSTOM_A]\ndescription='d'\ncommand=['a']\n");

  ASSERT_TRUE(tools) << tools.error().message;
  EXPECT_EQ(protocol::find_member(tools->front().tool.input_schema.text, "additionalProperties"), "false");
}

struct Mistake {
  std::string name;
  std::string text;
  std::string place;  ///< line and column
  std::string words;
};

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreSaidWithLineAndColumn) {
  auto const tools = parse(GetParam().text);

  ASSERT_FALSE(tools);
  std::string const& message = tools.error().message;
  EXPECT_EQ(tools.error().code, ErrorCode::invalid_request);
  EXPECT_TRUE(message.starts_with("/t/tools.toml:" + GetParam().place + ": ")) << message;
  EXPECT_NE(message.find(GetParam().words), std::string::npos) << message;
}

std::string tool(std::string const& lines) { return "[tools.CUSTOM_A]\ndescription = 'd'\n" + lines; }
std::string command(std::string const& lines) { return tool("command = ['a']\n" + lines); }
std::string http(std::string const& members) { return tool("http = { " + members + " }\n"); }
constexpr char const* kUrl = "url = 'https://e.com/x'";

INSTANTIATE_TEST_SUITE_P(
    ToolFile, Mistakes,
    testing::Values(
        Mistake{"toml", "[tools.CUSTOM_A\n", "1:16", ""},
        Mistake{"top", "tool = 1\n", "1:1", "did you mean tools?"},
        Mistake{"slug", "[tools.DEPLOY]\n", "1:8", "CUSTOM_"},
        Mistake{"lower_slug", "[tools.CUSTOM_deploy]\n", "1:8", "A-Z"},
        Mistake{"no_table", "[tools]\nCUSTOM_A = 1\n", "2:12", "is a table"},
        Mistake{"no_description", "[tools.CUSTOM_A]\ncommand = ['a']\n", "1:1", "description is missing"},
        Mistake{"unknown_key", command("timout = '3s'\n"), "4:1", "did you mean timeout?"},
        Mistake{"timeout", command("timeout = '3 weeks'\n"), "4:11", "duration"},
        Mistake{"long_timeout", command("timeout = '48h'\n"), "4:11", "24h"},
        Mistake{"max_output", command("max_output = 'lots'\n"), "4:14", "1MB"},
        Mistake{"huge_output", command("max_output = '1000MiB'\n"), "4:14", "64MiB"},
        Mistake{"type", command("read_only = 'yes'\n"), "4:13", "true or false"},
        Mistake{"contradiction", command("read_only = true\ndestructive = true\n"), "5:15", "read_only"},
        Mistake{"word", command("stdin = 'jsn'\n"), "4:9", "did you mean json?"},
        Mistake{"neither", tool(""), "1:1", "one of them"},
        Mistake{"both", command("http = { url = 'https://e.com' }\n"), "3:11", "not both"},
        Mistake{"shell", tool("command = 'rm -rf x'\n"), "3:11", "list of texts"},
        Mistake{"no_program", tool("command = []\n"), "3:11", "no program"},
        Mistake{"program_of_argument",
                tool("command = ['{a}']\ninput = {type='object',required=['a'],properties={a={}}}\n"), "3:12",
                "may not come from an argument"},
        Mistake{"relative_program", tool("command = ['./a']\n"), "3:12", "whole path"},
        Mistake{"unknown_place",
                tool("command = ['a', '{citty}']\ninput = {type='object',required=['city'],"
                     "properties={city={}}}\n"),
                "3:17", "did you mean city?"},
        Mistake{"may_be_missing", tool("command = ['a', '{b}']\ninput = {type='object',properties={b={}}}\n"),
                "3:17", "{b?}"},
        Mistake{"spread_with_others",
                tool("command = ['a', '-x{b...}']\ninput = {type='object',properties={b={}}}\n"), "3:17",
                "stands alone"},
        Mistake{"broken_place", tool("command = ['a', '{']\n"), "3:17", "written twice"},
        Mistake{"env_value", command("env = ['A=b']\n"), "4:7", "without values"},
        Mistake{"composio_key", command("env = ['COMPOSIO_API_KEY']\n"), "4:7", "Composio key"},
        Mistake{"cwd", command("cwd = 'srv'\n"), "4:7", "whole path"},
        Mistake{"two_schemas", command("schema = 'schema.json'\ninput = {type='object'}\n"), "4:10",
                "keep one"},
        Mistake{"no_schema_file", command("schema = 'none.json'\n"), "4:10", "cannot be read"},
        Mistake{"no_object", command("input = {type='string'}\n"), "4:9", "type = \"object\""},
        Mistake{"date", command("input = {type='object',default=2026-11-26}\n"), "4:32", "JSON has no such"},
        Mistake{"requires_nothing", command("input = {type='object',required=['x'],properties={}}\n"), "4:9",
                "requires x"},
        Mistake{"no_url", http("method = 'GET'"), "3:8", "url is missing"},
        Mistake{"scheme", http("url = 'ftp://e.com'"), "3:16", "https://"},
        Mistake{"plain", http("url = 'http://e.com/'"), "3:16", "plain http"},
        Mistake{"loopback", http("url = 'http://127.0.0.1:9/'"), "3:16", "allow_private"},
        Mistake{"host_of_argument", http("url = 'https://{h}.com/'"), "3:16", "host from an argument"},
        Mistake{"user_in_url", http("url = 'https://u:p@e.com/'"), "3:16", "user or password"},
        Mistake{"method", http("method = 'FETCH', " + std::string{kUrl}), "3:19", "GET or POST"},
        Mistake{"body_of_get", http("body = 'json', " + std::string{kUrl}), "3:17", "is none"},
        Mistake{"secret_header", http(std::string{kUrl} + ", headers = { Authorization = 'Bearer abc' }"),
                "3:63", "looks like a secret"},
        Mistake{"secret_key_header", http(std::string{kUrl} + ", headers = { X-Api-Key = 'abc' }"), "3:59",
                "looks like a secret"},
        Mistake{"secret_query", http(std::string{kUrl} + ", query = { api_key = 'abc' }"), "3:55",
                "looks like a secret"},
        Mistake{"our_key", http(std::string{kUrl} + ", headers = { X-A = 'env:COMPOSIO_API_KEY' }"), "3:53",
                "names no variable"},
        Mistake{"host_header", http(std::string{kUrl} + ", headers = { Host = 'x' }"), "3:54",
                "no header that a tool may set"},
        Mistake{"command_keys", http(kUrl) + "cwd = '/'\n", "4:1", "there is no cwd"}),
    [](auto const& each) { return each.param.name; });

TEST(ToolFile, EveryMistakeIsSaidAtOnce) {
  auto const tools = parse("[tools.CUSTOM_A]\ncommand = 'x'\ntimeout = 3\n[tools.B]\n");

  ASSERT_FALSE(tools);
  auto const problems = protocol::find_member(tools.error().context.text, "problems");
  ASSERT_TRUE(problems);
  EXPECT_GE(protocol::elements_of(*problems)->size(), 4U);
  EXPECT_NE(tools.error().message.find("more)"), std::string::npos);
  EXPECT_EQ(tools.error().message.find("abc"), std::string::npos);
}

TEST(ToolFile, NoSecretIsQuoted) {
  auto const tools = parse(http(std::string{kUrl} + ", headers = { Authorization = 'Bearer s3cr3t' }"));

  ASSERT_FALSE(tools);
  EXPECT_EQ((tools.error().message + tools.error().context.text).find("s3cr3t"), std::string::npos);
}

struct OnDisk : testing::Test {
  test::TemporaryDirectory directory;
  std::filesystem::path const file = directory / "tools.toml";
  void write(std::filesystem::path const& path, std::string const& text, mode_t mode) {
    std::ofstream{path} << text;
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  }
};

TEST_F(OnDisk, AFileThatOthersCanWriteIsRefusedWithTheRemedy) {
  for (mode_t const mode : {mode_t{0666}, mode_t{0620}, mode_t{0602}}) {
    write(file, kWhole, mode);

    auto const loaded = load_tool_file(file);

    ASSERT_FALSE(loaded) << mode;
    EXPECT_EQ(loaded.error().code, ErrorCode::forbidden);
    EXPECT_EQ(loaded.error().next_step, (std::vector<std::string>{"chmod", "go-w", file.string()}));
  }
  write(file, kWhole, 0644);
  EXPECT_TRUE(load_tool_file(file));
}

TEST_F(OnDisk, ASchemaThatOthersCanWriteIsRefusedToo) {
  write(directory / "s.json", R"({"type":"object"})", 0666);
  write(file, "[tools.CUSTOM_A]\ndescription='d'\ncommand=['a']\nschema='s.json'\n", 0600);

  auto const loaded = load_tool_file(file);

  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().message.find("chmod go-w"), std::string::npos);
}

}  // namespace
}  // namespace agenta::custom
