#pragma once

#include <map>
#include <string>

#include "daemon/custom/declared_runner.hpp"
#include "shared/custom/tool_file.hpp"

namespace agenta::daemon {

inline ProviderAccess const kNoAccess{};

inline ProviderCall call_within(std::chrono::milliseconds time, std::stop_token stop = {}) {
  return ProviderCall{kNoAccess, std::chrono::steady_clock::now() + time, std::move(stop)};
}

/// The tool that the lines declare, below a header and a description.
inline custom::Declaration declared(std::string const& lines) {
  auto tools = custom::parse_tool_file(
      "[tools.CUSTOM_A]\ndescription = 'd'\n" + lines, "/t/tools.toml",
      [](auto const&) -> Result<std::string> { return fail(ErrorCode::invalid_request, "no file"); });
  if (!tools) throw std::runtime_error(tools.error().message);
  return tools->front();
}

inline Variables variables(std::map<std::string, std::string> values) {
  return [values = std::move(values)](std::string const& name) -> std::optional<std::string> {
    auto const found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

/// Answers as it is told to, and remembers what was sent.
struct FakeWeb final : WebClient {
  WebReply reply{};
  std::vector<WebRequest> sent{};
  WebReply send(WebRequest const& request) override {
    sent.push_back(request);
    return reply;
  }
  static WebReply replied(unsigned status, std::string body) {
    WebReply reply;
    reply.fate = WebReply::Fate::replied;
    reply.status = status;
    reply.body = std::move(body);
    return reply;
  }
  static WebReply failed(WebReply::Fate fate, WebReply::Trouble trouble) {
    WebReply reply;
    reply.fate = fate;
    reply.trouble = trouble;
    reply.detail = "so it went";
    return reply;
  }
};

}  // namespace agenta::daemon
