#include "daemon/api/routes.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_approval.hpp"

namespace agenta::daemon::api {

std::vector<Route> policy_routes(Policies& policies) {
  return {
      {"POST", "/api/tools/policy/explain", Permission::view_tools, Work::provider,
       [&policies](Call const& call) -> Result<ServiceReply> {
         AGENTA_TRY(auto const request, protocol::decode_explain_request(call.request.body));
         AGENTA_TRY(auto const explanation, policies.explain(call.caller, request));
         return json_reply(protocol::encode_explanation(explanation));
       }},
      {"POST", "/api/tools/policy/test", Permission::view_tools, Work::provider,
       [&policies](Call const& call) -> Result<ServiceReply> {
         AGENTA_TRY(auto const request, protocol::decode_policy_test_request(call.request.body));
         AGENTA_TRY(auto const report, policies.test(call.caller, request));
         return json_reply(protocol::encode_policy_report(report));
       }},
  };
}

}  // namespace agenta::daemon::api
