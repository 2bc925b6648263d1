#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "daemon/core/credentials.hpp"
#include "shared/base/synchronized.hpp"

namespace agenta::daemon {

/// What a client asks for that wants to log in with a browser.
struct BrowserLoginRequest {
  LoginChoice choice{};
  std::string dashboard_url{};  ///< empty: the one that belongs to the endpoint
};

/// A login in a browser as its user sees it. `login_url` holds what the key can be fetched with: it goes to
/// the user alone, and is never logged.
struct BrowserLogin {
  enum class State {
    pending,
    choosing,  ///< the key is here, and works in several projects: `error` names them
    done,
    failed,
  };
  std::string id{};  ///< ours, not the provider's
  State state = State::pending;
  Secret login_url{};  ///< while pending
  std::string code{};  ///< while pending: the page shows the same one; empty where there is none
  std::optional<WallTime> expires_at{};
  std::optional<Error> error{};         ///< when choosing or failed
  std::optional<LoggedIn> logged_in{};  ///< when done
};

/// What the loop does for such logins: it asks about each every few seconds, and wakes those who wait. Called
/// from any thread.
class BrowserLoginWatcher {
 public:
  virtual ~BrowserLoginWatcher() = default;
  virtual void started(std::string const& id) = 0;
  virtual void settled(std::string const& id) = 0;
};

/// Logins that are finished in a browser: the provider gives the key once its user agreed on its own page.
/// They live in memory alone, and end with the daemon. Any thread.
class BrowserLogins {
 public:
  BrowserLogins(Credentials& credentials, AccountProvider& accounts, BrowserLoginWatcher& watcher,
                Clock const& clock)
      : credentials_(credentials), accounts_(accounts), watcher_(watcher), clock_(clock) {}

  /// With a key that is to be in the keyring alone, `NOT_CONFIGURED` where that takes none: the provider is
  /// not to issue a key that cannot be kept.
  Result<BrowserLogin> begin(Caller const& caller, BrowserLoginRequest request);
  /// `OAUTH_EXPIRED` where it is not known (any more).
  Result<BrowserLogin> get(std::string const& id) const;
  /// Goes on with the key that works in several projects.
  /// A choice that nobody makes ends with the login's time.
  Result<BrowserLogin> choose(Caller const& caller, std::string const& id, std::string project);
  /// Forgets it and its key, if it is pending or waits for a choice.
  Result<void> cancel(std::string const& id);
  /// The same for all that are open.
  void cancel_all();

  /// Whether to ask again, and how soon at the earliest.
  struct Next {
    bool is_settled = false;
    bool has_news = false;  ///< for those who wait for it
    std::chrono::milliseconds rest{0};
  };
  /// Asks the provider once; when the user has agreed, verifies the key and saves it.
  Next ask(std::string const& id, SteadyTime deadline, std::stop_token stop);

 private:
  struct Entry {
    BrowserLogin login{};
    BrowserLoginRequest request{};
    Caller caller{};
    Secret session{};  ///< the provider's id
    Secret key{};      ///< once fetched, until it is saved
  };
  using Entries = std::map<std::string, std::shared_ptr<Entry>>;

  Result<Entry> find(std::string const& id) const;
  Next settle(std::string const& id, BrowserLogin::State state, std::optional<Error> error,
              std::optional<LoggedIn> logged_in);
  Next go_on(std::string const& id, Entry const& entry, Error const& error);
  Next log_in(std::string const& id, Entry const& entry, SteadyTime deadline, std::stop_token stop);

  Credentials& credentials_;
  AccountProvider& accounts_;
  BrowserLoginWatcher& watcher_;
  Clock const& clock_;
  Synchronized<Entries> entries_;
};

}  // namespace agenta::daemon
