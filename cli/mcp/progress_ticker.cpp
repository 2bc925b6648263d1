#include "cli/mcp/progress_ticker.hpp"

#include "shared/base/synchronized.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::mcp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kInterval{1'000};
/// The journal is asked where calls stand, for so many at a time, once they take this long.
constexpr std::size_t kMostAsked = 8;
constexpr int kTicksBeforeAsking = 2;
constexpr milliseconds kPatience{500};

/// Where the execution stands in a queue, in words; empty: it runs.
std::string place_of(ToolService& service, std::string const& id, std::stop_token stop) {
  ServiceRequest request = protocol::get_execution(id);
  request.timeout = kPatience;
  auto const reply = service.call(request, std::move(stop));
  if (!reply) return {};
  auto const execution = protocol::decode_execution(reply->body);
  if (!execution || !execution->queue) return {};
  QueuePlace const& place = *execution->queue;
  std::string out = "waiting at place " + std::to_string(place.position);
  return place.reason.empty() ? out : out + " (" + place.reason + ")";
}

}  // namespace

class ProgressTicker::Watched final : public CallWatch {
 public:
  Watched(std::shared_ptr<Request> request, Speech const& speech, std::string tool)
      : request_(std::move(request)),
        token_(speech.progress_token),
        tool_(std::move(tool)),
        takes_words_(speech.at_least("2025-03-26")) {}

  void set_execution(std::string const& id) override {
    state_.with([&](State& state) {
      state.execution = id;
      state.saying.clear();
    });
  }
  void say(std::string const& what) override {
    state_.with([&](State& state) { state.saying = what; });
  }
  /// The execution to ask after; empty: none, or not yet.
  std::string execution() const {
    return state_.with([&](State const& state) {
      return ticks_ < kTicksBeforeAsking || !state.saying.empty() ? std::string{} : state.execution;
    });
  }
  void tick(std::string const& place) {
    ++ticks_;
    JsonObject out;
    out.raw("progressToken", token_).number("progress", ticks_);
    if (takes_words_) out.text("message", words(place));
    request_->notify("notifications/progress", out.done());
  }

 private:
  struct State {
    std::string execution{};
    std::string saying{};
  };
  std::string words(std::string const& place) const {
    std::string const saying = state_.with([](State const& state) { return state.saying; });
    std::string const what = saying.empty() ? (place.empty() ? "running " + tool_ : place) : saying;
    return what + " (" + std::to_string(ticks_) + " s)";
  }

  std::shared_ptr<Request> request_;
  std::string token_;
  std::string tool_;
  bool takes_words_;
  Synchronized<State> state_{};
  int ticks_ = 0;  ///< the ticker's thread alone
};

ProgressTicker::ProgressTicker(MakeService make_service) : make_service_(std::move(make_service)) {}

ProgressTicker::~ProgressTicker() {
  close();
  if (thread_.joinable()) thread_.join();
}

void ProgressTicker::close() { stop_.request_stop(); }

std::shared_ptr<CallWatch> ProgressTicker::watch(std::shared_ptr<Request> request, Speech const& speech,
                                                 std::string tool) {
  auto watched = std::make_shared<Watched>(std::move(request), speech, std::move(tool));
  std::lock_guard const guard{mutex_};
  if (stop_.stop_requested()) return watched;
  watched_.push_back(watched);
  if (!thread_.joinable()) thread_ = std::thread{[this] { run(); }};
  changed_.notify_all();
  return watched;
}

void ProgressTicker::tick(ToolService& service, std::vector<std::shared_ptr<Watched>> const& all) const {
  std::size_t asked = 0;
  for (auto const& each : all) {
    std::string const id = each->execution();
    bool const ask = !id.empty() && asked++ < kMostAsked;
    each->tick(ask ? place_of(service, id, stop_.get_token()) : std::string{});
  }
}

void ProgressTicker::run() {
  auto const service = make_service_();
  std::stop_token const stop = stop_.get_token();
  std::unique_lock lock{mutex_};
  while (!stop.stop_requested()) {
    changed_.wait(lock, stop, [this] { return !watched_.empty(); });
    changed_.wait_for(lock, stop, kInterval, [] { return false; });
    std::vector<std::shared_ptr<Watched>> all;
    std::erase_if(watched_, [&](std::weak_ptr<Watched> const& each) {
      auto held = each.lock();
      if (!held) return true;
      all.push_back(std::move(held));
      return false;
    });
    if (stop.stop_requested()) return;
    lock.unlock();
    tick(*service, all);
    all.clear();
    lock.lock();
  }
}

}  // namespace agenta::mcp
