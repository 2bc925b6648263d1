#include "daemon/app/callback_page.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "daemon/composio/key_fingerprint.hpp"

namespace agenta::daemon {
namespace {

constexpr CallbackOutcome kAll[] = {CallbackOutcome::connected, CallbackOutcome::denied,
                                    CallbackOutcome::failed,    CallbackOutcome::unfinished,
                                    CallbackOutcome::spent,     CallbackOutcome::unknown,
                                    CallbackOutcome::refused};

std::string between(std::string const& text, std::string const& from, std::string const& to) {
  auto const begin = text.find(from);
  auto const end = text.find(to, begin);
  if (begin == std::string::npos || end == std::string::npos) return {};
  return text.substr(begin + from.size(), end - begin - from.size());
}

std::string base64_of_hex(std::string const& hex) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (char const c : hex) {
    bits = (bits << 4U) | static_cast<unsigned>(std::stoi(std::string{c}, nullptr, 16));
    count += 4;
    if (count >= 6) {
      count -= 6;
      out += kDigits[(bits >> static_cast<unsigned>(count)) & 63U];
    }
  }
  if (count > 0) out += kDigits[(bits << static_cast<unsigned>(6 - count)) & 63U];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

TEST(CallbackPage, ThePolicyNamesTheStyleThatIsThere) {
  for (CallbackOutcome const outcome : kAll) {
    auto const page = callback_page(outcome);
    auto const style = between(page.body, "<style>", "</style>");
    ASSERT_FALSE(style.empty());

    auto const policy = find_header(page.headers, "Content-Security-Policy").value();

    EXPECT_NE(policy.find("'sha256-" + base64_of_hex(sha256_hex(style)) + "'"), std::string::npos)
        << "the style's hash is " << base64_of_hex(sha256_hex(style));
  }
}

TEST(CallbackPage, NothingIsLoadedStoredOrSentOn) {
  auto const page = callback_page(CallbackOutcome::connected);

  EXPECT_TRUE(find_header(page.headers, "Content-Security-Policy")->starts_with("default-src 'none';"));
  EXPECT_EQ(find_header(page.headers, "Cache-Control"), "no-store");
  EXPECT_EQ(find_header(page.headers, "Referrer-Policy"), "no-referrer");
  EXPECT_EQ(find_header(page.headers, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(find_header(page.headers, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.body.find("<script"), std::string::npos);
  EXPECT_EQ(page.body.find("http"), std::string::npos);
  EXPECT_TRUE(page.close);
}

TEST(CallbackPage, IsAWholeDocumentWithALanguageATitleAndOneHeading) {
  for (CallbackOutcome const outcome : kAll) {
    auto const body = callback_page(outcome).body;
    EXPECT_TRUE(body.starts_with("<!doctype html>\n<html lang=\"en\">"));
    EXPECT_FALSE(between(body, "<title>", "</title>").empty());
    EXPECT_FALSE(between(body, "<h1>", "</h1>").empty());
    EXPECT_EQ(body.find("<h1>"), body.rfind("<h1>"));
    EXPECT_NE(body.find("<main>"), std::string::npos);
  }
}

TEST(CallbackPage, EachOutcomeSaysSomethingElse) {
  std::set<std::string> texts;
  for (CallbackOutcome const outcome : kAll) texts.insert(callback_page(outcome).body);

  EXPECT_EQ(texts.size(), std::size(kAll));
}

TEST(CallbackPage, AReplayIsGoneAndAStrangersVisitIsRefused) {
  EXPECT_EQ(callback_page(CallbackOutcome::connected).status, 200U);
  EXPECT_EQ(callback_page(CallbackOutcome::denied).status, 200U);
  EXPECT_EQ(callback_page(CallbackOutcome::spent).status, 410U);
  EXPECT_EQ(callback_page(CallbackOutcome::unknown).status, 404U);
  EXPECT_EQ(callback_page(CallbackOutcome::refused).status, 403U);
}

}  // namespace
}  // namespace agenta::daemon
