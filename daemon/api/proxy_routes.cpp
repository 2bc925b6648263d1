#include "daemon/api/routes.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_proxy.hpp"

namespace agenta::daemon::api {
namespace {

Result<ServiceReply> run(ProxyRequests& requests, Call const& call) {
  AGENTA_TRY(ProxyCall const wanted, protocol::decode_proxy_call(call.request.body));
  AGENTA_TRY(auto const made, requests.run(call.caller, wanted));
  if (!made.document) return json_reply(protocol::encode_proxy_answer(made.answer));
  ServiceReply reply;
  reply.file.emplace();
  reply.file->file = made.document->file();
  reply.file->size = made.document->size();
  return reply;
}

}  // namespace

std::vector<Route> proxy_routes(ProxyRequests& requests) {
  return {{"POST", "/api/tools/proxy", Permission::run_tools, Work::provider,
           [&requests](Call const& call) { return run(requests, call); }}};
}

}  // namespace agenta::daemon::api
