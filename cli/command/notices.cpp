#include "cli/command/notices.hpp"

#include "cli/command/context.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/api.hpp"

namespace agenta::cli {

void Notices::take(ServiceReply const& reply) {
  for (auto const& [name, value] : reply.headers) {
    bool const is_notice = equal_ignoring_case(name, protocol::kNoticeHeader) && !value.empty();
    if (is_notice && seen_.insert(value).second) new_.push_back(value);
  }
}

void say_notices(Context& context) {
  for (std::string const& notice : context.notices.take_new()) context.say(notice);
}

}  // namespace agenta::cli
