#include "daemon/app/login_desk.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/daemon/core/connect_flow_support.hpp"
#include "tests/unit/daemon/net/loop_thread.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

long count_threads() {
  std::filesystem::directory_iterator const all{"/proc/self/task"};
  return std::distance(begin(all), end(all));
}

/// The flow's rows and provider, watched by a real desk.
struct LoginDeskTest : ConnectFlowTest {
  LoopThread thread;
  WaitList waits{thread.executor()};
  log::Log log;
  WorkerPool workers{"desk-test", 64};
  std::unique_ptr<LoginDesk> desk;
  std::unique_ptr<ConnectFlow> watched;

  LoginDeskTest() {
    provider.on_get_account = [this](AccountId const& id) { return asked(id); };
    LoginDesk::Options options;
    options.door.linger = milliseconds{0};
    desk = std::make_unique<LoginDesk>(thread.loop(), workers, waits, log, options);
    watched = std::make_unique<ConnectFlow>(projects, rows, turns, auth_configs, catalog, credentials,
                                            provider, *desk, clock);
    desk->attach(*watched);
  }
  ~LoginDeskTest() override {
    thread.on_loop([this] { desk->stop(); });
    for (Connection const& row : all_rows()) desk->settled(row.id);
    thread.finish();
  }

  /// A pending row of the caller's, as a begun login leaves it.
  Connection add_pending(std::string const& slug) {
    Connection row = add_connection(slug);
    row.status = ConnectionStatus::pending;
    row.redirect_url = "https://connect.example/" + slug;
    EXPECT_TRUE(rows.update(row, store::Durability::normal));
    return row;
  }
  void start(Connection const& row) {
    PendingLogin login;
    login.connection = row.id;
    login.access = access();
    desk->started(std::move(login));
  }
  std::size_t pending() {
    return thread.on_loop([this] { return desk->pending(); });
  }

  Result<Account> asked(AccountId const& id) {
    std::lock_guard const guard{mutex};
    times.push_back(std::chrono::steady_clock::now());
    if (answer) return answer(id);
    return account(id, AccountStatus::initiated);
  }
  Account account(AccountId const& id, AccountStatus status) const {
    Account account;
    account.id = id;
    account.user_id = user_id_of(project);
    account.auth_config.text = "ac_1";
    account.status = status;
    return account;
  }
  std::vector<SteadyTime> asked_at() {
    std::lock_guard const guard{mutex};
    return times;
  }
  template <class F>
  void wait_until(F is_true) {
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!is_true() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(milliseconds{2});
    ASSERT_TRUE(is_true());
  }

  std::mutex mutex;
  std::vector<SteadyTime> times;
  std::function<Result<Account>(AccountId const&)> answer;
};

TEST_F(LoginDeskTest, LeavesTheFirstSecondToTheCallback) {
  auto const row = add_pending("work");
  auto const begin = std::chrono::steady_clock::now();

  start(row);

  wait_until([&] { return !asked_at().empty(); });
  EXPECT_GE(asked_at().front() - begin, milliseconds{1'000});
}

TEST_F(LoginDeskTest, AThousandLoginsAskAFewTimesASecondOnAHandfulOfThreads) {
  std::vector<Connection> logins;
  for (int i = 0; i < 1000; ++i) logins.push_back(add_pending("work-" + std::to_string(i)));
  auto const threads = count_threads();
  auto const begin = std::chrono::steady_clock::now();

  for (Connection const& row : logins) start(row);

  wait_until([&] { return asked_at().size() >= 8; });
  auto const at = asked_at();
  auto const took = at[7] - at[0];
  EXPECT_EQ(pending(), 1000U);
  EXPECT_LE(count_threads() - threads, 4);
  EXPECT_GE(at.front() - begin, milliseconds{1'000});
  EXPECT_GE(took, milliseconds{7 * 240}) << "four a second";
}

TEST_F(LoginDeskTest, WhereComposioIsSlowNoMoreThanFourQuestionsAreOpen) {
  test::Gate gate;
  std::atomic<int> open{0};
  std::atomic<int> most{0};
  provider.on_get_account = [&](AccountId const& id) -> Result<Account> {
    most = std::max(most.load(), ++open);
    gate.pass();
    --open;
    return account(id, AccountStatus::initiated);
  };
  for (int i = 0; i < 20; ++i) start(add_pending("work-" + std::to_string(i)));

  wait_until([&] { return open == 4; });
  std::this_thread::sleep_for(milliseconds{600});  // two more would have been asked by now

  EXPECT_EQ(most, 4);
  thread.on_loop([this] { desk->stop(); });
  gate.open();
  wait_until([&] { return open == 0; });
}

TEST_F(LoginDeskTest, ALimitOfOneLoginRestsAllOfTheSameAccount) {
  answer = [](AccountId const&) -> Result<Account> {
    auto refusal = fail(ErrorCode::rate_limited, "slow down").error();
    refusal.retry_after = std::chrono::seconds{2};
    return fail(std::move(refusal));
  };
  for (int i = 0; i < 10; ++i) start(add_pending("work-" + std::to_string(i)));

  wait_until([&] { return asked_at().size() >= 2; });

  auto const at = asked_at();
  EXPECT_GE(at[1] - at[0], milliseconds{1'950});
}

TEST_F(LoginDeskTest, ASettledLoginIsNotAskedAboutAgain) {
  answer = [this](AccountId const& id) -> Result<Account> { return account(id, AccountStatus::active); };
  auto const row = add_pending("work");

  start(row);

  wait_until([&] { return asked_at().size() == 1 && pending() == 0; });
  EXPECT_EQ(value_of(rows.find(row.id))->status, ConnectionStatus::active);
}

}  // namespace
}  // namespace agenta::daemon
