#pragma once

#include <string>
#include <string_view>

#include "shared/base/json_text.hpp"
#include "shared/domain/error.hpp"
#include "shared/domain/tool.hpp"

/// `POST /api/tools/tools/{tool}/input`: what a tool is to be given, said in a sentence.
namespace agenta::protocol {

struct ToolInputRequest {
  std::string text{};
  std::string version{};  ///< of the tool; empty: the latest
  bool operator==(ToolInputRequest const&) const = default;
};
std::string encode_tool_input_request(ToolInputRequest const& request);
Result<ToolInputRequest> decode_tool_input_request(std::string_view body);

/// Arguments that somebody else wrote: to be looked at before they are used.
struct ToolInput {
  ToolSlug tool{};
  std::string tool_version{};
  JsonText arguments{};  ///< an object
  JsonText shown{};      ///< the same without the values of secrets, for a person to look at
  bool operator==(ToolInput const&) const = default;
};
std::string encode_tool_input(ToolInput const& input);
Result<ToolInput> decode_tool_input(std::string_view body);

}  // namespace agenta::protocol
