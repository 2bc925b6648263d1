#include "cli/command/result_shape.hpp"

#include <gtest/gtest.h>

#include "cli/command/result_excerpt.hpp"
#include "cli/command/result_intake.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

template <class Handler>
void scan(Handler& handler, std::string_view document, std::size_t piece = 5) {
  protocol::JsonScanner scanner{handler};
  for (std::size_t at = 0; at < document.size(); at += piece) {
    ASSERT_TRUE(scanner.feed(document.substr(at, piece)));
  }
  ASSERT_TRUE(scanner.finish());
}

std::string shape_of(std::string_view document) {
  ResultShape shape;
  scan(shape, document);
  return shape.json();
}

std::string excerpt_of(std::string_view document, std::size_t budget = 4096) {
  ResultExcerpt excerpt{budget};
  scan(excerpt, document);
  return excerpt.json();
}

TEST(ResultShape, TellsTheTypesOfScalars) {
  EXPECT_EQ(shape_of("1.5"), "\"number\"");
  EXPECT_EQ(shape_of("null"), "\"null\"");
  EXPECT_EQ(shape_of("true"), "\"boolean\"");
}

TEST(ResultShape, TellsTheElementsOfAnArrayAsOne) {
  EXPECT_EQ(shape_of(R"({"items":[{"id":1,"tags":["a"]},{"id":"x","tags":[],"more":null},null],"total":3})"),
            R"({"type":"object","members":{"items":{"type":"array","length":3,"items":)"
            R"({"type":"object|null","members":{"id":"string|number",)"
            R"("tags":{"type":"array","length":"0-1","items":"string"},"more":"null"}}},"total":"number"}})");
  EXPECT_EQ(shape_of("[]"), R"({"type":"array","length":0})");
}

TEST(ResultShape, IsBoundedHoweverVariousTheDocument) {
  std::string document = "{";
  for (int i = 0; i < 5000; ++i) {
    document += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":[{\"a" + std::to_string(i) +
                "\":" + std::string(20, '[') + std::string(20, ']') + "}]";
  }
  document += ",\"" + std::string(100'000, 'n') + "\":1}";

  std::string const shape = shape_of(document);

  EXPECT_LT(shape.size(), 20'000U);
  EXPECT_TRUE(protocol::is_json(shape));
  EXPECT_NE(shape.find("\"more_members\":true"), std::string::npos);
}

TEST(ResultShape, OutlinesForAPerson) {
  ResultShape shape;
  scan(shape, R"({"items":[{"id":1}],"n":2})");
  EXPECT_EQ(shape.outline(),
            "object\n  items: array of 1\n    each: object\n      id: number\n  n: number\n");
}

TEST(ResultExcerpt, ShowsTheFirstElementsAndTheBeginningsOfTexts) {
  EXPECT_EQ(excerpt_of(R"({"a":[1,2,3,4,5],"b":"x\n","c":{},"d":[[],[]]})"),
            R"({"a":[1,2,3],"b":"x\n","c":{},"d":[[],[]]})");
  std::string const cut =
      excerpt_of("\"" + std::string(157, 'x') + "\\u00e9\xC3\xA9" + std::string(500, 'y') + "\"");
  EXPECT_TRUE(protocol::is_json(cut)) << cut;
  EXPECT_TRUE(cut.starts_with("\"" + std::string(157, 'x') + "…")) << cut;
  EXPECT_TRUE(protocol::is_json(excerpt_of(std::string(30, '[') + "1" + std::string(30, ']'))));
}

TEST(ResultExcerpt, KeepsItsBudgetAndStaysADocument) {
  std::string const document =
      R"({"first":{"list":[{"a":"some text","b":[1,2,{"c":null}]},true,-1.5e7],"x":"y"},"second":["\u00e9"]})";
  for (std::size_t budget = 0; budget < document.size() + 10; ++budget) {
    for (std::size_t piece = 1; piece < 8; ++piece) {
      ResultExcerpt excerpt{budget};
      scan(excerpt, document, piece);
      EXPECT_TRUE(protocol::is_json(excerpt.json())) << excerpt.json();
      EXPECT_LE(excerpt.json().size(), std::max<std::size_t>(budget, 4)) << excerpt.json();
    }
  }
  EXPECT_EQ(excerpt_of(document, 1000), document);
}

TEST(ResultIntake, HoldsASmallResult) {
  ResultIntake intake{[](std::string_view) { return false; }};
  EXPECT_TRUE(intake.take("{\"a\":"));
  EXPECT_TRUE(intake.take("1}"));
  EXPECT_FALSE(intake.is_large());
  EXPECT_EQ(intake.take_held(), "{\"a\":1}");
}

TEST(ResultIntake, GoesOnWhereItBrokeOff) {
  std::string whole;
  for (int i = 0; whole.size() < (std::size_t{5} << 20); ++i) whole += std::to_string(i) + ",";
  for (std::size_t const broken : {std::size_t{100}, std::size_t{2} << 20, std::size_t{3'000'001}}) {
    std::string got;
    ResultIntake intake{[&](std::string_view bytes) {
      got.append(bytes);
      return true;
    }};
    for (std::size_t at = 0; at < broken; at += 1000) {
      EXPECT_TRUE(intake.take(std::string_view{whole}.substr(at, std::min<std::size_t>(1000, broken - at))));
    }
    intake.begin_again();
    for (std::size_t at = 0; at < whole.size(); at += 65536) {
      EXPECT_TRUE(intake.take(std::string_view{whole}.substr(at, 65536)));
    }
    EXPECT_TRUE(intake.is_large());
    EXPECT_TRUE(got == whole) << "broken at " << broken;
    EXPECT_EQ(intake.size(), static_cast<std::int64_t>(whole.size()));
  }
}

TEST(ResultIntake, EndsWhereNobodyTakesIt) {
  ResultIntake intake{[](std::string_view) { return false; }};
  std::string const piece(1 << 20, 'x');
  EXPECT_TRUE(intake.take(piece));
  EXPECT_TRUE(intake.take(piece));
  EXPECT_FALSE(intake.take(piece));
  EXPECT_TRUE(intake.is_refused());
}

}  // namespace
}  // namespace agenta::cli
