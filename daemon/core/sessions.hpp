#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/caller.hpp"
#include "daemon/core/catalog.hpp"
#include "daemon/core/credentials.hpp"
#include "daemon/core/tool_provider.hpp"
#include "daemon/store/connection_store.hpp"
#include "daemon/store/session_store.hpp"
#include "shared/base/id.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/domain/page.hpp"
#include "shared/domain/session.hpp"
#include "shared/policy/policy.hpp"
#include "shared/protocol/codec_session.hpp"
#include "shared/schema/tool_format.hpp"

namespace agenta::daemon {

/// An open session with its policy, as a call in it is judged.
struct OpenSession {
  Session session{};
  std::shared_ptr<policy::Policy const> policy{};
  /// Of integrations that are bound to none because nothing says which: what there is to choose from, by the
  /// integration's slug. Names are left out for whoever came by the session's socket.
  std::map<std::string, std::vector<std::string>> choices{};
  /// The connection that runs an integration's tools here; null where none is bound.
  SessionBinding const* binding_of(IntegrationSlug const& integration) const;
  /// The id of that connection, for a call that names `named` (slug or id; empty: none). `POLICY_DENIED` for
  /// another one, whether or not there is one of that name; where none is bound `NOT_CONNECTED`, or
  /// `CONNECTION_AMBIGUOUS` where there are several.
  Result<std::string> connection_for(IntegrationSlug const& integration, std::string const& named) const;
};

/// What executions ask of sessions. Implemented by `Sessions`; any thread.
class SessionBook {
 public:
  virtual ~SessionBook() = default;
  /// By name or id, in the caller's project. `SESSION_NOT_FOUND`; `FORBIDDEN` where it has expired or was
  /// closed, with the way on. A caller that came by a session's socket gets that one, whatever it names.
  virtual Result<std::shared_ptr<OpenSession const>> open_session(Caller const& caller,
                                                                  std::string const& name) = 0;
  /// `SESSION_NOT_FOUND` where the caller's project never had one of that name or id.
  virtual Result<void> check_known(Caller const& caller, std::string const& name) = 0;
};

/// Whether an execution belongs to the session. Names are used again, times are not.
bool belongs_to(Execution const& execution, Session const& session);

/// Sessions: sets of tools with the connections they are bound to and a policy, under which agents work.
/// Opening and ending them, what is in them now, and the record of how that changes. Any thread.
class Sessions final : public SessionBook {
 public:
  struct Options {
    /// Where the session's socket is; empty: sessions have none.
    std::function<std::string(std::string_view project, Session const& session)> socket_of{};
    /// Told when sessions were opened or ended: their sockets are to follow. Any thread.
    std::function<void()> opened_or_ended{};
  };
  Sessions(store::ProjectStore& projects, store::ConnectionStore& connections, store::SessionStore& store,
           Catalog& catalog, Credentials& credentials, Clock const& clock, Options options);

  /// Every tool and connection that is named must be there. An integration without a connection is left
  /// unbound; where nothing says which, it is `CONNECTION_AMBIGUOUS`, but for an ephemeral session, which
  /// leaves that one unbound too. With `dry_run` all of that is looked at, and nothing is made.
  Result<protocol::SessionView> create(Caller const& caller, protocol::SessionRequest const& request);
  Result<Page<protocol::SessionView>> list(Caller const& caller, std::optional<SessionState> state,
                                           std::string const& cursor, int limit);
  Result<protocol::SessionView> get(Caller const& caller, std::string const& name);
  /// Ends it, for all who work in it. One that has ended already is told as it is.
  Result<protocol::SessionView> close(Caller const& caller, std::string const& name);
  Result<protocol::SessionView> change(Caller const& caller, std::string const& name,
                                       protocol::SessionPatch const& patch);

  struct ToolQuery {
    std::string cursor{};  ///< a slug: what comes after it
    std::size_t limit = 1000;
    std::string search{};       ///< in slug, name or description, ignoring case
    std::string integration{};  ///< only this one's; empty: all
    bool read_only = false;     ///< only tools that say they only read
    bool with_schemas = true;
    std::optional<schema::FormatOptions> format{};
  };
  /// An `ETag` of what can be run in it now: while it is the same, so is what `tools` answers to a query.
  /// Costs a fraction of that.
  Result<std::string> tools_version(Caller const& caller, std::string const& name);
  /// What can be run in it now, by slug, with what its policy makes of each.
  Result<protocol::SessionTools> tools(Caller const& caller, std::string const& name, ToolQuery const& query);
  /// Of the tools it has, connected or not; sorted.
  Result<std::vector<std::string>> integrations(Caller const& caller, std::string const& name);
  /// `FORBIDDEN` where the tool is not in it, whether or not there is one of that name.
  Result<void> check_member(Caller const& caller, std::string const& name, std::string const& tool);
  /// What happened to it after `cursor`, oldest first; without one only where the record stands now.
  Result<Page<SessionEvent>> changes(Caller const& caller, std::string const& name,
                                     std::string const& cursor);

  Result<std::shared_ptr<OpenSession const>> open_session(Caller const& caller,
                                                          std::string const& name) override;
  Result<void> check_known(Caller const& caller, std::string const& name) override;
  /// The open session of a caller that came by its socket; null for the owner.
  Result<std::shared_ptr<OpenSession const>> confinement_of(Caller const& caller);
  /// Whether the session has the tool, connected or not. `integration`: the tool's.
  static bool has(Session const& session, ToolSlug const& tool, IntegrationSlug const& integration);

  /// Something happened to a connection: whoever enters a session from now on finds it as it is then.
  void note_connections_changed() { ++connection_changes_; }
  /// Brings what is recorded of bindings up to how the connections are now.
  Result<void> follow_connections();
  /// Ends what has run out.
  Result<void> expire_due();
  /// Open ones of every project, with that project's slug.
  struct Opened {
    Session session{};
    std::string project{};
  };
  Result<std::vector<Opened>> list_open();

 private:
  struct Asked;
  struct Named;
  Result<Session> find(Caller const& caller, std::string const& name);
  Result<Session> find_open(Caller const& caller, std::string const& name);
  Result<Session> expire_if_due(Session session);
  Result<Session> follow(Session session);
  void forget(SessionId const& id);
  Result<std::shared_ptr<policy::Policy const>> policy_of(Session const& session);
  Result<store::Project> project_for(Caller const& caller, protocol::SessionRequest const& request);
  Result<Asked> ask(Caller const& caller, std::vector<std::string> const& selectors);
  Result<void> check_selectors(Asked& asked, std::vector<std::string> const& selectors);
  Result<Named> resolve(Asked& asked, std::vector<std::string> const& selectors);
  void add_own(Asked& asked, std::vector<std::string> const& selectors, std::string const& integration,
               std::map<std::string, Tool>& found);
  Result<void> add_provided(Asked& asked, std::vector<std::string> const& selectors,
                            std::vector<std::string> integrations, std::map<std::string, Tool>& found);
  Result<std::vector<Tool>> find_tools(Asked& asked, std::vector<std::string> const& selectors);
  Result<std::vector<Tool>> find_tools(Asked& asked, Session const& session);
  Result<std::vector<std::string>> integrations_of(Asked& asked, std::string const& selector);
  /// Of an integration with several connections, where nothing says which.
  enum class Unclear : bool { refused, left_unbound };
  Result<void> bind(Asked const& asked, Session& session, std::vector<Tool> const& tools,
                    std::vector<std::pair<std::string, std::string>> const& wanted, Unclear unclear);
  Result<SessionBinding> bind_one(Asked const& asked, Session const& session,
                                  IntegrationSlug const& integration, std::string const& wanted,
                                  Unclear unclear);
  Result<void> find_choices(Caller const& caller, OpenSession& open);
  Tool whole(Asked& asked, Tool tool);
  bool is_available(Asked& asked, Session const& session, Tool const& tool);
  Error why_missing(Asked const& asked, Session const& session, IntegrationSlug const& integration);
  /// How many there are to be run, and how many beside them that the policy denies.
  void count_tools(Asked& asked, OpenSession const& open, protocol::SessionView& view);
  protocol::SessionView view_of(Caller const& caller, Session session);

  store::ProjectStore& projects_;
  store::ConnectionStore& connections_;
  store::SessionStore& store_;
  Catalog& catalog_;
  Credentials& credentials_;
  Clock const& clock_;
  Options const options_;
  std::string const run_ = random_hex(8);  ///< what is counted begins anew with each daemon
  std::atomic<std::uint64_t> connection_changes_ = 0;
  Synchronized<std::map<std::string, std::uint64_t>> followed_{};  ///< of these, by session id: how many
  std::mutex changing_{};  ///< of selectors and bindings: read, changed and written by one at a time
  /// Policies do not change once their session is open: read once.
  Synchronized<std::map<std::string, std::shared_ptr<policy::Policy const>>> policies_{};
};

}  // namespace agenta::daemon
