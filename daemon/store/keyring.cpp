#include "daemon/store/keyring.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "shared/base/run_program.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::store {
namespace {

using Kind = KeyringTrouble::Kind;

constexpr std::chrono::seconds kLimit{3};

unexpected<KeyringTrouble> trouble(Kind kind, std::string why) {
  return unexpected<KeyringTrouble>(KeyringTrouble{kind, std::move(why)});
}

/// The other kinds of D-Bus addresses lead to other computers, or start programs.
bool is_local_address(std::string const& bus) {
  auto const addresses = split(bus, ';');
  return !addresses.empty() &&
         std::ranges::all_of(addresses, [](auto const& each) { return each.starts_with("unix:"); });
}

/// As `keyring::Ending` numbers them.
Kind kind_of(int exit_code) {
  switch (exit_code) {
    case 3: return Kind::missing;
    case 4: return Kind::locked;
    case 5: return Kind::absent;
    default: return Kind::failed;
  }
}

std::string first_line(std::string const& text) {
  constexpr std::size_t kLongest = 300;
  return std::string{trim(text.substr(0, std::min(text.find('\n'), kLongest)))};
}

}  // namespace

KeyringResult<Secret> KeyringProcess::ask(std::string const& bus, std::vector<std::string> arguments,
                                          Secret input) const {
  if (bus.empty()) return trouble(Kind::absent, "there is no session bus to reach a keyring by");
  if (!is_local_address(bus))
    return trouble(Kind::absent, "the session bus is none of this computer: DBUS_SESSION_BUS_ADDRESS");
  ProgramRun run;
  run.program = options_.program;
  run.arguments = std::move(arguments);
  run.arguments.insert(run.arguments.end(), {"--home", options_.home.string()});
  run.environment = options_.environment;
  run.environment.push_back("DBUS_SESSION_BUS_ADDRESS=" + bus);
  run.input = std::move(input);
  run.limit = kLimit;
  auto end = run_program(run);
  if (!end && end.error().number == ENOENT)
    return trouble(Kind::absent, options_.program.string() + ", which asks the keyring, is not installed");
  if (!end) return trouble(Kind::failed, end.error().message());
  if (end->timed_out) return trouble(Kind::silent, "the keyring did not answer within 3 s");
  if (end->exit_code == 0) return std::move(end->output);
  std::string why = first_line(end->complaints);
  if (end->signal != 0) why = std::string{"what asks the keyring was ended by "} + ::strsignal(end->signal);
  return trouble(kind_of(end->exit_code), why.empty() ? "the keyring failed" : std::move(why));
}

KeyringResult<void> KeyringProcess::store(std::string const& bus, std::string const& id,
                                          std::string const& endpoint, Secret const& secret) {
  auto done = ask(bus, {"store", "--id", id, "--endpoint", endpoint}, secret);
  if (!done) return unexpected<KeyringTrouble>(std::move(done).error());
  return {};
}

KeyringResult<Secret> KeyringProcess::load(std::string const& bus, std::string const& id) {
  auto found = ask(bus, {"load", "--id", id}, {});
  if (found && found->empty()) return trouble(Kind::missing, "the keyring has an empty key");
  return found;
}

KeyringResult<void> KeyringProcess::clear(std::string const& bus, std::string const& but) {
  std::vector<std::string> arguments{"clear"};
  if (!but.empty()) arguments.insert(arguments.end(), {"--id", but});
  auto done = ask(bus, std::move(arguments), {});
  if (!done && done.error().kind != Kind::missing) return unexpected<KeyringTrouble>(std::move(done).error());
  return {};
}

}  // namespace agenta::daemon::store
