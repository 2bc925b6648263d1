#include "cli/mcp/http_rules.hpp"

#include <gtest/gtest.h>

namespace agenta::mcp {
namespace {

HttpRequest with(std::vector<std::pair<std::string, std::string>> headers) {
  HttpRequest request;
  request.headers = std::move(headers);
  return request;
}

Message modern_call() {
  return *read_message(
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"T","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}})");
}

TEST(HttpRules, OnlyThisMachinesNamesAreTaken) {
  for (std::string const host : {"127.0.0.1:80", "localhost:80", "LOCALHOST:80", "[::1]:80"})
    EXPECT_TRUE(comes_from_here(with({{"host", host}}), 80)) << host;
  for (std::string const host :
       {"", "evil:80", "127.0.0.1", "127.0.0.1:81", "127.0.0.1:80.evil", "localhost:80:80"})
    EXPECT_FALSE(comes_from_here(with({{"host", host}}), 80)) << host;
  EXPECT_FALSE(comes_from_here(with({}), 80));
  EXPECT_FALSE(comes_from_here(with({{"host", "localhost:80"}, {"host", "evil"}}), 80));
}

TEST(HttpRules, AnOriginIsThisServersOrRefused) {
  auto const from = [](std::string origin) {
    return comes_from_here(with({{"host", "localhost:80"}, {"origin", std::move(origin)}}), 80);
  };

  EXPECT_TRUE(from("http://127.0.0.1:80"));
  for (std::string const origin : {"null", "", "http://evil", "https://localhost:80", "http://localhost:81"})
    EXPECT_FALSE(from(origin)) << origin;
}

TEST(HttpRules, TheTokenIsWholeAndABearers) {
  auto const by = [](std::string value) {
    return has_token(with({{"authorization", std::move(value)}}), "secret");
  };

  EXPECT_TRUE(by("Bearer secret"));
  EXPECT_TRUE(by("bearer  secret"));
  for (std::string const value :
       {"", "secret", "Bearer", "Bearer ", "Bearer secre", "Bearer secrets", "Basic secret"})
    EXPECT_FALSE(by(value)) << value;
}

TEST(HttpRules, WhatTheClientTakesIsRead) {
  EXPECT_TRUE(accepts(with({}), "application/json"));
  EXPECT_TRUE(accepts(with({{"accept", "text/html, application/JSON;q=0.5"}}), "application/json"));
  EXPECT_TRUE(accepts(with({{"accept", "text/*"}}), "text/event-stream"));
  EXPECT_FALSE(accepts(with({{"accept", "text/event-stream"}}), "application/json"));
}

TEST(HttpRules, ModernHeadersRepeatTheBody) {
  auto const fault = [](std::string version, std::string method, std::string name) {
    return find_header_fault(with({{"mcp-protocol-version", std::move(version)},
                                   {"mcp-method", std::move(method)},
                                   {"mcp-name", std::move(name)}}),
                             modern_call(), true);
  };

  EXPECT_FALSE(fault("2026-07-28", "tools/call", "T"));
  EXPECT_FALSE(fault("2026-07-28", "tools/call", "=?base64?VA==?="));
  EXPECT_EQ(fault("2025-11-25", "tools/call", "T")->code, kHeaderMismatch);
  EXPECT_EQ(fault("2026-07-28", "TOOLS/CALL", "T")->code, kHeaderMismatch);
  EXPECT_EQ(fault("2026-07-28", "tools/call", "U")->code, kHeaderMismatch);
  EXPECT_EQ(find_header_fault(with({}), modern_call(), true)->code, kHeaderMismatch);
}

TEST(HttpRules, ALegacyVersionIsOneOfOurs) {
  Message const message = *read_message(R"({"jsonrpc":"2.0","id":1,"method":"ping"})");

  EXPECT_FALSE(find_header_fault(with({}), message, false));
  EXPECT_FALSE(find_header_fault(with({{"mcp-protocol-version", "2025-06-18"}}), message, false));
  EXPECT_TRUE(find_header_fault(with({{"mcp-protocol-version", "1999-01-01"}}), message, false));
}

}  // namespace
}  // namespace agenta::mcp
