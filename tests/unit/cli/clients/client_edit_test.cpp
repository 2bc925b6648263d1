#include <gtest/gtest.h>

#include "cli/clients/client_table.hpp"
#include "shared/base/text.hpp"
#include "tests/support/golden.hpp"

// Every client's file, written and unwritten over what people have in theirs.
namespace agenta::cli {
namespace {

ServerEntry entry() {
  ServerEntry made;
  made.command = "/opt/agenta/bin/agenta-tools";
  made.args = {"mcp", "--session", "triage"};
  return made;
}

std::vector<std::string> json_corpus(std::string const& container) {
  std::string const named = "\"" + container + "\"";
  std::vector<std::string> corpus{
      "",
      "\n",
      "\xEF\xBB\xBF",
      "  \r\n",
      "// nothing yet\n",
      "/* a\n b */\n\n",
      "{}",
      "{}\n",
      "{ }",
      "{\n}\n",
      "{\r\n}\r\n",
      "{ /* here */ }",
      "{\"a\":1}",
      "{\"a\":1,}",
      "{ \"a\": 1, \"b\": [1, 2, {}] }\n",
      "\xEF\xBB\xBF{\n  \"a\": 1\n}\n",
      "{\n  \"a\": 1\n}",
      "{\n\t\"a\": {\n\t\t\"b\": [\n\t\t\t1\n\t\t]\n\t}\n}\n",
      "{\r\n    \"a\": \"x\", // why\r\n    \"b\": null // last\r\n}\r\n",
      "{\n  // first\n  \"a\": 1, // one\n  /* two */ \"b\": \"// no comment\", \n  // end\n}\n",
      "{\n  \"a\": 1,\n\n}\n\n\n",
      "{" + named + ":{}}",
      "{" + named + ":{ }}",
      "{" + named + ":{\"x\":{\"command\":\"y\"}}}",
      "{" + named + ":{\"x\":{\"command\":\"y\"},}}",
      "{\n  " + named + ": {}\n}\n",
      "{\n  " + named + ": {\n  }\n}\n",
      "{\n  " + named + ": { /* none */ },\n  \"z\": 1\n}\n",
      "{\n  \"z\": 1,\n  " + named + ": {\n    \"x\": { \"command\": \"y\" }\n  }\n}\n",
      "{\n  " + named + ": {\n    \"x\": { \"command\": \"y\" }, // mine\n  },\n  \"z\": [1,2,], // odd\n}\n",
      "{\r\n\t" + named + ": {\r\n\t\t\"x\": {\r\n\t\t\t\"command\": \"y\"\r\n\t\t} // mine\r\n\t}\r\n}\r\n",
      "{\n  " + named + ": {\n    \"x\": {},\n    // \"agenta\": {},\n    \"y\": {}\n    // done\n  }\n}\n",
      "{\n  " + named + ": {\"x\": {\"env\": {\"A\": \"\\u0041\\n\"}}},\n  \"deep\": {" + named +
          ": {\"agenta\": {\"command\": \"other\"}}}\n}\n",
  };
  return corpus;
}

std::vector<std::string> toml_corpus() {
  return {
      "",
      "\n",
      "\xEF\xBB\xBF",
      "\n\n",
      "# nothing yet",
      "# nothing yet\n",
      "model = \"gpt\"",
      "model = \"gpt\"\n",
      "model = \"gpt\"\n\n",
      "\xEF\xBB\xBFmodel = \"gpt\" # why\r\n[a]\r\nb = 1\r\n",
      "model = \"gpt\"\r\n\r\n[a.b]\r\n# c\r\n\"d.e\" = [ 1,\r\n  2, # two\r\n]\r\n",
      "x = '''\n[mcp_servers.agenta]\ncommand = 1\n'''\ny = \"\"\"a \\\n  b\"\"\"\"\n",
      "[mcp_servers.other]\ncommand = \"x\"\n# tail\n",
      "[mcp_servers.other]\ncommand = \"x\"\n[mcp_servers.other.env]\nA = \"b\"",
      "[mcp_servers]\n[mcp_servers.other]\ncommand = \"x\"\n\n\n# end\n",
      "[[a]]\nb = { c = 1, d = [true, false] }\n[[a]]\nt = 1979-05-27 07:32:00Z\nf = -1.5e+3\n",
      "\t[ a . \"b\\u0041\" ] # odd\n\tc = 0xFF\n\n[projects.\"/home/me\"]\ntrust_level = \"trusted\"\n",
  };
}

std::vector<std::string> yaml_corpus() {
  return {
      "",
      "\n",
      "\xEF\xBB\xBF",
      "---\n",
      "# nothing yet\n",
      "GOOSE_MODEL: gpt",
      "GOOSE_MODEL: gpt\n",
      "GOOSE_MODEL: \"g: # p\" # why\r\nGOOSE_X: 1\r\n",
      "extensions:\n",
      "extensions:",
      "extensions: # none\nother: 1\n",
      "extensions: {}\n",
      "extensions: {} # none\r\nother: 1\r\n",
      "extensions:\n  developer:\n    enabled: true\n    type: builtin\nGOOSE_MODEL: gpt\n",
      "extensions:\n    developer:\n        enabled: true\n        args:\n        - a\n        - 'b'\n\n# "
      "end\n\nGOOSE_MODEL: gpt\n",
      "extensions:\r\n  developer:\r\n    enabled: true\r\n    env: {A: \"x\"}\r\n  # mine\r\n",
      "a: |\n  extensions:\n    agenta: 1\n\n  more\nlist:\n- x\n- y: 1\n  z: 2\nextensions:\n  developer:\n "
      "   enabled: true",
      "---\n# head\ntext: \"over\n  lines\"\nflow: [1,\n  {a: b}, 'c]']\n\"quoted key\": 1\n",
      "extensions:\n  developer: {enabled: true, name: developer}\n",
  };
}

std::vector<std::string> corpus_of(Client const& client) {
  if (client.form == Client::Form::toml) return toml_corpus();
  if (client.form == Client::Form::yaml) return yaml_corpus();
  return json_corpus(std::string{client.container});
}

class EveryClient : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryClient, IsAsItWasOnceTheEntryIsGone) {
  Client const& client = *find_client(GetParam());
  for (std::string const& before : corpus_of(client)) {
    auto const written = put_client_entry(client, before, entry());
    ASSERT_TRUE(written) << written.error().message << "\n" << before;
    EXPECT_NE(*written, before);

    auto const after = drop_client_entry(client, *written, "agenta");

    ASSERT_TRUE(after) << after.error().message << "\n" << *written;
    ASSERT_TRUE(after->has_value()) << before;
    EXPECT_EQ(**after, before) << "--- by way of\n" << *written;
  }
}

TEST_P(EveryClient, KeepsEveryByteThatIsNotOurs) {
  Client const& client = *find_client(GetParam());
  for (std::string const& before : corpus_of(client)) {
    auto const written = put_client_entry(client, before, entry());
    ASSERT_TRUE(written) << before;

    // What was there is there still, in its order.
    std::size_t at = 0;
    for (char const c : before) {
      at = written->find(c, at);
      ASSERT_NE(at, std::string::npos) << before << "\n--- became\n" << *written;
      ++at;
    }
  }
}

TEST_P(EveryClient, ChangesNothingTheSecondTime) {
  Client const& client = *find_client(GetParam());
  for (std::string const& before : corpus_of(client)) {
    auto const once = put_client_entry(client, before, entry());
    ASSERT_TRUE(once) << before;

    auto const twice = put_client_entry(client, *once, entry());

    ASSERT_TRUE(twice) << twice.error().message << "\n" << *once;
    EXPECT_EQ(*twice, *once);
  }
}

TEST_P(EveryClient, UsesTheLineEndsOfTheFile) {
  Client const& client = *find_client(GetParam());
  for (std::string const& before : corpus_of(client)) {
    if (before.find("\r\n") == std::string::npos) continue;
    auto const written = put_client_entry(client, before, entry());
    ASSERT_TRUE(written) << before;

    EXPECT_EQ(replace_all(*written, "\r\n", "").find('\n'), std::string::npos) << *written;
  }
}

TEST_P(EveryClient, LeavesNoFileThatItMade) {
  Client const& client = *find_client(GetParam());
  auto const made = put_client_entry(client, std::nullopt, entry());
  ASSERT_TRUE(made);
  EXPECT_EQ(*made, write_client_entry(client, entry()));

  auto const left = drop_client_entry(client, *made, "agenta");

  ASSERT_TRUE(left);
  EXPECT_FALSE(left->has_value()) << **left;
}

TEST_P(EveryClient, SaysWhatItIsToStartFromNowOn) {
  Client const& client = *find_client(GetParam());
  ServerEntry other = entry();
  other.command = "/usr/bin/agenta-tools";
  other.args = {"mcp", "--meta", "--read-only"};
  for (std::string const& before : corpus_of(client)) {
    auto const written = put_client_entry(client, before, entry());
    ASSERT_TRUE(written) << before;

    auto const changed = put_client_entry(client, *written, other);

    ASSERT_TRUE(changed) << changed.error().message << "\n" << *written;
    EXPECT_EQ(changed->find("triage"), std::string::npos) << *changed;
    EXPECT_NE(changed->find("--read-only"), std::string::npos) << *changed;
    auto const back = put_client_entry(client, *changed, entry());
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, *written);
    auto const after = drop_client_entry(client, *changed, "agenta");
    ASSERT_TRUE(after && after->has_value());
    EXPECT_EQ(**after, before);
  }
}

TEST_P(EveryClient, HasNothingToTakeOutWhereNothingWasPut) {
  Client const& client = *find_client(GetParam());
  for (std::string const& before : corpus_of(client)) {
    auto const after = drop_client_entry(client, before, "agenta");

    ASSERT_TRUE(after) << after.error().message << before;
    ASSERT_TRUE(after->has_value());
    EXPECT_EQ(**after, before);
  }
}

TEST_P(EveryClient, ReadsTheEntryBack) {
  Client const& client = *find_client(GetParam());
  for (std::string const& before : corpus_of(client)) {
    auto const none = find_client_entry(client, before, "agenta");
    ASSERT_TRUE(none) << none.error().message << before;
    EXPECT_FALSE(none->has_value()) << before;
    auto const written = put_client_entry(client, before, entry());
    ASSERT_TRUE(written) << before;

    auto const found = find_client_entry(client, *written, "agenta");

    ASSERT_TRUE(found && found->has_value()) << *written;
    EXPECT_EQ((*found)->command, entry().command) << *written;
    EXPECT_EQ((*found)->args, entry().args) << *written;
    EXPECT_TRUE(is_own_entry(**found));
  }
}

TEST_P(EveryClient, HasVariablesOfTheEnvironmentWhereTheEntryHas) {
  Client const& client = *find_client(GetParam());
  ServerEntry with = entry();
  with.variables = {{"AGENTA_TOOLS_HOME", "/srv/a \"b\""}, {"AGENTA_TOOLS_CONFIG", "/srv/c.toml"}};
  for (std::string const& before : corpus_of(client)) {
    auto const plain = put_client_entry(client, before, entry());
    ASSERT_TRUE(plain) << before;

    for (std::string const& from : {before, *plain}) {
      auto const written = put_client_entry(client, from, with);

      ASSERT_TRUE(written) << written.error().message << "\n" << from;
      auto const found = find_client_entry(client, *written, "agenta");
      ASSERT_TRUE(found && found->has_value()) << *written;
      EXPECT_EQ((*found)->variables, with.variables) << *written;
      EXPECT_EQ(put_client_entry(client, *written, with).value(), *written);
      auto const after = drop_client_entry(client, *written, "agenta");
      ASSERT_TRUE(after && after->has_value()) << *written;
      EXPECT_EQ(**after, before) << "--- by way of\n" << *written;
    }
  }
}

TEST_P(EveryClient, LeavesNoFileThatItMadeWithVariables) {
  Client const& client = *find_client(GetParam());
  ServerEntry with = entry();
  with.variables = {{"AGENTA_TOOLS_HOME", "/srv/a"}};
  auto const made = put_client_entry(client, std::nullopt, with);
  ASSERT_TRUE(made);

  auto const found = find_client_entry(client, *made, "agenta");
  ASSERT_TRUE(found && found->has_value());
  EXPECT_EQ(write_client_entry(client, **found), *made);
  auto const left = drop_client_entry(client, *made, "agenta");

  ASSERT_TRUE(left);
  EXPECT_FALSE(left->has_value()) << **left;
}

TEST(ClientFile, NamesTheDirectoriesThatAreTheClientsAlone) {
  Variables const variables = [](std::string const& name) -> std::optional<std::string> {
    return name == "HOME" ? std::optional<std::string>{"/home/me"} : std::nullopt;
  };
  Variables const named = [](std::string const& name) -> std::optional<std::string> {
    if (name == "HOME" || name == "CODEX_HOME") return "/home/me";
    return name == "XDG_CONFIG_HOME" ? std::optional<std::string>{"/srv/config"} : std::nullopt;
  };
  auto const of = [](char const* client, Scope scope, Variables const& from) {
    return client_directories(*find_client(client), scope, from, "/p");
  };
  using Paths = std::vector<std::filesystem::path>;

  EXPECT_EQ(of("cursor", Scope::user, variables), Paths{"/home/me/.cursor"});
  EXPECT_EQ(of("claude-code", Scope::user, variables), Paths{});
  EXPECT_EQ(of("vscode", Scope::user, variables),
            (Paths{"/home/me/.config/Code/User", "/home/me/.config/Code"}));
  EXPECT_EQ(of("goose", Scope::user, named), Paths{"/srv/config/goose"});
  EXPECT_EQ(of("codex", Scope::user, named), Paths{});
  EXPECT_EQ(of("codex", Scope::project, named), Paths{"/p/.codex"});
  EXPECT_EQ(of("opencode", Scope::project, named), Paths{});
}

TEST(ClientEdit, KnowsWhoseAnEntryIs) {
  auto const is_own = [](std::string command, std::vector<std::string> args) {
    ServerEntry made;
    made.command = std::move(command);
    made.args = std::move(args);
    return is_own_entry(made);
  };
  EXPECT_TRUE(is_own("/opt/a/agenta-tools", {"mcp", "--meta"}));
  EXPECT_TRUE(is_own("agenta-tools", {"mcp"}));
  EXPECT_FALSE(is_own("npx", {"agenta-tools", "mcp"}));
  EXPECT_FALSE(is_own("agenta-tools", {}));
  EXPECT_FALSE(is_own("agenta-tools", {"tools"}));
  EXPECT_FALSE(is_own("", {}));
}

TEST_P(EveryClient, KeepsSeveralOfOurOwnApart) {
  Client const& client = *find_client(GetParam());
  ServerEntry second = entry();
  second.name = "second";
  for (std::string const& before : corpus_of(client)) {
    auto const one = put_client_entry(client, before, entry());
    ASSERT_TRUE(one);
    auto const two = put_client_entry(client, *one, second);
    if (!two) {
      EXPECT_NE(two.error().message.find("only a person can change"), std::string::npos);
      continue;
    }
    auto const without = drop_client_entry(client, *two, "second");
    ASSERT_TRUE(without && without->has_value()) << *two;
    EXPECT_EQ(**without, *one) << *two;
  }
}

TEST_P(EveryClient, IsWrittenAsItsOwnProgramWouldWriteIt) {
  Client const& client = *find_client(GetParam());
  EXPECT_TRUE(test::matches_golden("clients/" + std::string{client.word} + ".txt",
                                   write_client_entry(client, entry())));
}

INSTANTIATE_TEST_SUITE_P(Clients, EveryClient, ::testing::ValuesIn(client_words()),
                         [](auto const& each) { return replace_all(each.param, "-", "_"); });

struct Refused {
  char const* client;
  char const* text;
  char const* says;
};

TEST(ClientEdit, RefusesWhatItCannotReadAndSaysWhere) {
  for (Refused const& each : {
           Refused{"cursor", "{\n  \"a\": 1\n  \"b\": 2\n}", "3: a comma is expected"},
           Refused{"cursor", "{\n  \"a\": nothing\n}", "2: a value is expected"},
           Refused{"cursor", "{\n  \"a\": \"x\n}", "2: this string has no right end"},
           Refused{"cursor", "{\n  a: 1\n}", "2: a name in quotes"},
           Refused{"cursor", "{} {}", "1: something follows"},
           Refused{"cursor", "\n[1]", "2: the file is no object"},
           Refused{"cursor", "{\n\"mcpServers\": []}", "2: mcpServers is no object"},
           Refused{"cursor", "{\"mcpServers\": {},\n\"mcpServers\": {}}",
                   "2: mcpServers is here a second time"},
           Refused{"cursor", "{\"mcpServers\": {\n\"agenta\": 1}}", "2: agenta is no object"},
           Refused{"codex", "a = \n", "1: a value is expected"},
           Refused{"codex", "a = 1\n[b\n", "2: ] is expected"},
           Refused{"codex", "a = 1 b = 2\n", "1: the line's end"},
           Refused{"codex", "a = \"x\n", "1: this string has no end"},
           Refused{"codex", "a = 1\nmcp_servers = { x = {} }\n", "2: mcp_servers stands here in a form"},
           Refused{"codex", "[mcp_servers]\nagenta = { command = \"x\" }\n",
                   "2: mcp_servers.agenta stands here"},
           Refused{"codex", "mcp_servers.agenta.command = \"x\"\n",
                   "1: mcp_servers.agenta.command stands here"},
           Refused{"codex",
                   "[mcp_servers.agenta]\ncommand = \"x\"\n\n[mcp_servers.agenta]\ncommand = \"y\"\n",
                   "4: mcp_servers.agenta is here a second time"},
           Refused{"codex", "[mcp_servers.agenta]\ncommand = \"x\"\ncommand = \"y\"\n",
                   "3: mcp_servers.agenta.command is here a second time"},
           Refused{"goose", "a: 1\n b: 2\nc\n", "3: a key and a colon"},
           Refused{"goose", "a: [1, 2\n", "1: this is not closed"},
           Refused{"goose", "- a\n- b\n", "1: a key and a colon"},
           Refused{"goose", "{a: 1}\n", "1: a mapping in braces"},
           Refused{"goose", "a: 1\n...\n", "2: a document ends here"},
           Refused{"goose", "a: 1\n--- # next\nb: 1\n", "2: a document ends here"},
           Refused{"goose", "? a\n: 1\n", "1: a key in this form"},
           Refused{"goose", "a: 1\n b: [\n", "2: this is not YAML"},
           Refused{"goose", "a:\n  b: [1,\n  c: 2\n", "2: this is not YAML"},
           Refused{"goose", "a:\n  b: 'x\n", "2: this is not YAML"},
           Refused{"goose", "a:\n  b: \"\xC3\"\n", "2: this is not YAML"},
           Refused{"goose", "extensions: {a: 1}\n", "1: extensions stands here in a form"},
           Refused{"goose", "extensions: *all\n", "1: extensions stands here in a form"},
           Refused{"goose", "extensions:\n  a: 1\n\tb: 2\n", "3: "},
       }) {
    auto const written = put_client_entry(*find_client(each.client), each.text, entry());

    ASSERT_FALSE(written) << each.text << "\n--- became\n" << *written;
    EXPECT_EQ(written.error().code, ErrorCode::usage);
    EXPECT_TRUE(written.error().message.starts_with(each.says)) << written.error().message;
  }
}

TEST(ClientEdit, KeepsWhatAPersonAddedToOurEntry) {
  Client const& cursor = *find_client("cursor");
  std::string const mine =
      "{\n  \"mcpServers\": {\n    \"agenta\": {\n      // ours\n      \"command\": \"old\",\n"
      "      \"env\": { \"A\": \"b\" },\n      \"args\": [\n        \"mcp\"\n      ]\n    }\n  }\n}\n";

  auto const written = put_client_entry(cursor, mine, entry());

  ASSERT_TRUE(written);
  EXPECT_EQ(
      *written,
      "{\n  \"mcpServers\": {\n    \"agenta\": {\n      // ours\n"
      "      \"command\": \"/opt/agenta/bin/agenta-tools\",\n      \"env\": { \"A\": \"b\" },\n"
      "      \"args\": [\"mcp\", \"--session\", \"triage\"],\n      \"type\": \"stdio\"\n    }\n  }\n}\n");
}

TEST(ClientEdit, KnowsAnEntryInAnotherSpelling) {
  Client const& cursor = *find_client("cursor");
  std::string const json =
      "{\"mcpServers\":{\"agenta\":{\"args\":[\n\"m\\u0063p\", /* x */ "
      "\"--session\",\"triage\",],\"command\" : "
      "\"\\/opt/agenta/bin/agenta-tools\",\"type\":\"stdio\"}}}";
  EXPECT_EQ(put_client_entry(cursor, json, entry()).value(), json);

  Client const& codex = *find_client("codex");
  std::string const toml =
      "[ \"mcp_servers\" . 'agenta' ]\ncommand = '/opt/agenta/bin/agenta-tools'\nargs = [\n  \"mcp\", # x\n"
      "  '--session', \"triage\",\n]\n";
  EXPECT_EQ(put_client_entry(codex, toml, entry()).value(), toml);

  Client const& goose = *find_client("goose");
  std::string const yaml =
      "extensions:\n  agenta:\n    args:\n      - mcp\n      - '--session'\n      - triage # x\n"
      "    cmd: \"/opt/agenta/bin/agenta-tools\"\n    enabled: false\n    type: stdio\n    name: mine\n"
      "    description: ''\n    envs: {A: b}\n    timeout: 5\n";
  EXPECT_EQ(put_client_entry(goose, yaml, entry()).value(), yaml);
}

TEST(CodexApprovals, AreThePolicysAndNoOthers) {
  Client const& codex = *find_client("codex");
  ServerEntry with = entry();
  with.approved = {"GITHUB_GET_A_REPOSITORY", "ODD.NAME"};
  std::string const mine =
      "[mcp_servers.agenta]\ncommand = \"old\"\nstartup_timeout_sec = 20\n\n[mcp_servers.agenta.tools]\n"
      "STALE = { approval_mode = \"approve\" }\nMINE = { approval_mode = \"prompt\" }\n\n[other]\na = 1\n";

  auto const written = put_client_entry(codex, mine, with);

  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(
      *written,
      "[mcp_servers.agenta]\ncommand = \"/opt/agenta/bin/agenta-tools\"\nstartup_timeout_sec = 20\n"
      "args = [\"mcp\", \"--session\", \"triage\"]\n\n[mcp_servers.agenta.tools]\n"
      "MINE = { approval_mode = \"prompt\" }\nGITHUB_GET_A_REPOSITORY = { approval_mode = \"approve\" }\n"
      "\"ODD.NAME\" = { approval_mode = \"approve\" }\n\n[other]\na = 1\n");
  EXPECT_EQ(put_client_entry(codex, *written, with).value(), *written);
}

TEST(CodexApprovals, GoWithTheEntryAndWithTheSession) {
  Client const& codex = *find_client("codex");
  ServerEntry with = entry();
  with.approved = {"GITHUB_GET_A_REPOSITORY"};
  for (std::string const& before : toml_corpus()) {
    auto const written = put_client_entry(codex, before, with);
    ASSERT_TRUE(written) << before;
    EXPECT_EQ(put_client_entry(codex, *written, with).value(), *written);

    auto const plain = put_client_entry(codex, *written, entry());
    ASSERT_TRUE(plain);
    EXPECT_EQ(*plain, put_client_entry(codex, before, entry()).value());
    auto const after = drop_client_entry(codex, *written, "agenta");
    ASSERT_TRUE(after && after->has_value()) << *written;
    EXPECT_EQ(**after, before) << "--- by way of\n" << *written;
  }
}

TEST(ClientFile, IsWhereTheClientLooks) {
  struct Case {
    char const* client;
    char const* user;
    char const* project;
  };
  Variables const variables = [](std::string const& name) -> std::optional<std::string> {
    return name == "HOME" ? std::optional<std::string>{"/home/me"} : std::nullopt;
  };
  for (Case const& each : {
           Case{"claude-code", "/home/me/.claude.json", "/p/.mcp.json"},
           Case{"codex", "/home/me/.codex/config.toml", "/p/.codex/config.toml"},
           Case{"gemini", "/home/me/.gemini/settings.json", "/p/.gemini/settings.json"},
           Case{"opencode", "/home/me/.config/opencode/opencode.json", "/p/opencode.json"},
           Case{"cursor", "/home/me/.cursor/mcp.json", "/p/.cursor/mcp.json"},
           Case{"vscode", "/home/me/.config/Code/User/mcp.json", "/p/.vscode/mcp.json"},
           Case{"goose", "/home/me/.config/goose/config.yaml", ""},
           Case{"copilot", "/home/me/.copilot/mcp-config.json", ""},
       }) {
    Client const& client = *find_client(each.client);
    EXPECT_EQ(find_client_file(client, Scope::user, variables, "/p").value(), each.user);
    auto const project = find_client_file(client, Scope::project, variables, "/p");
    if (std::string_view{each.project}.empty()) {
      EXPECT_EQ(project.error().code, ErrorCode::unsupported);
    } else {
      EXPECT_EQ(project.value(), each.project);
    }
  }
}

TEST(ClientFile, IsWhereTheClientsOwnVariableSays) {
  Variables const variables = [](std::string const& name) -> std::optional<std::string> {
    if (name == "CODEX_HOME") return "/srv/codex";
    if (name == "XDG_CONFIG_HOME") return "/srv/config";
    return std::nullopt;
  };
  EXPECT_EQ(find_client_file(*find_client("codex"), Scope::user, variables, "/p").value(),
            "/srv/codex/config.toml");
  EXPECT_EQ(find_client_file(*find_client("Goose"), Scope::user, variables, "/p").value(),
            "/srv/config/goose/config.yaml");
  EXPECT_EQ(find_client_file(*find_client("cursor"), Scope::user, variables, "/p").error().code,
            ErrorCode::not_configured);
}

}  // namespace
}  // namespace agenta::cli
