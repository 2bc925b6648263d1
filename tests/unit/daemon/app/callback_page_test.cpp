#include "daemon/app/callback_page.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "daemon/composio/key_fingerprint.hpp"

namespace agenta::daemon {
namespace {

constexpr CallbackOutcome kAll[] = {
    CallbackOutcome::connected,  CallbackOutcome::denied,  CallbackOutcome::failed,
    CallbackOutcome::unfinished, CallbackOutcome::expired, CallbackOutcome::over,
    CallbackOutcome::spent,      CallbackOutcome::unknown, CallbackOutcome::refused};

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
  EXPECT_NE(page.body.find("<link rel=\"icon\" href=\"data:,\">"), std::string::npos)
      << "else the browser asks for one";
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

CallbackSubject subject(std::string integration, std::string slug = "work") {
  CallbackSubject subject;
  subject.integration = std::move(integration);
  subject.slug = std::move(slug);
  return subject;
}
std::string heading(CallbackOutcome outcome, std::string integration) {
  return between(callback_page(outcome, subject(std::move(integration))).body, "<h1>", "</h1>");
}

TEST(CallbackPage, NamesWhatItIsAbout) {
  EXPECT_EQ(heading(CallbackOutcome::connected, "GitHub"), "<bdi>GitHub</bdi> is connected as work");
  EXPECT_EQ(heading(CallbackOutcome::denied, "GitHub"), "<bdi>GitHub</bdi> is not connected");
  EXPECT_EQ(heading(CallbackOutcome::connected, ""), "Connected");
  EXPECT_EQ(heading(CallbackOutcome::spent, "GitHub"), "Already used");
}

TEST(CallbackPage, TextOfAServiceIsTextAndNothingElse) {
  auto const shown = [](std::string name) {
    return between(heading(CallbackOutcome::connected, std::move(name)), "<bdi>", "</bdi>");
  };

  EXPECT_EQ(shown("<script>alert('&\"')</script>"),
            "&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;");
  EXPECT_EQ(shown("a\u202Eb\x1b[0mc\u200B"), "a\uFFFDb\uFFFD[0mc\uFFFD");
  EXPECT_EQ(shown("\xff\xc0\xaf x \xe2\x82"), "\uFFFD\uFFFD\uFFFD x \uFFFD\uFFFD") << "not UTF-8";
  EXPECT_EQ(shown("Grüße 日本 🙂"), "Grüße 日本 🙂");
  EXPECT_EQ(shown(std::string(1000, 'x')), std::string(60, 'x') + "…");
}

TEST(CallbackPage, EverythingThatEndsALoginSaysThatTheWindowCanBeClosed) {
  for (CallbackOutcome const outcome : kAll) {
    if (outcome == CallbackOutcome::refused) continue;
    EXPECT_NE(callback_page(outcome).body.find("close this window"), std::string::npos);
  }
}

}  // namespace
}  // namespace agenta::daemon
