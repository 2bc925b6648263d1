#include <gtest/gtest.h>

#include <random>

#include "cli/clients/client_table.hpp"

// Files as nobody would write them: whatever can be read comes back as it was, and what cannot is refused.
namespace agenta::cli {
namespace {

/// Texts of one format, from a seed.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  std::string json(std::string const& container) {
    std::string text = pick({"", "", "\xEF\xBB\xBF", "// head\n", "\n"});
    text += object(container, 0, "");
    return text + pick({"", "\n", "\n\n", " // tail\n", "\r\n", " /* tail */"});
  }

  std::string toml() {
    std::string text = pick({"", "", "\xEF\xBB\xBF"});
    std::string const end = pick({"\n", "\r\n"});
    for (int i = number(6); i > 0; --i) text += toml_line(false) + end;
    int const tables = number(4);
    for (int i = 0; i < tables; ++i) {
      text += pick({"", end, end + "# c" + end});
      text +=
          pick({"[t" + std::to_string(i) + "]", "[[list]] # many", "[mcp_servers.s" + std::to_string(i) + "]",
                " [ \"q r\" . 'x" + std::to_string(i) + "' ]"}) +
          end;
      for (int j = number(4); j > 0; --j) text += toml_line(true) + end;
    }
    if (number(3) == 0 && text.ends_with(end)) text.resize(text.size() - end.size());
    return text;
  }

  std::string yaml() {
    std::string const end = pick({"\n", "\r\n"});
    std::string text = pick({"", "", "---" + end, "# head" + end, end});
    bool has_extensions = false;
    for (int i = number(5); i > 0; --i) {
      if (!has_extensions && number(3) == 0) {
        has_extensions = true;
        text += yaml_extensions(end);
      } else {
        text += pick({"k" + std::to_string(i) + ": v", "\"q k" + std::to_string(i) + "\": 'a: b # c'",
                      "b" + std::to_string(i) + ": |" + end + "  extensions:" + end + end + "    x: [",
                      "l" + std::to_string(i) + ":" + end + "- a" + end + "- b: 1",
                      "f" + std::to_string(i) + ": {a: [1, 'x}']} # c", "# only words",
                      "n" + std::to_string(i) + ":"}) +
                end + pick({"", "", end, "# c" + end});
      }
    }
    if (number(3) == 0 && text.ends_with(end)) text.resize(text.size() - end.size());
    return text;
  }

  /// The text with some bytes changed, lost or doubled.
  std::string spoilt(std::string text) {
    for (int i = 1 + number(3); i > 0 && !text.empty(); --i) {
      std::size_t const at = static_cast<std::size_t>(number(static_cast<int>(text.size())));
      switch (number(3)) {
        case 0: text[at] = pick({"{", "}", "\"", ",", "\n", ":", "[", "#", "=", " ", "\t", "'"})[0]; break;
        case 1: text.erase(at, 1 + static_cast<std::size_t>(number(4))); break;
        default: text.insert(at, text.substr(at, 1 + static_cast<std::size_t>(number(6)))); break;
      }
    }
    return text;
  }

 private:
  int number(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  std::string pick(std::vector<std::string> const& from) {
    return from[static_cast<std::size_t>(number(static_cast<int>(from.size())))];
  }
  std::string blank() { return pick({"", "", " ", "\n", "\r\n", "\t", " /* b */ ", " // l\n"}); }

  std::string value(int depth) {
    if (depth < 3 && number(4) == 0) return object("", depth, "");
    if (depth < 3 && number(5) == 0)
      return "[" + blank() + value(depth + 1) + blank() + pick({"", ","}) + "]";
    return pick({"1", "-2.5e3", "true", "null", "\"\"", "\"a\\\"b\"", "\"// {\"", "\"\\u00e4\""});
  }

  std::string object(std::string const& container, int depth, std::string const&) {
    std::string text = "{" + blank();
    int const count = number(4);
    int const ours = container.empty() ? -1 : number(count + 1);
    for (int i = 0; i < count; ++i) {
      bool const is_ours = i == ours;
      std::string const name = is_ours ? container : "k" + std::to_string(i);
      text += "\"" + name + "\"" + blank() + ":" + blank() +
              (is_ours ? object("", 1, "") : value(depth + 1)) + blank();
      if (i + 1 < count || number(4) == 0) text += "," + blank();
    }
    return text + "}";
  }

  std::string toml_line(bool in_table) {
    std::string const key = (in_table ? "a" : "r") + std::to_string(serial_++);
    return pick({"", "\t"}) + key + pick({"=", " = "}) +
           pick({"1", "\"x # y\"", "'[z]'", "true", "[1, 2,]", "[\n  \"a\", # b\n  'c'\n]",
                 "{ a = 1, b.c = \"}\" }", "\"\"\"\n[mcp_servers.agenta]\n\"\"\"", "2026-01-01T00:00:00Z",
                 "'''a''b'''"}) +
           pick({"", " # c", "\t"});
  }

  std::string yaml_extensions(std::string const& end) {
    std::string const step = pick({"  ", "    "});
    return pick({"extensions:" + end, "extensions: # c" + end, "extensions: {}" + end,
                 "extensions:" + end + step + "one:" + end + step + step + "cmd: x" + end + step + step +
                     "args:" + end + step + step + "- y" + end + pick({"", step + "# c" + end, end}) + step +
                     "two: {a: b}" + end,
                 "extensions:" + end + end + step + "# c" + end + step + "one:" + end + step + step +
                     "cmd: x" + end});
  }

  std::mt19937 random_;
  int serial_ = 0;
};

std::string text_for(Client const& client, Writer& writer) {
  if (client.form == Client::Form::toml) return writer.toml();
  if (client.form == Client::Form::yaml) return writer.yaml();
  return writer.json(std::string{client.container});
}

ServerEntry entry() {
  ServerEntry made;
  made.command = "/opt/agenta-tools";
  made.args = {"mcp", "--meta"};
  made.approved = {"GITHUB_GET_A_REPOSITORY"};
  return made;
}

void check_round(Client const& client, std::string const& before) {
  auto const written = put_client_entry(client, before, entry());
  ASSERT_TRUE(written) << written.error().message << "\n" << before;
  auto const again = put_client_entry(client, *written, entry());
  ASSERT_TRUE(again) << again.error().message << "\n--- of\n" << before << "\n--- became\n" << *written;
  EXPECT_EQ(*again, *written) << before;
  auto const after = drop_client_entry(client, *written, "agenta");
  ASSERT_TRUE(after) << after.error().message << "\n" << *written;
  ASSERT_TRUE(after->has_value()) << before;
  EXPECT_EQ(**after, before) << "--- by way of\n" << *written;
}

class RandomFiles : public ::testing::TestWithParam<std::string> {};

TEST_P(RandomFiles, ComeBackAsTheyWere) {
  Client const& client = *find_client(GetParam());
  for (unsigned seed = 0; seed < 1000 && !HasFailure(); ++seed) {
    Writer writer{seed};
    SCOPED_TRACE(seed);
    check_round(client, text_for(client, writer));
  }
}

TEST_P(RandomFiles, AreRefusedOrReadAndNeverHalfBoth) {
  Client const& client = *find_client(GetParam());
  for (unsigned seed = 0; seed < 3000 && !HasFailure(); ++seed) {
    Writer writer{seed};
    std::string const text = writer.spoilt(text_for(client, writer));
    auto const written = put_client_entry(client, text, entry());
    if (!written) {
      EXPECT_EQ(written.error().code, ErrorCode::usage);
      continue;
    }
    // What was written can be read, and says what it should.
    auto const again = put_client_entry(client, *written, entry());
    ASSERT_TRUE(again) << seed << ": " << again.error().message << "\n--- of\n"
                       << text << "\n--- became\n"
                       << *written;
    EXPECT_EQ(*again, *written) << seed << "\n" << text;
    EXPECT_TRUE(drop_client_entry(client, *written, "agenta")) << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Clients, RandomFiles, ::testing::Values("cursor", "opencode", "codex", "goose"));

}  // namespace
}  // namespace agenta::cli
