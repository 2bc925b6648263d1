#include "cli/browse/view.hpp"

#include <gtest/gtest.h>

#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/width.hpp"
#include "tests/support/golden.hpp"
#include "tests/unit/cli/browse/fixture.hpp"

namespace agenta::cli::browse {
namespace {

using test::Session;

constexpr std::array kSizes{Size{80, 24}, Size{40, 10}, Size{200, 60}};

std::string name_of(std::string const& what, Size size) {
  return "browse/" + what + "_" + std::to_string(size.width) + "x" + std::to_string(size.height) + ".txt";
}

Rows integrations() {
  Rows rows;
  rows.items = {
      test::integration_row(
          "github", "GitHub", State::connected,
          "A platform for version control and collaboration: repositories, issues, pull requests, actions."),
      test::integration_row("gmail", "Gmail", State::expired, "Google's email service."),
      test::integration_row("hackernews", "Hacker News", State::not_needed,
                            "News, and what is said about it."),
      test::integration_row("feishu", "飞书", State::not_connected,
                            "协作与管理平台，提供即时沟通、日历、音视频会议、云文档等功能"),
      test::integration_row("cafe", "Cafe\u0301", State::pending, "Cafe\u0301 menus \U0001F355 and tables"),
      test::integration_row("evil", "\x1b]0;title\x07", State::failed, "\u202egnp.exe \x1b[2J\nsecond line"),
  };
  rows.items.back().connect.clear();
  rows.total = 857;
  rows.next_cursor = "6";
  return rows;
}

Details about_github() {
  Details details;
  details.row = test::integration_row("github", "GitHub", State::connected, "A platform.");
  details.text =
      "GitHub (github)\n  about  A platform for version control and collaboration.\n\nWays to connect\n"
      "  OAUTH2  (Composio's own app: nothing to set up)\n  API_KEY\n    token  required, secret  A personal "
      "access token, as "
      "made under Settings, Developer settings, Personal access tokens\n";
  return details;
}

Details about_issue() {
  Details details;
  details.row = test::tool_row("GITHUB_CREATE_AN_ISSUE", "github", "Opens an issue.");
  details.row.use = "agenta-tools execute GITHUB_CREATE_AN_ISSUE owner=… repo=… title=…";
  details.text = "GITHUB_CREATE_AN_ISSUE\n  name   Create an issue\n\nArguments\n";
  for (int i = 1; i <= 40; ++i) {
    details.text += "  argument_" + std::to_string(i) + "  string" + (i < 4 ? "  required" : "") +
                    "\n      What the argument is for, in a sentence that is too long for a narrow window.\n";
  }
  return details;
}

TEST(View, OfTheCatalogueIsGolden) {
  for (Size const size : kSizes) {
    Session session{size};
    session.answer(integrations());
    session.press(Key::Name::down);

    EXPECT_TRUE(agenta::test::matches_golden(name_of("integrations", size), draw(session.model).text()));
  }
}

TEST(View, OfASearchIsGolden) {
  for (Size const size : kSizes) {
    Session session{size, "open a ticket"};
    Rows rows;
    rows.items = {test::tool_row("GITHUB_CREATE_AN_ISSUE", "github",
                                 "Opens an issue in a repository, where issues are enabled."),
                  test::tool_row("JIRA_CREATE_ISSUE", "jira", "Creates an issue."),
                  test::integration_row("zendesk", "Zendesk", State::not_connected, "Tickets.")};
    rows.items[0].state = State::connected;
    rows.total = 412;
    rows.remark = "The catalogue is still being fetched: not every tool was looked at.";
    session.answer(rows);

    EXPECT_TRUE(agenta::test::matches_golden(name_of("search", size), draw(session.model).text()));
  }
}

TEST(View, OfAnIntegrationIsGolden) {
  for (Size const size : kSizes) {
    Session session{size};
    session.answer(integrations());
    session.press(Key::Name::enter);
    session.answer(about_github());
    session.answer(test::tools("ABC", 3));

    EXPECT_TRUE(agenta::test::matches_golden(name_of("integration", size), draw(session.model).text()));
  }
}

TEST(View, OfAToolIsGolden) {
  for (Size const size : kSizes) {
    Session session{size, "issue"};
    session.answer(test::tools("A"));
    session.press(Key::Name::enter);
    session.answer(about_issue());
    session.press(Key::Name::page_down);

    EXPECT_TRUE(agenta::test::matches_golden(name_of("tool", size), draw(session.model).text()));
  }
}

TEST(View, OfTheKeysIsGolden) {
  for (Size const size : kSizes) {
    Session session{size};
    session.type("?");

    EXPECT_TRUE(agenta::test::matches_golden(name_of("keys", size), draw(session.model).text()));
  }
}

TEST(View, OfAFailureIsGolden) {
  for (Size const size : kSizes) {
    Session session{size};
    Error error;
    error.code = ErrorCode::not_configured;
    error.message = "there is no Composio API key here: neither in the environment nor saved";
    error.next_step = {"agenta-tools", "login"};
    session.refuse(error);

    EXPECT_TRUE(agenta::test::matches_golden(name_of("failure", size), draw(session.model).text()));
  }
}

/// Whether every piece is on the screen, after the one before it, and nothing that a terminal would obey.
void expect_well_drawn(Canvas const& canvas) {
  for (int y = 0; y < canvas.size().height; ++y) {
    int end = 0;
    for (Canvas::Piece const& piece : canvas.line(y)) {
      EXPECT_GE(piece.x, end) << canvas.text();
      end = piece.x + display_width(piece.text);
      EXPECT_LE(end, canvas.size().width) << canvas.text();
      EXPECT_EQ(piece.text, visible(piece.text));
    }
  }
  if (auto const cursor = canvas.cursor()) {
    EXPECT_LT(cursor->x, canvas.size().width);
    EXPECT_LT(cursor->y, canvas.size().height);
  }
}

TEST(View, StaysOnTheScreenWhateverItsSize) {
  for (int width = 1; width < 130; width += 7) {
    for (int height = 1; height < 30; height += 3) {
      Session session{Size{width, height}, "协作 with \x1b[2J words that are longer than the line is wide"};
      expect_well_drawn(draw(session.model));
      session.answer(integrations());
      expect_well_drawn(draw(session.model));
      session.press(Key::Name::enter);
      session.answer(about_github());
      session.answer(test::tools("ABC", 3));
      expect_well_drawn(draw(session.model));
      session.press(Key::Name::enter);
      session.answer(about_issue());
      expect_well_drawn(draw(session.model));
    }
  }
}

TEST(View, AlignsColumnsBehindWideAndCombiningCharacters) {
  Session session{Size{80, 24}};
  Rows rows = integrations();
  for (Row& row : rows.items) row.slug = row.name;
  session.answer(rows);

  Canvas const canvas = draw(session.model);

  for (int y = 3; y < 8; ++y) EXPECT_EQ(canvas.line(y)[2].x, canvas.line(2)[2].x) << canvas.text();
}

TEST(View, MarksTheChosenRowByMoreThanItsLook) {
  Session session{Size{80, 24}};
  session.answer(integrations());
  session.press(Key::Name::down);

  Canvas const canvas = draw(session.model);

  EXPECT_EQ(canvas.line(3)[0].text, "> ");
  for (Canvas::Piece const& piece : canvas.line(3)) EXPECT_EQ(piece.look, Look::chosen);
}

TEST(View, HasTheCursorBehindWhatIsTyped) {
  Session session{Size{80, 24}, "协作"};

  EXPECT_EQ(draw(session.model).cursor(), (Canvas::Spot{12, 0}));
}

TEST(View, SaysThatItWaitsOnlyAfterASecond) {
  Session session{Size{80, 24}};
  EXPECT_EQ(draw(session.model).text().find("Waiting"), std::string::npos);

  session.model.tick();

  EXPECT_NE(draw(session.model).text().find("Waiting for an answer, 1 s"), std::string::npos);
}

TEST(View, SaysWhereASearchFoundMoreThanItShows) {
  Session session{Size{80, 24}, "x"};

  session.answer(test::tools("ABC", 412));

  EXPECT_NE(draw(session.model).text().find("The best 3 of 412: more words find fewer."), std::string::npos);
}

TEST(View, SaysThatNothingWasFound) {
  Session session{Size{80, 24}, "x"};

  session.answer(test::tools(""));

  EXPECT_NE(draw(session.model).text().find("Nothing matches."), std::string::npos);
}

}  // namespace
}  // namespace agenta::cli::browse
