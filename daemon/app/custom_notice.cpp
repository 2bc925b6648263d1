#include "daemon/app/custom_notice.hpp"

#include <algorithm>
#include <array>
#include <memory>
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

/// The reply, with a word about the file where something is wrong with it.
Result<ServiceReply> noted(CustomTools& tools, Result<ServiceReply> reply) {
  if (!reply) return reply;
  if (auto const problem = tools.problem()) {
    reply->headers.emplace_back(protocol::kNoticeHeader,
                                problem->message + "; your own tools are as they were before");
  }
  return reply;
}

class NotedWork final : public api::StagedWork {
 public:
  NotedWork(CustomTools& tools, std::unique_ptr<api::StagedWork> inner)
      : tools_(tools), inner_(std::move(inner)) {}
  Step next(bool rested) override {
    Step step = inner_->next(rested);
    if (auto* const reply = std::get_if<Result<ServiceReply>>(&step)) return noted(tools_, std::move(*reply));
    return step;
  }
  std::optional<Error> leave() override { return inner_->leave(); }

 private:
  CustomTools& tools_;
  std::unique_ptr<api::StagedWork> inner_;
};

}  // namespace

void tell_problem_of(CustomTools& tools, api::Route& route) {
  bool const is_about_tools =
      std::ranges::find(kAboutTools, std::pair{route.method, route.path}) != kAboutTools.end();
  if (!is_about_tools) return;
  route.handler = [&tools, inner = std::move(route.handler)](api::Call const& call) {
    return noted(tools, inner(call));
  };
  if (!route.stage) return;
  route.stage = [&tools, inner = std::move(route.stage)](api::Call const& call) {
    return std::make_unique<NotedWork>(tools, inner(call));
  };
}

}  // namespace agenta::daemon
