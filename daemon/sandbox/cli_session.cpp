#include "daemon/sandbox/cli_session.hpp"

#include <algorithm>

#include "daemon/sandbox/organisation.hpp"
#include "daemon/sandbox/world.hpp"

namespace agenta::daemon::sandbox {

using State = CliSession::State;

CliSession* find_cli_session(World& world, std::string_view id_or_code) {
  auto const found = std::ranges::find_if(world.cli_sessions, [&](CliSession const& session) {
    return session.id == id_or_code || session.code == id_or_code;
  });
  return found == world.cli_sessions.end() ? nullptr : &*found;
}

bool is_open(World const& world, CliSession const& session) {
  return session.state == State::pending && world.now() < session.expires_at();
}

void settle(World& world, CliSession& session, bool approves) {
  session.state = approves ? State::linked : State::denied;
  auto const& accepted = world.options.api_key;
  if (approves) session.key = session.for_user ? make_user_key(accepted) : make_project_key(accepted);
}

void settle_automatically(World& world, CliSession& session) {
  auto const& automatic = world.auto_approval;
  if (automatic.mode == AutoApproval::Mode::off || !is_open(world, session)) return;
  if (world.now() >= session.created_at + automatic.delay)
    settle(world, session, automatic.mode == AutoApproval::Mode::approve);
}

}  // namespace agenta::daemon::sandbox
