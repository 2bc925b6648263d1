#include "shared/protocol/codec_tool_input.hpp"

#include "shared/protocol/codec_detail.hpp"

namespace agenta::protocol {

using detail::ObjectReader;
using detail::ObjectWriter;

std::string encode_tool_input_request(ToolInputRequest const& request) {
  ObjectWriter out;
  out.text("text", request.text);
  if (!request.version.empty()) out.text("version", request.version);
  return out.done();
}

Result<ToolInputRequest> decode_tool_input_request(std::string_view body) {
  return detail::decode_object(body, "the request", [](ObjectReader& in) {
    ToolInputRequest request;
    request.text = in.required_text("text");
    request.version = in.text("version");
    return request;
  });
}

std::string encode_tool_input(ToolInput const& input) {
  return ObjectWriter{}
      .text("tool", input.tool.text)
      .text_or_null("tool_version", input.tool_version)
      .raw("arguments", detail::object_or_empty(input.arguments))
      .raw("shown", detail::object_or_empty(input.shown))
      .done();
}

Result<ToolInput> decode_tool_input(std::string_view body) {
  return detail::decode_object(body, "the arguments", [](ObjectReader& in) {
    ToolInput input;
    input.tool.text = in.required_text("tool");
    input.tool_version = in.text("tool_version");
    input.arguments = in.object("arguments").value_or(JsonText{"{}"});
    input.shown = in.object("shown").value_or(JsonText{"{}"});
    return input;
  });
}

}  // namespace agenta::protocol
