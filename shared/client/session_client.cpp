#include <utility>

#include "shared/client/daemon_client.hpp"

namespace agenta::client {

Result<ServiceReply> SessionClient::call(ServiceRequest const& request, std::stop_token stop) {
  return explained(client_.call(request, std::move(stop)));
}

Result<ServiceReply> SessionClient::call_streaming(ServiceRequest const& request, BodySink const& sink,
                                                   std::stop_token stop) {
  return explained(client_.call_streaming(request, sink, std::move(stop)));
}

/// Nobody on this side can start the daemon, or has its log.
Result<ServiceReply> SessionClient::explained(Result<ServiceReply> reply) const {
  if (reply) return reply;
  Error& error = reply.error();
  if (error.code == ErrorCode::daemon_unavailable || error.code == ErrorCode::blocked) {
    error.message += "; " + path_.string() +
                     " is what AGENTA_TOOLS_SOCKET names: the session may be closed, or its owner's daemon "
                     "may not be running";
    error.next_step.clear();
  }
  return reply;
}

}  // namespace agenta::client
