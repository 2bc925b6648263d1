#include "cli/browse/model.hpp"

#include <gtest/gtest.h>

#include "tests/unit/cli/browse/fixture.hpp"

namespace agenta::cli::browse {
namespace {

using test::Session;
using test::tools;

Error failure(std::string message) {
  Error error;
  error.code = ErrorCode::daemon_unavailable;
  error.message = std::move(message);
  return error;
}

Rows one_integration() {
  Rows rows;
  rows.items = {test::integration_row("github", "GitHub", State::not_connected, "")};
  rows.total = 1;
  return rows;
}

Details about(Row row, std::string text = "text") {
  Details details;
  details.row = std::move(row);
  details.text = std::move(text);
  return details;
}

TEST(Model, BeginsWithEverythingInTheServicesOrder) {
  Session session;

  ASSERT_EQ(session.asked.size(), 1U);
  EXPECT_EQ(session.asked[0].about, Question::About::rows);
  EXPECT_EQ(session.asked[0].words, "");
  EXPECT_FALSE(session.asked[0].is_typed);
}

TEST(Model, BeginsWithTheWordsItIsGiven) {
  Session session{Size{}, "create issue"};

  EXPECT_EQ(session.asked.at(0).words, "create issue");
}

TEST(Model, AsksForWhatIsTypedInPlaceOfWhatWasAskedBefore) {
  Session session;

  session.type("is");

  ASSERT_EQ(session.asked.size(), 1U);
  EXPECT_EQ(session.asked[0].words, "is");
  EXPECT_TRUE(session.asked[0].is_typed);
  EXPECT_TRUE(session.last.forgets);
}

TEST(Model, AsksNothingForBlanksAroundTheWords) {
  Session session;

  session.type("  ");

  EXPECT_TRUE(session.last.ask.empty());
  EXPECT_EQ(session.list().typed(), "  ");
}

TEST(Model, TakesBackWholeCharactersWithTheirMarks) {
  Session session{Size{}, "caf\u00E9 e\u0301协"};

  session.press(Key::Name::backspace);
  EXPECT_EQ(session.list().typed(), "caf\u00E9 e\u0301");
  session.press(Key::Name::backspace);
  EXPECT_EQ(session.list().typed(), "caf\u00E9 ");
  session.press(Key::Name::erase_word);
  EXPECT_EQ(session.list().typed(), "");
  session.press(Key::Name::backspace);
  EXPECT_EQ(session.list().typed(), "");
}

TEST(Model, ClearsTheWordsAtOnce) {
  Session session{Size{}, "create issue"};

  session.press(Key::Name::erase_all);

  EXPECT_EQ(session.list().typed(), "");
  EXPECT_EQ(session.asked.at(0).words, "");
}

TEST(Model, LetsNobodyTypeWithoutEnd) {
  Session session;

  session.type(std::string(10'000, 'x'));

  EXPECT_LE(session.list().typed().size(), 256U);
}

TEST(Model, TakesOnlyTheAnswerToTheLatestQuestion) {
  Session session;
  Question const old = session.asked.at(0);
  session.type("x");

  Answer late;
  late.id = old.id;
  late.content = Content{tools("ABC")};
  session.note(session.model.receive(std::move(late)));
  EXPECT_EQ(session.shown(), "");
  session.answer(tools("X"));
  EXPECT_EQ(session.shown(), "X");
}

TEST(Model, ChoosesTheBestFindOfNewWords) {
  Session session;
  session.answer(tools("ABC"));

  session.type("x");
  session.answer(tools("CA"));

  EXPECT_EQ(session.chosen(), "C");
}

TEST(Model, KeepsARowThatAPersonChoseWhileItIsThere) {
  Session session;
  session.answer(tools("ABC"));
  session.press(Key::Name::down);

  session.type("x");
  session.answer(tools("CAB"));
  EXPECT_EQ(session.chosen(), "B");
  session.type("y");
  session.answer(tools("CA"));
  EXPECT_EQ(session.chosen(), "C");
}

TEST(Model, KeepsTheRowWhenTheSameIsAskedAgain) {
  Session session;
  session.answer(tools("ABC"));
  session.press(Key::Name::end);

  session.press(Key::Name::reload);
  session.answer(tools("ZABC"));
  EXPECT_EQ(session.chosen(), "C");
  session.press(Key::Name::reload);
  session.answer(tools("AB"));
  EXPECT_EQ(session.chosen(), "B");
}

TEST(Model, TurnsThroughTheScopes) {
  Session session;

  session.press(Key::Name::tab);
  EXPECT_EQ(session.asked.at(0).scope, Scope::integrations);
  session.press(Key::Name::tab);
  EXPECT_EQ(session.asked.at(0).scope, Scope::tools);
  session.press(Key::Name::back_tab);
  EXPECT_EQ(session.asked.at(0).scope, Scope::integrations);
  EXPECT_FALSE(session.asked.at(0).is_typed);
}

TEST(Model, MovesByWindowsAndStopsAtTheEnds) {
  Session session{Size{80, 10}};  // six rows
  session.answer(tools("ABCDEFGHIJKLMNOP"));

  session.press(Key::Name::up);
  EXPECT_EQ(session.chosen(), "A");
  session.press(Key::Name::page_down);
  EXPECT_EQ(session.chosen(), "G");
  EXPECT_EQ(session.list().top(), 1U);
  session.press(Key::Name::end);
  EXPECT_EQ(session.chosen(), "P");
  EXPECT_EQ(session.list().top(), 10U);
  session.press(Key::Name::down);
  EXPECT_EQ(session.chosen(), "P");
  session.press(Key::Name::page_up);
  EXPECT_EQ(session.chosen(), "J");
  session.press(Key::Name::home);
  EXPECT_EQ(session.list().top(), 0U);
}

TEST(Model, FetchesTheNextPageNearTheEndOfTheRows) {
  Session session{Size{80, 10}};
  session.answer(tools("ABCDEFGHIJKLMNOPQRST", 40, "20"));
  EXPECT_TRUE(session.asked.empty());

  session.press(Key::Name::page_down);
  session.press(Key::Name::page_down);
  session.press(Key::Name::down);
  ASSERT_EQ(session.asked.size(), 1U);
  EXPECT_EQ(session.asked[0].cursor, "20");
  EXPECT_FALSE(session.last.forgets);
  session.answer(tools("UVW", 23));

  EXPECT_EQ(session.list().rows().size(), 23U);
  EXPECT_EQ(session.chosen(), "N");
  session.press(Key::Name::end);
  EXPECT_TRUE(session.asked.empty());
}

TEST(Model, DoesNotFollowACursorInACircle) {
  Session session{Size{80, 10}};
  session.answer(tools("ABC", 40, "3"));
  ASSERT_EQ(session.asked.size(), 1U);

  session.answer(tools("DEF", 40, "3"));

  EXPECT_TRUE(session.asked.empty());
  EXPECT_FALSE(session.list().has_more());
}

TEST(Model, DoesNotFollowACursorToNothing) {
  Session session{Size{80, 10}};
  session.answer(tools("ABC", 40, "3"));

  session.answer(tools("", 40, "6"));

  EXPECT_TRUE(session.asked.empty());
}

TEST(Model, KeepsTheChosenRowInTheWindowWhenThatShrinks) {
  Session session{Size{80, 40}};
  session.answer(tools("ABCDEFGHIJKLMNOP"));
  session.press(Key::Name::end);

  session.note(session.model.resize(Size{30, 5}));  // three rows

  EXPECT_EQ(session.chosen(), "P");
  EXPECT_EQ(session.list().top(), 13U);
  session.note(session.model.resize(Size{80, 40}));
  EXPECT_EQ(session.list().top(), 0U);
}

TEST(Model, SurvivesAnySize) {
  for (Size const size : {Size{1, 1}, Size{1, 100}, Size{500, 1}, Size{0, 0}, Size{3, 3}}) {
    Session session{Size{}};
    session.answer(tools("ABC"));
    session.note(session.model.resize(size));
    session.press(Key::Name::down);
    session.press(Key::Name::page_down);

    EXPECT_EQ(session.chosen(), "C");
  }
}

TEST(Model, ShowsNothingOfOtherWordsAfterAFailure) {
  Session session;
  session.answer(tools("ABC"));
  session.type("x");

  session.refuse(failure("the daemon is gone"));

  EXPECT_EQ(session.shown(), "");
  ASSERT_TRUE(session.list().error());
  EXPECT_EQ(session.list().error()->message, "the daemon is gone");
  session.press(Key::Name::enter);  // nothing is chosen
  EXPECT_FALSE(session.list().is_awaiting());
}

TEST(Model, KeepsTheRowsWhereOnlyTheNextPageFails) {
  Session session{Size{80, 10}};
  session.answer(tools("ABC", 40, "3"));

  session.refuse(failure("the daemon is gone"));
  session.press(Key::Name::down);

  EXPECT_EQ(session.shown(), "A B C");
  EXPECT_TRUE(session.asked.empty()) << "it would ask without end";
  session.press(Key::Name::reload);
  EXPECT_EQ(session.asked.size(), 1U);
}

TEST(Model, OpensAnIntegrationWithItsGuideBeforeItsTools) {
  Session session;
  session.answer(one_integration());

  session.press(Key::Name::enter);

  ASSERT_EQ(session.asked.size(), 2U);
  EXPECT_EQ(session.asked[0].integration, "github");
  EXPECT_EQ(session.asked[0].scope, Scope::tools);
  EXPECT_EQ(session.asked[1].about, Question::About::integration);
  session.answer(about(one_integration().items[0], "how to"));
  session.answer(tools("AB"));
  EXPECT_EQ(session.shown(), "github A B");
  EXPECT_EQ(session.list().chosen()->kind, Row::Kind::guide);
  EXPECT_EQ(session.list().guide_details()->text, "how to");
}

TEST(Model, FiltersTheToolsOfAnIntegration) {
  Session session;
  session.answer(one_integration());
  session.press(Key::Name::right);
  session.answer(about(one_integration().items[0]));
  session.answer(tools("AB"));

  session.type("b");

  ASSERT_EQ(session.asked.size(), 1U);
  EXPECT_EQ(session.asked[0].integration, "github");
  EXPECT_EQ(session.asked[0].words, "b");
  session.answer(tools("B"));
  EXPECT_EQ(session.shown(), "B");
  session.press(Key::Name::left);
  EXPECT_EQ(session.shown(), "github");
  EXPECT_EQ(session.list().typed(), "");
}

TEST(Model, OpensAToolAndComesBackToTheSameRow) {
  Session session;
  session.answer(tools("ABC"));
  session.press(Key::Name::down);

  session.press(Key::Name::enter);
  ASSERT_EQ(session.asked.size(), 1U);
  EXPECT_EQ(session.asked[0].about, Question::About::tool);
  EXPECT_EQ(session.asked[0].slug, "B");
  session.answer(about(test::tool_row("B", "github", ""), "all about B"));
  EXPECT_EQ(session.page().lines(), std::vector<std::string>{"all about B"});
  session.press(Key::Name::escape);

  EXPECT_EQ(session.chosen(), "B");
  EXPECT_TRUE(session.asked.empty());
}

TEST(Model, AsksAgainForWhatItLeftUnanswered) {
  Session session;
  session.answer(tools("ABC"));
  session.press(Key::Name::reload);

  session.press(Key::Name::enter);
  EXPECT_EQ(session.asked.at(0).about, Question::About::tool);
  EXPECT_TRUE(session.last.forgets);
  session.press(Key::Name::escape);

  ASSERT_EQ(session.asked.size(), 1U);
  EXPECT_EQ(session.asked[0].about, Question::About::rows);
}

TEST(Model, OpensTheBestFindForWhoPressesEnterBeforeItIsThere) {
  Session session;
  session.answer(tools("ABC"));
  session.type("x");

  session.press(Key::Name::enter);
  EXPECT_TRUE(session.last.ask.empty()) << "A answers other words";
  session.answer(tools("XY"));

  EXPECT_EQ(session.asked.at(0).slug, "X");
}

TEST(Model, CopiesNothingThatAnsweredOtherWords) {
  Session session;
  session.answer(tools("ABC"));
  session.type("x");

  EXPECT_FALSE(session.press(Key::Name::copy).copy);
  session.answer(tools("XY"));

  EXPECT_EQ(session.last.copy, "agenta-tools execute X");
}

TEST(Model, DefersNothingBeyondTheNextKeyOrAFailure) {
  Session session;
  session.type("x");
  session.press(Key::Name::enter);
  session.type("y");
  session.answer(tools("XY"));
  EXPECT_TRUE(session.asked.empty());

  session.type("z");
  session.press(Key::Name::enter);
  session.refuse(failure("gone"));
  EXPECT_TRUE(session.asked.empty());
}

TEST(Model, ShowsWhyAToolCannotBeShown) {
  Session session;
  session.answer(tools("A"));
  session.press(Key::Name::enter);

  session.refuse(failure("no such tool"));

  EXPECT_EQ(session.page().error()->message, "no such tool");
}

TEST(Model, ScrollsAPageAndStaysInProportionWhenItIsWrappedAnew) {
  Session session{Size{80, 24}};
  session.answer(tools("A"));
  session.press(Key::Name::enter);
  std::string text;
  for (int i = 0; i < 100; ++i) text += "a line of forty columns, not one of more\n";
  session.answer(about(test::tool_row("A", "github", ""), text));

  session.press(Key::Name::page_down);
  session.type(" ");
  EXPECT_EQ(session.page().top(), 42U);
  session.note(session.model.resize(Size{20, 24}));
  EXPECT_GT(session.page().top(), 84U);
  session.press(Key::Name::end);
  EXPECT_EQ(session.page().top(), session.page().lines().size() - 21);
  session.press(Key::Name::home);
  EXPECT_EQ(session.page().top(), 0U);
}

TEST(Model, ExplainsTheKeysWhereAQuestionMarkIsNoWord) {
  Session session;
  session.answer(tools("A"));

  session.type("?");
  EXPECT_EQ(session.page().title(), "Keys");
  session.press(Key::Name::help);
  session.press(Key::Name::escape);
  EXPECT_EQ(session.shown(), "A") << "the keys were opened twice";
  session.type("a?");
  EXPECT_EQ(session.list().typed(), "a?");
}

TEST(Model, StillTakesTheAnswerWhileTheKeysAreExplained) {
  Session session;

  session.press(Key::Name::help);
  session.answer(tools("A"));
  session.press(Key::Name::escape);

  EXPECT_EQ(session.shown(), "A");
}

TEST(Model, ConnectsTheIntegrationOfTheChosenRow) {
  Session session;
  session.answer(tools("A"));

  EXPECT_EQ(session.press(Key::Name::connect).connect, (std::vector<std::string>{"connect", "github"}));
}

TEST(Model, SaysWhereThereIsNothingToConnect) {
  Session session;
  Rows rows = tools("A");
  rows.items[0].connect.clear();
  rows.items[0].connect_words.clear();
  session.answer(rows);

  EXPECT_TRUE(session.press(Key::Name::connect).connect.empty());
  EXPECT_NE(session.model.notice(), "");
  session.press(Key::Name::down);
  EXPECT_EQ(session.model.notice(), "");
}

TEST(Model, AsksAgainForEverythingOnceSomethingWasConnected) {
  Session session;
  session.answer(one_integration());
  session.press(Key::Name::enter);
  session.answer(about(one_integration().items[0]));
  session.answer(tools("AB"));

  session.note(session.model.reload());
  EXPECT_EQ(session.asked.size(), 2U) << "the tools and the guide";
  session.press(Key::Name::escape);

  ASSERT_EQ(session.asked.size(), 1U);
  EXPECT_EQ(session.asked[0].integration, "");
}

TEST(Model, CopiesTheCommandOfWhatIsLookedAt) {
  Session session;
  session.answer(tools("A"));

  EXPECT_EQ(session.press(Key::Name::copy).copy, "agenta-tools execute A");
  session.press(Key::Name::enter);
  Row known = test::tool_row("A", "github", "");
  known.use = "agenta-tools execute A owner=o";
  session.answer(about(known));
  EXPECT_EQ(session.press(Key::Name::copy).copy, "agenta-tools execute A owner=o");
}

TEST(Model, QuitsAtTheTopAndByCtrlCAnywhere) {
  Session session;
  session.answer(one_integration());

  session.press(Key::Name::left);
  EXPECT_FALSE(session.last.quit);
  session.press(Key::Name::enter);
  EXPECT_FALSE(session.press(Key::Name::escape).quit);
  EXPECT_TRUE(session.press(Key::Name::escape).quit);
  session.press(Key::Name::help);
  EXPECT_TRUE(session.press(Key::Name::quit).quit);
}

TEST(Model, CountsTheSecondsThatItWaits) {
  Session session;

  session.model.tick();
  session.model.tick();
  EXPECT_EQ(session.model.seconds_waited(), 2);
  session.answer(tools("A"));
  session.model.tick();
  EXPECT_FALSE(session.model.is_waiting());
  session.type("x");
  EXPECT_EQ(session.model.seconds_waited(), 0);
}

}  // namespace
}  // namespace agenta::cli::browse
