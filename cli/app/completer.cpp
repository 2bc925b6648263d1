#include "cli/app/completer.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "cli/command/names_file.hpp"
#include "cli/command/session_choice.hpp"
#include "cli/command/syntax.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/codec_session.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;

/// All there are: a shell that was given a part would complete to what that part has in common.
constexpr std::size_t kMostNames = 20'000;
/// How long the daemon may take; the client looks up every 40 ms to see whether it is to stop.
constexpr milliseconds kPatience{110};

/// What a shell asks for.
struct Question {
  GlobalFlags flags{};
  std::optional<Completes> what{};
  std::string prefix{};
};

Question read_question(std::span<std::string const> words) {
  Question question;
  words = words.subspan(1);
  while (!words.empty() && words.front().starts_with("--")) {
    question.flags.sandbox = question.flags.sandbox || words.front() == "--sandbox";
    bool const has_value = words.front() == "--project" && words.size() > 1;
    if (has_value) question.flags.project = words[1];
    words = words.subspan(has_value ? 2 : 1);
  }
  if (!words.empty()) question.what = parse_completes(words.front());
  if (words.size() > 1) question.prefix = words[1];
  return question;
}

/// Requests a stop when its time is over.
class Timer {
 public:
  explicit Timer(milliseconds patience)
      : thread_{[this, patience](std::stop_token const& ended) {
          std::mutex mutex;
          std::condition_variable_any wake;
          std::unique_lock lock{mutex};
          wake.wait_for(lock, ended, patience, [] { return false; });
          source_.request_stop();
        }} {}

  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_{};
  std::jthread thread_;
};

std::unique_ptr<ToolService> make_service(World const& world, config::Paths const& paths,
                                          GlobalFlags const& flags) {
  if (world.make_service) return world.make_service();
  if (auto const socket = named_socket(world.environment); !socket.empty())
    return std::make_unique<client::SessionClient>(socket, client::ClientIdentity{.project = ""});
  client::ClientIdentity identity;
  auto const settings = config::Settings::load(paths, world.environment, world.directory, settings_of(flags));
  if (settings) identity.project = settings->text("project");
  return std::make_unique<client::DaemonClient>(paths.socket(), std::move(identity));
}

std::vector<std::string> find_connections(World const& world, config::Paths const& paths,
                                          Question const& question) {
  std::vector<std::string> slugs;
  auto const service = make_service(world, paths, question.flags);
  protocol::ConnectionQuery query;
  query.limit = 1000;  // the most that one question may ask for; there is time for one
  ServiceRequest request = protocol::list_connections(query);
  request.timeout = kPatience;
  Timer const timer{kPatience};
  auto const reply = service->call(request, timer.token());
  if (!reply) return slugs;
  auto const page = protocol::decode_connections(reply->body);
  if (!page) return slugs;
  for (Connection const& each : page->items) {
    bool const matches = equal_ignoring_case(each.slug.substr(0, question.prefix.size()), question.prefix);
    if (matches && visible(each.slug) == each.slug && slugs.size() < kMostNames) slugs.push_back(each.slug);
  }
  std::ranges::sort(slugs);
  return slugs;
}

std::vector<std::string> find_sessions(World const& world, config::Paths const& paths,
                                       Question const& question) {
  std::vector<std::string> names;
  auto const service = make_service(world, paths, question.flags);
  constexpr int kMost = 1000;
  ServiceRequest request = protocol::list_sessions("open", "", kMost);
  request.timeout = kPatience;
  Timer const timer{kPatience};
  auto const reply = service->call(request, timer.token());
  if (!reply) return names;
  auto const page = protocol::decode_sessions(reply->body);
  if (!page) return names;
  for (protocol::SessionView const& each : page->items) {
    std::string const& name = each.session.name;
    if (equal_ignoring_case(name.substr(0, question.prefix.size()), question.prefix)) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> find_all(World const& world, config::Paths const& paths, Question const& question) {
  auto const from = [&](char const* file) {
    if (!named_socket(world.environment).empty()) return std::vector<std::string>{};  // another's home
    return find_names(paths.names_dir() / file, question.prefix, kMostNames);
  };
  switch (*question.what) {
    case Completes::nothing: return {};
    case Completes::tool: return from("tools");
    case Completes::integration: return from("integrations");
    case Completes::category: return from("categories");
    case Completes::connection: return find_connections(world, paths, question);
    case Completes::session: return find_sessions(world, paths, question);
  }
  __builtin_unreachable();
}

}  // namespace

bool asks_for_names(std::span<std::string const> words) {
  return !words.empty() && words.front() == "__complete";
}

Result<void> print_names(World const& world, std::span<std::string const> words, Terminal& terminal) {
  Question question = read_question(words);
  if (!question.what) return {};
  apply_environment(question.flags, world.environment);
  auto const sandboxed = question.flags.sandbox ? config::Sandboxed::yes : config::Sandboxed::no;
  AGENTA_TRY(auto const paths, config::find_paths(world.environment, sandboxed));
  for (std::string const& name : find_all(world, paths, question)) terminal.out(name + "\n");
  return {};
}

}  // namespace agenta::cli
