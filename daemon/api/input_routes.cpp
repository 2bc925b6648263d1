#include "daemon/api/routes.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_tool_input.hpp"

namespace agenta::daemon::api {

std::vector<Route> input_routes(ToolInputs& inputs) {
  return {{"POST", "/api/tools/tools/{tool}/input", Permission::run_tools, Work::provider,
           [&inputs](Call const& call) -> Result<ServiceReply> {
             AGENTA_TRY(auto const request, protocol::decode_tool_input_request(call.request.body));
             AGENTA_TRY(auto const input, inputs.write(call.caller, call.parameter("tool"), request));
             return json_reply(protocol::encode_tool_input(input));
           }}};
}

}  // namespace agenta::daemon::api
