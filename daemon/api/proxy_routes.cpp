#include <memory>

#include "daemon/api/routes.hpp"
#include "daemon/api/staged_call.hpp"
#include "daemon/core/proxy_run.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_proxy.hpp"

namespace agenta::daemon::api {
namespace {

ServiceReply reply_with(ProxyRequests::Answer const& made) {
  if (!made.document) return json_reply(protocol::encode_proxy_answer(made.answer));
  ServiceReply reply;
  reply.file.emplace();
  reply.file->file = made.document->file();
  reply.file->size = made.document->size();
  return reply;
}

Result<ServiceReply> run(ProxyRequests& requests, Call const& call) {
  AGENTA_TRY(ProxyCall const wanted, protocol::decode_proxy_call(call.request.body));
  AGENTA_TRY(auto const made, requests.run(call.caller, wanted));
  return reply_with(made);
}

/// The same without a thread while it waits for its turn.
class StagedRequest final : public StagedCall<ProxyRequests::Run> {
 public:
  StagedRequest(ProxyRequests& requests, Call call) : StagedCall(std::move(call)), requests_(requests) {}

 private:
  Result<std::unique_ptr<ProxyRequests::Run>> begin(Call const& call) override {
    AGENTA_TRY(ProxyCall wanted, protocol::decode_proxy_call(call.request.body));
    return std::make_unique<ProxyRequests::Run>(requests_, call.caller, std::move(wanted),
                                                ProxyRequests::Run::MayLeave::yes);
  }
  Result<ServiceReply> reply(Call const&, ProxyRequests::Answer const& made) override {
    return reply_with(made);
  }

  ProxyRequests& requests_;
};

}  // namespace

std::vector<Route> proxy_routes(ProxyRequests& requests) {
  return {{"POST", "/api/tools/proxy", Permission::run_tools, Work::provider,
           [&requests](Call const& call) { return run(requests, call); },
           [&requests](Call const& call) { return std::make_unique<StagedRequest>(requests, call); }}};
}

}  // namespace agenta::daemon::api
