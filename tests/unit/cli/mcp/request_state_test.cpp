#include "cli/mcp/request_state.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace agenta::mcp {
namespace {

using std::chrono::seconds;

SteadyTime const kNow{std::chrono::hours{1}};

TEST(StateSeal, OpensWhatItSealedForTheSameCall) {
  StateSeal const seal{seconds{60}};

  std::string const state = seal.seal("T", R"({"a":1,"b":2})", "note:1", kNow);

  EXPECT_EQ(seal.open(state, "T", R"({ "b": 2, "a": 1 })", kNow + seconds{59}), "note:1");
}

TEST(StateSeal, RefusesAnotherCallAnotherProcessAndOldAge) {
  StateSeal const seal{seconds{60}};
  StateSeal const another{seconds{60}};
  std::string const state = seal.seal("T", R"({"a":1})", "note", kNow);

  EXPECT_FALSE(seal.open(state, "U", R"({"a":1})", kNow));
  EXPECT_FALSE(seal.open(state, "T", R"({"a":2})", kNow));
  EXPECT_FALSE(another.open(state, "T", R"({"a":1})", kNow));
  EXPECT_FALSE(seal.open(state, "T", R"({"a":1})", kNow + seconds{61}));
}

TEST(StateSeal, RefusesEveryChangedByte) {
  StateSeal const seal{seconds{60}};
  std::string const state = seal.seal("T", "{}", "note", kNow);

  for (std::size_t i = 0; i < state.size(); ++i) {
    std::string changed = state;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    auto const opened = seal.open(changed, "T", "{}", kNow);
    EXPECT_TRUE(!opened || *opened == "note") << i;  // padding bits of base64 carry nothing
    if (i > state.find('.')) {
      EXPECT_FALSE(opened) << i;
    }
  }
  for (std::string const& text :
       std::vector<std::string>{"", ".", "a.b", "....", "MTp4.", std::string(5000, 'a')})
    EXPECT_FALSE(seal.open(text, "T", "{}", kNow)) << text;
}

}  // namespace
}  // namespace agenta::mcp
