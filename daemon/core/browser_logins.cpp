#include "daemon/core/browser_logins.hpp"

#include <algorithm>
#include <utility>

#include "shared/base/id.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

using State = BrowserLogin::State;

constexpr std::string_view kComposio = "https://backend.composio.dev";
constexpr std::string_view kDashboard = "https://dashboard.composio.dev";
/// Where the provider does not say how long a login lives.
constexpr std::chrono::minutes kLifetime{10};
/// How long past its end one is still asked about, where asking fails.
constexpr std::chrono::minutes kGrace{1};
constexpr std::size_t kMostLogins = 64;

std::vector<std::string> browser_step() { return {"agenta-tools", "login", "--browser"}; }

Error ended(ErrorCode code, std::string message) {
  return fail(code, std::move(message), browser_step()).error();
}

std::string dashboard_of(std::string const& endpoint, std::string wanted) {
  while (wanted.ends_with('/')) wanted.pop_back();
  if (!wanted.empty()) return wanted;
  return endpoint == kComposio ? std::string{kDashboard} : endpoint + "/dashboard";
}

/// May pass by itself: it is asked again.
bool may_pass(Error const& error) {
  switch (error.code) {
    case ErrorCode::provider_unavailable:
    case ErrorCode::timeout:
    case ErrorCode::rate_limited:
    case ErrorCode::cancelled: return true;
    default: return false;
  }
}

bool is_open(State state) { return state == State::pending || state == State::choosing; }

}  // namespace

Result<BrowserLogin> BrowserLogins::begin(Caller const& caller, BrowserLoginRequest request) {
  AGENTA_CHECK(credentials_.check_login());
  if (request.choice.store == KeyStore::keyring) AGENTA_CHECK(credentials_.check_keyring(caller));
  ProviderAccess access;
  access.base_url = credentials_.endpoint_of(caller);
  AGENTA_TRY(auto session, accounts_.create_device_session({access, caller.deadline, caller.stop}));
  auto entry = std::make_shared<Entry>();
  entry->login.id = make_uuid_v7();
  entry->login.login_url = Secret{dashboard_of(access.base_url, request.dashboard_url) +
                                  "/?cliKey=" + percent_encode(session.id.reveal())};
  entry->login.code = std::move(session.code);
  entry->login.expires_at = session.expires_at.value_or(clock_.wall() + kLifetime);
  entry->session = std::move(session.id);
  entry->request = std::move(request);
  entry->caller = caller;
  entry->caller.api_key.reset();
  entry->caller.stop = {};
  BrowserLogin const login = entry->login;
  entries_.with([&](Entries& entries) {
    // Ended ones are kept for those who ask later, the oldest not for ever: ids are in order of time.
    for (auto each = entries.begin(); each != entries.end() && entries.size() >= kMostLogins;)
      each = is_open(each->second->login.state) ? std::next(each) : entries.erase(each);
    entries.emplace(login.id, std::move(entry));
  });
  watcher_.started(login.id);
  return login;
}

Result<BrowserLogins::Entry> BrowserLogins::find(std::string const& id) const {
  auto found = entries_.with([&](Entries const& entries) -> std::optional<Entry> {
    auto const place = entries.find(id);
    return place == entries.end() ? std::nullopt : std::optional{*place->second};
  });
  if (found) return std::move(*found);
  return fail(ended(ErrorCode::oauth_expired,
                    "there is no login " + id + ": it is over, or the daemon that began it was stopped"));
}

Result<BrowserLogin> BrowserLogins::get(std::string const& id) const {
  AGENTA_TRY(auto entry, find(id));
  return std::move(entry.login);
}

Result<void> BrowserLogins::cancel(std::string const& id) {
  AGENTA_TRY(auto const entry, find(id));
  if (is_open(entry.login.state))
    settle(id, State::failed, ended(ErrorCode::oauth_denied, "the login was cancelled here"), std::nullopt);
  watcher_.settled(id);
  return {};
}

void BrowserLogins::cancel_all() {
  auto const open = entries_.with([](Entries const& entries) {
    std::vector<std::string> ids;
    for (auto const& [id, entry] : entries) {
      if (is_open(entry->login.state)) ids.push_back(id);
    }
    return ids;
  });
  for (std::string const& id : open) static_cast<void>(cancel(id));
}

BrowserLogins::Next BrowserLogins::settle(std::string const& id, State state, std::optional<Error> error,
                                          std::optional<LoggedIn> logged_in) {
  entries_.with([&](Entries& entries) {
    auto const place = entries.find(id);
    if (place == entries.end() || !is_open(place->second->login.state)) return;
    Entry& entry = *place->second;
    entry.login.state = state;
    entry.login.error = std::move(error);
    entry.login.logged_in = std::move(logged_in);
    entry.login.login_url.wipe();
    entry.login.code.clear();
    entry.session.wipe();
    if (state != State::choosing) entry.key.wipe();
  });
  return {.is_settled = !is_open(state), .has_news = true};
}

/// After a question that brought no answer: the next one, or the end of it.
BrowserLogins::Next BrowserLogins::go_on(std::string const& id, Entry const& entry, Error const& error) {
  bool const is_over = clock_.wall() > *entry.login.expires_at + kGrace;
  if (!may_pass(error) || is_over) return settle(id, State::failed, error, std::nullopt);
  return {.rest = error.retry_after.value_or(std::chrono::seconds{0})};
}

BrowserLogins::Next BrowserLogins::log_in(std::string const& id, Entry const& entry, SteadyTime deadline,
                                          std::stop_token stop) {
  Caller caller = entry.caller;
  caller.deadline = deadline;
  caller.stop = std::move(stop);
  // Given up while the key was on its way.
  if (auto const now = find(id); !now || !is_open(now->login.state)) return {.is_settled = true};
  auto done = credentials_.login(caller, entry.key, entry.request.choice);
  if (done) return settle(id, State::done, std::nullopt, std::move(*done));
  if (done.error().code != ErrorCode::input_needed) return go_on(id, entry, done.error());
  Error question = std::move(done).error();
  question.next_step = {"agenta-tools",           "login", "--resume", id, "--composio-project",
                        question.next_step.back()};
  return settle(id, State::choosing, std::move(question), std::nullopt);
}

BrowserLogins::Next BrowserLogins::ask(std::string const& id, SteadyTime deadline, std::stop_token stop) {
  auto found = find(id);
  if (!found || !is_open(found->login.state)) return {.is_settled = true};
  Entry entry = std::move(*found);
  bool const is_over = clock_.wall() > *entry.login.expires_at;
  if (entry.login.state == State::choosing) {
    return is_over ? settle(id, State::failed,
                            ended(ErrorCode::oauth_expired, "no project was chosen in time; no key is saved"),
                            std::nullopt)
                   : Next{};
  }
  if (!entry.key.empty()) return log_in(id, entry, deadline, stop);

  ProviderAccess access;
  access.base_url = credentials_.endpoint_of(entry.caller);
  auto answer = accounts_.get_device_session({access, deadline, stop}, entry.session);
  if (!answer) return go_on(id, entry, answer.error());
  switch (answer->state) {
    case DeviceAnswer::State::linked: break;
    case DeviceAnswer::State::denied:
      return settle(id, State::failed,
                    ended(ErrorCode::oauth_denied, "the login was denied in the browser; no key is saved"),
                    std::nullopt);
    case DeviceAnswer::State::pending:
      if (!is_over) return {};
      [[fallthrough]];
    case DeviceAnswer::State::gone:
      return settle(id, State::failed,
                    ended(ErrorCode::oauth_expired, "the login was not finished in time; no key is saved"),
                    std::nullopt);
  }
  entry.key = answer->key;
  entries_.with([&](Entries& entries) {
    auto const place = entries.find(id);
    if (place != entries.end()) place->second->key = entry.key;
  });
  return log_in(id, entry, deadline, std::move(stop));
}

Result<BrowserLogin> BrowserLogins::choose(Caller const& caller, std::string const& id, std::string project) {
  AGENTA_TRY(auto entry, find(id));
  if (entry.login.state == State::done) return std::move(entry.login);
  if (entry.login.state == State::failed) return fail(*entry.login.error);
  if (entry.login.state == State::pending) {
    // Chosen before it is known whether there is a choice.
    entries_.with([&](Entries& entries) {
      auto const place = entries.find(id);
      if (place != entries.end()) place->second->request.choice.project = std::move(project);
    });
    return get(id);
  }
  LoginChoice choice = entry.request.choice;
  choice.project = std::move(project);
  Caller owner = entry.caller;
  owner.deadline = caller.deadline;
  owner.stop = caller.stop;
  if (!caller.session_bus.empty()) owner.session_bus = caller.session_bus;
  AGENTA_TRY(auto done, credentials_.login(owner, entry.key, choice));
  settle(id, State::done, std::nullopt, std::move(done));
  watcher_.settled(id);
  return get(id);
}

}  // namespace agenta::daemon
