#include "daemon/core/tool_inputs.hpp"

#include <condition_variable>
#include <mutex>

#include "daemon/core/retry_policy.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/schema/redact.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

/// What may pass.
bool is_passing(ErrorCode code) {
  return code == ErrorCode::provider_unavailable || code == ErrorCode::rate_limited;
}

}  // namespace

Result<protocol::ToolInput> ToolInputs::write(Caller const& caller, std::string const& name,
                                              protocol::ToolInputRequest const& request) {
  if (trim(request.text).empty())
    return fail(ErrorCode::invalid_request, "there are no words to make arguments of");
  auto const reference = parse_tool_reference(name);
  if (!reference) return fail(ErrorCode::invalid_request, name + " is no tool's name");
  AGENTA_TRY(auto const access, credentials_.access_for(caller));
  ProviderCall const call{access, caller.deadline, caller.stop};
  AGENTA_TRY(auto const known, catalog_.tool(call, reference->slug, request.version));
  Tool const& tool = known.value->tool;
  InputRequest asked;
  asked.tool = tool.slug;
  asked.version = request.version.empty() ? tool.version : request.version;
  asked.text = request.text;
  protocol::ToolInput input;
  auto arguments = ask(caller, call, asked);
  if (!arguments) {
    Error error = std::move(arguments).error();
    if (error.code == ErrorCode::invalid_arguments && error.next_step.empty())
      error.next_step = {"agenta-tools", "tools", "show", tool.slug.text};
    return fail(std::move(error));
  }
  input.tool = tool.slug;
  input.tool_version = asked.version;
  input.arguments = std::move(*arguments);
  input.shown = known.value->schema ? schema::redact(*known.value->schema, input.arguments)
                                    : schema::redact(input.arguments);
  return input;
}

Result<JsonText> ToolInputs::ask(Caller const& caller, ProviderCall const& call,
                                 InputRequest const& request) {
  std::mutex mutex;
  std::condition_variable_any never;
  for (int attempt = 1;; ++attempt) {
    auto written = provider_.generate_input(call, request);
    if (written || !is_passing(written.error().code) || attempt >= kMostAttempts) return written;
    auto const left = std::chrono::duration_cast<milliseconds>(caller.deadline - clock_.steady());
    auto const wait = retry_delay(attempt + 1, written.error().retry_after, 0.0, left);
    if (!wait) return written;
    std::unique_lock lock{mutex};
    never.wait_for(lock, caller.stop, *wait, [] { return false; });
    if (caller.stop.stop_requested()) return written;
  }
}

}  // namespace agenta::daemon
