#include "daemon/api/router.hpp"

#include <gtest/gtest.h>

#include "daemon/api/routes.hpp"

namespace agenta::daemon::api {
namespace {

Route route(std::string_view method, std::string_view path) {
  return {method, path, Permission::view_tools, Work::local,
          [path](Call const&) -> Result<ServiceReply> { return json_reply(std::string{path}); }};
}

struct RouterTest : testing::Test {
  Router router{{route("GET", "/api/tools/connections"), route("POST", "/api/tools/connections"),
                 route("GET", "/api/tools/connections/{id}"),
                 route("GET", "/api/tools/integrations/{slug}/tools/{tool}")}};

  Error refusal(std::string_view method, std::string_view target) const {
    auto const found = router.find(method, target);
    if (!found) return found.error();
    ADD_FAILURE() << method << " " << target << " has a route";
    return Error{};
  }
};

TEST_F(RouterTest, FindsTheRouteOfAPathAndMethod) {
  auto const found = router.find("POST", "/api/tools/connections");

  ASSERT_TRUE(found);
  EXPECT_EQ(found->route->method, "POST");
  EXPECT_TRUE(found->parameters.empty());
  EXPECT_TRUE(found->query.empty());
}

TEST_F(RouterTest, ReadsTheParametersOfThePath) {
  auto const found = router.find("GET", "/api/tools/integrations/github/tools/GITHUB_X");

  ASSERT_TRUE(found);
  EXPECT_EQ(found->parameters.at("slug"), "github");
  EXPECT_EQ(found->parameters.at("tool"), "GITHUB_X");
}

TEST_F(RouterTest, DecodesAParameterAndKeepsItOneSegment) {
  auto const found = router.find("GET", "/api/tools/connections/a%2Fb%20c%25");

  ASSERT_TRUE(found);
  EXPECT_EQ(found->parameters.at("id"), "a/b c%");
}

TEST_F(RouterTest, ReadsTheQueryAndTakesTheLastOfANameGivenTwice) {
  auto const found = router.find("GET", "/api/tools/connections?status=ACTIVE&q=a+b%26c&status=EXPIRED");
  ASSERT_TRUE(found);
  ServiceRequest const request{};
  Caller const caller{};
  Call const call{request, caller, found->parameters, found->query};

  EXPECT_EQ(call.query_value("status"), "EXPIRED");
  EXPECT_EQ(call.query_value("q"), "a b&c");
  EXPECT_EQ(call.query_value("not-given"), "");
}

TEST_F(RouterTest, SaysThatAPathIsUnknown) {
  for (char const* target :
       {"/", "", "/api/tools", "/api/tools/connections/", "/api/tools/connections/a/b",
        "/api/tools/Connections", "/api/tools/connections/%zz", "//api/tools/connections",
        "/api/tools/connections/../x", "http://localhost/api/tools/connections"}) {
    EXPECT_EQ(refusal("GET", target).code, ErrorCode::unsupported) << target;
  }
}

TEST_F(RouterTest, SaysThatAPathDoesNotTakeAMethod) {
  auto const error = refusal("DELETE", "/api/tools/connections");

  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_NE(error.message.find("does not take DELETE"), std::string::npos);
}

TEST_F(RouterTest, RefusesAMalformedQuery) {
  EXPECT_EQ(refusal("GET", "/api/tools/connections?a=%zz").code, ErrorCode::invalid_request);
}

TEST_F(RouterTest, DoesNotRepeatALongPathBack) {
  EXPECT_LT(refusal("GET", "/" + std::string(100'000, 'a')).message.size(), 300U);
  EXPECT_LT(refusal(std::string(100'000, 'G'), "/api/tools/connections").message.size(), 300U);
}

TEST_F(RouterTest, RunsTheFunctionOfTheRoute) {
  auto const found = router.find("GET", "/api/tools/connections/7");
  ASSERT_TRUE(found);

  auto const reply = router.run(*found, {}, {});

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, "/api/tools/connections/{id}");
}

struct ReadNumber : testing::Test {
  Result<long long> read(std::string text) const {
    ServiceRequest const request{};
    Caller const caller{};
    Call call{request, caller};
    call.query.push_back({"limit", std::move(text)});
    return read_number(call, "limit", 50, 1, 1000);
  }
};

TEST_F(ReadNumber, TakesNumbersWithinTheBoundsAndTheDefaultForNone) {
  EXPECT_EQ(read("1").value(), 1);
  EXPECT_EQ(read("1000").value(), 1000);
  EXPECT_EQ(read("").value(), 50);
}

TEST_F(ReadNumber, RefusesEverythingElseAndSaysTheBounds) {
  for (char const* text :
       {"0", "1001", "-1", "+5", "5 ", " 5", "5x", "0x5", "5.0", "1e2", "99999999999999999999", "ten"}) {
    auto const number = read(text);
    ASSERT_FALSE(number) << text;
    EXPECT_EQ(number.error().code, ErrorCode::invalid_request);
    EXPECT_NE(number.error().message.find("1 to 1000"), std::string::npos);
  }
}

}  // namespace
}  // namespace agenta::daemon::api
