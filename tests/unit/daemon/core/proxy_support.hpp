#pragma once

#include <string>

#include "daemon/core/proxy_requests.hpp"
#include "tests/unit/daemon/core/executions_support.hpp"

namespace agenta::daemon {

/// Raw requests through the connection `work` of `ExecutionsTest`.
struct ProxyTest : ExecutionsTest {
  ProxyRequests proxies{projects, rows, catalog, credentials, provider, executions, clock, proxy_options()};

  ProxyRequests::Options proxy_options() const {
    ProxyRequests::Options options;
    options.most_kept_bytes = 100;
    options.proves_dead_credential = [](std::string_view words) {
      return words.find("invalid_grant") != std::string_view::npos;
    };
    options.spool = directory / "";
    options.most_file_bytes = 1000;
    return options;
  }
  static ProxyCall call_to(std::string method, std::string url = "/x") {
    ProxyCall call;
    call.integration.text = "github";
    call.method = std::move(method);
    call.url = std::move(url);
    return call;
  }
  void answer(unsigned status, std::string body) {
    provider.on_proxy = [=](auto const&) { return ProxyReply{status, body, {}, true, {}}; };
  }
  void lose(Fate fate, ErrorCode code) {
    provider.on_proxy_outcome = [=](auto const&) {
      ProxyOutcome outcome;
      outcome.fate = fate;
      outcome.error = fail(code, "so it went").error();
      return outcome;
    };
  }
  std::string document_of(ProxyRequests::Answer const& made) {
    return made.document->read(0, 1 << 20).value();
  }
};

}  // namespace agenta::daemon
