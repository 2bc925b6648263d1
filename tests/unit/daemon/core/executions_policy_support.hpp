#pragma once

#include <future>

#include "daemon/core/approvals.hpp"
#include "daemon/core/execution_run.hpp"
#include "daemon/store/session_store.hpp"
#include "shared/protocol/codec_approval.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/unit/daemon/core/executions_support.hpp"

namespace agenta::daemon {

/// One session, `work`, that is as the test made it.
struct OneSession final : SessionBook {
  OpenSession open{};
  bool is_over = false;
  int asked = 0;
  Result<std::shared_ptr<OpenSession const>> open_session(Caller const&, std::string const& name) override {
    ++asked;
    if (is_over) return fail(ErrorCode::forbidden, "the session work was closed: make a new one");
    if (name != open.session.name && name != open.session.id.text)
      return fail(ErrorCode::session_not_found, "there is no session " + name);
    return std::make_shared<OpenSession const>(open);
  }
  Result<void> check_known(Caller const&, std::string const& name) override {
    if (name == open.session.name) return {};
    return fail(ErrorCode::session_not_found, "there is no session " + name);
  }
};

struct ExecutionsPolicy : ExecutionsTest {
  store::SessionStore session_store{*database};
  store::ApprovalStore approval_store{*database};
  OneSession book{};
  Executions* judged = nullptr;
  Approvals approvals{projects, approval_store, clock, approval_options()};
  Executions in_session{projects, rows, journal, catalog, credentials, provider, clock, session_options()};

  ExecutionsPolicy() {
    judged = &in_session;
    Session& session = book.open.session;
    session.id.text = make_uuid_v7();
    session.project = project;
    session.name = "work";
    session.selectors = {"github", kOpen};
    session.bindings = {{{"github"}, work.id, "work", true}};
    session.created_at = clock.wall();
    EXPECT_TRUE(session_store.insert(session));
    use_policy("");
  }
  Approvals::Options approval_options() {
    Approvals::Options options;
    options.changed = [this](ApprovalId const& id) {
      if (judged != nullptr) judged->approval_changed(id);
    };
    return options;
  }
  Executions::Options session_options() {
    Executions::Options options = execution_options();
    options.sessions = &book;
    options.approvals = &approvals;
    return options;
  }
  void use_policy(std::string const& toml) {
    book.open.policy = std::make_shared<policy::Policy const>(value_of(policy::parse_policy(toml, "p.toml")));
  }
  ToolCall session_call(std::string tool, std::string arguments = R"({"title":"hello"})") {
    ToolCall call = call_of(std::move(tool), std::move(arguments));
    call.session = "work";
    call.id.text = make_uuid_v7();
    return call;
  }
  ToolCall coming_back(std::string tool = kWrite) {
    ToolCall call = session_call(std::move(tool));
    call.on_ask = OnAsk::come_back;
    return call;
  }
  Result<Execution> judge(ToolCall const& call) { return in_session.run(caller, call); }
  std::future<Result<Execution>> start(ToolCall const& call) {
    return std::async(std::launch::async, [this, call] { return judge(call); });
  }
  /// The one question that waits, once it does.
  Approval pending() {
    store::ApprovalFilter filter;
    filter.state = ApprovalState::pending;
    for (int i = 0; i < 2000; ++i) {
      auto const page = value_of(approvals.list(caller, filter));
      if (!page.items.empty()) return page.items.front();
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    throw std::runtime_error("nothing waits for approval");
  }
  /// Until the call is journaled as waiting.
  void await_queued(ToolCall const& call) {
    for (int i = 0; i < 2000; ++i) {
      if (auto const row = in_session.get(caller, call.id); row && row->queue) return;
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    throw std::runtime_error("the call does not wait");
  }
};

}  // namespace agenta::daemon
