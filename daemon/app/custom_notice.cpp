#include "daemon/app/custom_notice.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/protocol/api.hpp"

namespace agenta::daemon {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kAboutTools{{
    {"POST", "/api/tools/executions"},
    {"GET", "/api/tools/integrations/{slug}"},
    {"GET", "/api/tools/integrations/{slug}/tools"},
    {"GET", "/api/tools/integrations/{slug}/tools/{tool}"},
    {"GET", "/api/tools/tools"},
    {"GET", "/api/tools/tools/{tool}"},
    {"GET", "/api/tools/search"},
    {"GET", "/api/tools/schemas"},
}};

}  // namespace

void tell_problem_of(CustomTools& tools, api::Route& route) {
  bool const is_about_tools =
      std::ranges::find(kAboutTools, std::pair{route.method, route.path}) != kAboutTools.end();
  if (!is_about_tools) return;
  route.handler = [&tools, inner = std::move(route.handler)](api::Call const& call) {
    auto reply = inner(call);
    if (!reply) return reply;
    if (auto const problem = tools.problem()) {
      reply->headers.emplace_back(protocol::kNoticeHeader,
                                  problem->message + "; your own tools are as they were before");
    }
    return reply;
  };
}

}  // namespace agenta::daemon
