#include "daemon/composio/endpoint.hpp"

#include <gtest/gtest.h>

#include "daemon/composio/host_lookup.hpp"

namespace agenta::daemon {
namespace {

TEST(Endpoint, ReadsHostPortAndPrefix) {
  auto const plain = parse_endpoint("https://Backend.Composio.dev/");
  auto const rich = parse_endpoint("https://gate.example:8443/composio/");
  auto const v6 = parse_endpoint("http://[::1]:9900");

  EXPECT_EQ(plain.value(),
            (Endpoint{.tls = true, .host = "backend.composio.dev", .port = 443, .prefix = ""}));
  EXPECT_EQ(rich.value(),
            (Endpoint{.tls = true, .host = "gate.example", .port = 8443, .prefix = "/composio"}));
  EXPECT_EQ(v6.value(), (Endpoint{.tls = false, .host = "::1", .port = 9900, .prefix = ""}));
  EXPECT_EQ(v6->origin(), "http://[::1]:9900");
}

TEST(Endpoint, PlainHttpIsForLoopbackAlone) {
  for (auto const* url : {"http://localhost:1", "http://a.localhost", "http://127.9.8.7", "http://[::1]"})
    EXPECT_TRUE(parse_endpoint(url).has_value()) << url;
  for (auto const* url :
       {"http://composio.dev", "http://127.0.0.1.evil.example", "http://localhost.evil.example",
        "http://10.0.0.1", "http://0.0.0.0", "http://[::2]", "http://2130706433"}) {
    auto const refused = parse_endpoint(url);
    ASSERT_FALSE(refused.has_value()) << url;
    EXPECT_EQ(refused.error().code, ErrorCode::not_configured) << url;
    EXPECT_NE(refused.error().message.find("COMPOSIO_BASE_URL"), std::string::npos) << url;
  }
}

TEST(Endpoint, RefusesWhatIsNoBaseUrl) {
  for (auto const* url : {"", "composio.dev", "ftp://x", "https://", "https://x:0", "https://x:99999",
                          "https://x:", "https://user:pw@x", "https://x/?a=b", "https://x y", "https://[::1",
                          "https://x\r\nA: b"})
    EXPECT_FALSE(parse_endpoint(url).has_value()) << url;
}

TEST(Endpoint, NeverShowsAPassword) {
  auto const refused = parse_endpoint("https://user:hunter22@x");

  EXPECT_EQ(refused.error().message.find("hunter22"), std::string::npos) << refused.error().message;
}

TEST(HostLookup, LoopbackNamesAreThisMachineWithoutAResolver) {
  auto const never = SteadyTime::min();

  EXPECT_EQ(look_up("a.localhost", never, {}), (std::vector<std::string>{"127.0.0.1", "::1"}));
  EXPECT_EQ(look_up("192.0.2.7", never, {}), (std::vector<std::string>{"192.0.2.7"}));
}

TEST(HostLookup, DoesNotOutwaitItsDeadline) {
  EXPECT_TRUE(look_up("name.invalid", SteadyTime::min(), {}).empty());
}

}  // namespace
}  // namespace agenta::daemon
