#include "shared/protocol/json_scanner.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "shared/protocol/json_pointer_scan.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::protocol {
namespace {

constexpr std::array<std::string_view, 16> kDocuments{
    R"({"data":{"items":[1,-2.5e+3,0,"a\u00e9\"\\b",true,false,null]},"error":null,"successful":true})",
    R"([])",
    R"({})",
    R"( [ [ ] , { } , [ { "a" : [ ] } ] ] )",
    R"("just text")",
    R"(0)",
    R"(-12.75E-3)",
    R"(true)",
    R"( null )",
    R"({"a":1,"a":{"b":[1,2]},"a":{"b":[3]}})",
    "{\"h\u00e4 \u20ac \U0001F600\":\"\u00e4\U0001F600\"}",
    R"({"\u0061\/":{"~":{"":[[[7]]]}},"a/":1})",
    R"(["\ud83d\ude00","\ud83d","\ude00\ud83d"])",
    R"([0.5,10e3,1E5,-0])",
    R"({"a":{"b":1},"a":{}})",
    R"([[0,1],[2,[3,4]],{"0":[5]}])",
};

/// Rebuilds the document's scalars and outline, so that what is told can be compared.
class Outline final : public JsonHandler {
 public:
  explicit Outline(std::string_view document) : document_(document) {}
  void begin(JsonKind kind, std::int64_t offset) override {
    begun_.push_back(offset);
    is_scalar_.push_back(kind != JsonKind::object && kind != JsonKind::array);
    scalar_.clear();
  }
  void text(std::string_view raw) override { scalar_.append(raw); }
  void end(std::int64_t offset) override {
    auto const whole = document_.substr(static_cast<std::size_t>(begun_.back()),
                                        static_cast<std::size_t>(offset - begun_.back()));
    EXPECT_TRUE(is_json(whole)) << whole;
    if (is_scalar_.back()) {
      EXPECT_EQ(scalar_, whole);
    }
    seen.emplace_back(whole);
    begun_.pop_back();
    is_scalar_.pop_back();
  }
  void name(std::string_view raw) override { seen.push_back("name " + std::string{raw}); }
  std::vector<std::string> seen{};

 private:
  std::string_view document_;
  std::vector<std::int64_t> begun_{};
  std::vector<bool> is_scalar_{};
  std::string scalar_{};
};

bool accepts(std::string_view document, std::size_t piece) {
  JsonPointerScan handler{""};
  JsonScanner scanner{handler};
  for (std::size_t at = 0; at < document.size(); at += piece) {
    if (!scanner.feed(document.substr(at, piece))) return false;
  }
  return scanner.finish();
}

TEST(JsonScanner, TellsTheSameWhereverADocumentIsCut) {
  for (auto const document : kDocuments) {
    Outline whole{document};
    JsonScanner scanner{whole};
    ASSERT_TRUE(scanner.feed(document)) << document;
    ASSERT_TRUE(scanner.finish()) << document;
    for (std::size_t cut = 0; cut <= document.size(); ++cut) {
      for (std::size_t second = cut; second <= document.size(); ++second) {
        Outline parts{document};
        JsonScanner again{parts};
        ASSERT_TRUE(again.feed(document.substr(0, cut)));
        ASSERT_TRUE(again.feed(document.substr(cut, second - cut)));
        ASSERT_TRUE(again.feed(document.substr(second)));
        ASSERT_TRUE(again.finish());
        ASSERT_EQ(parts.seen, whole.seen) << document << " cut at " << cut << " and " << second;
      }
    }
  }
}

TEST(JsonScanner, KnowsEveryPrefixOfADocumentForNoneOfItsOwn) {
  for (auto const document : kDocuments) {
    for (std::size_t length = 0; length < document.size(); ++length) {
      auto const prefix = document.substr(0, length);
      EXPECT_EQ(accepts(prefix, 3), is_json(prefix)) << prefix;
    }
  }
}

TEST(JsonScanner, AcceptsWhatIsJsonAccepts) {
  std::mt19937 random{7};
  constexpr std::string_view kBytes = "{}[]\",:\\u0019aeE+-. tfn/\x80\xC3\xA9\xE2\x82\xAC\xED\xF0\x9F\x01";
  auto const below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>{0, n - 1}(random);
  };
  int valid = 0;
  for (int round = 0; round < 40'000; ++round) {
    std::string document{kDocuments[below(kDocuments.size())]};
    for (std::size_t edits = below(3) + 1; edits > 0; --edits) {
      std::size_t const at = below(document.size() + 1);
      switch (below(3)) {
        case 0: document.insert(at, 1, kBytes[below(kBytes.size())]); break;
        case 1: document.erase(at, 1); break;
        default:
          if (at < document.size()) document[at] = kBytes[below(kBytes.size())];
      }
      if (document.empty()) document = "1";
    }
    bool const expected = is_json(document);
    valid += expected ? 1 : 0;
    ASSERT_EQ(accepts(document, below(7) + 1), expected) << document;
  }
  EXPECT_GT(valid, 1000);  // else only refusals were compared
}

TEST(JsonScanner, NestsAsDeepAsIsJson) {
  for (std::size_t const depth : {1U, 511U, 512U, 513U}) {
    std::string const document = std::string(depth, '[') + std::string(depth, ']');
    EXPECT_EQ(accepts(document, 10), is_json(document)) << depth;
  }
  EXPECT_TRUE(accepts(std::string(512, '[') + std::string(512, ']'), 10));
}

TEST(JsonScanner, HoldsNoNameThatIsTooLong) {
  std::string const document = "{\"" + std::string(200'000, 'n') + "\":1,\"b\":2}";
  Outline outline{document};
  JsonScanner scanner{outline};
  for (std::size_t at = 0; at < document.size(); at += 1000) {
    ASSERT_TRUE(scanner.feed(std::string_view{document}.substr(at, 1000)));
  }
  ASSERT_TRUE(scanner.finish());
  ASSERT_EQ(outline.seen.size(), 5U);
  EXPECT_EQ(outline.seen[0], "name ");
  EXPECT_EQ(outline.seen[2], "name \"b\"");
}

TEST(JsonPointerScan, FindsWhatFindPointerFinds) {
  constexpr std::array<std::string_view, 21> kPointers{
      "",      "/",      "/data",  "/data/items/3", "/data/items/07", "/data/items/-", "/a",
      "/a/b",  "/a/b/0", "/a/b/1", "/a~1/~0/",      "/a~1/~0//0/0/0", "/1/1/0",        "/2/0/0",
      "items", "/0",     "/0/0/0", "/2/a",          "/error",         "/successful/x", "/data/items/1"};
  for (auto const document : kDocuments) {
    for (auto const pointer : kPointers) {
      auto const expected = find_pointer(document, pointer);
      for (std::size_t piece = 1; piece < 9; ++piece) {
        JsonPointerScan scan{pointer};
        JsonScanner scanner{scan};
        for (std::size_t at = 0; at < document.size(); at += piece) scanner.feed(document.substr(at, piece));
        ASSERT_TRUE(scanner.finish());
        ASSERT_EQ(scan.found().has_value(), expected.has_value()) << document << " " << pointer;
        if (!expected) continue;
        auto const found = *scan.found();
        EXPECT_EQ(
            document.substr(static_cast<std::size_t>(found.offset), static_cast<std::size_t>(found.size)),
            *expected);
      }
    }
  }
}

}  // namespace
}  // namespace agenta::protocol
