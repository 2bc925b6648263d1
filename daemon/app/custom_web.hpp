#pragma once

#include "daemon/composio/http_pool.hpp"
#include "daemon/custom/web_client.hpp"

namespace agenta::daemon {

/// Sends the requests of declared tools through the pool that Composio's go through.
class CustomWeb final : public WebClient {
 public:
  explicit CustomWeb(HttpPool& pool) : pool_(pool) {}
  WebReply send(WebRequest const& request) override;

 private:
  HttpPool& pool_;
};

}  // namespace agenta::daemon
