#include "cli/command/execute_queue.hpp"

#include <chrono>
#include <utility>

#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{300};  ///< what answers sooner pays nothing for this
constexpr milliseconds kPeriod{500};
constexpr milliseconds kAskPatience{3'000};

std::string ordinal(int number) {
  int const last_two = number % 100;
  bool const is_teen = last_two >= 11 && last_two <= 13;
  char const* ending = "th";
  if (!is_teen && number % 10 == 1) ending = "st";
  if (!is_teen && number % 10 == 2) ending = "nd";
  if (!is_teen && number % 10 == 3) ending = "rd";
  return std::to_string(number) + ending;
}

std::string event_line(ExecutionId const& id, std::optional<QueuePlace> const& place) {
  std::string line = with_member("{}", "event", place ? "\"queued\"" : "\"sent\"");
  line = with_member(line, "execution_id", protocol::write_string(id.text));
  if (!place) return line;
  line = with_member(line, "position", std::to_string(place->position));
  line = with_member(line, "expected_wait_ms",
                     place->expected_wait ? std::to_string(place->expected_wait->count()) : "null");
  return with_member(line, "reason", protocol::write_string(place->reason));
}

}  // namespace

std::string queue_words(QueuePlace const& place) {
  if (place.reason == "approval") return "waiting for somebody's approval";
  std::string words = "waiting for its turn: " + ordinal(place.position);
  if (place.expected_wait) {
    auto const seconds = std::chrono::ceil<std::chrono::seconds>(*place.expected_wait);
    words += ", about " + std::to_string(seconds.count()) + " s";
  }
  if (place.reason == "rate_limit") return words + " (rate limit)";
  return words + (place.reason == "custom_in_flight" ? " (custom.in_flight)" : " (limits.in_flight)");
}

QueueWatch::QueueWatch(Context& context, Spinner& spinner, ExecutionId id, std::string work)
    : context_(context), spinner_(spinner), id_(std::move(id)), work_(std::move(work)) {
  bool const says_something = !context.flags.quiet && context.another_service &&
                              (context.flags.verbose || context.terminal.err_is_tty());
  if (says_something) thread_ = std::jthread{[this](std::stop_token const& stop) { watch(stop); }};
}

QueueWatch::~QueueWatch() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void QueueWatch::watch(std::stop_token const& stop) {
  std::unique_ptr<ToolService> service;
  milliseconds rest = kPatience;
  for (;;) {
    {
      std::unique_lock lock{mutex_};
      wake_.wait_for(lock, stop, rest, [] { return false; });
    }
    if (stop.stop_requested()) return;
    rest = kPeriod;
    if (!service) service = context_.another_service();
    if (!service) return;
    ServiceRequest request = protocol::get_execution(id_.text);
    request.timeout = kAskPatience;
    auto const reply = service->call(request, stop);
    if (!reply) continue;  // not journaled yet, or the daemon has other worries: the command will say
    auto const execution = protocol::decode_execution(reply->body);
    if (execution && !stop.stop_requested()) report(execution->queue);
  }
}

void QueueWatch::report(std::optional<QueuePlace> const& place) {
  bool const is_news = place.has_value() != said_.has_value() ||
                       (place && (place->position != said_->position || place->reason != said_->reason));
  bool const on_terminal = context_.terminal.err_is_tty();
  if (on_terminal && (is_news || place)) spinner_.say(place ? queue_words(*place) : work_);
  if (!on_terminal && is_news && context_.flags.verbose) context_.terminal.err(event_line(id_, place) + "\n");
  said_ = place;
}

}  // namespace agenta::cli
