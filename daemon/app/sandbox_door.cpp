#include "daemon/app/sandbox_door.hpp"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/app/process.hpp"
#include "shared/base/private_dir.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/error_table.hpp"

namespace agenta::daemon {
namespace {

HttpServerOptions sandbox_limits() {
  HttpServerOptions options;
  options.most_body_bytes = 128 * 1024 * 1024;  // of a file that is put into its storage
  options.malformed = [](Malformed) { return HttpResponse{}; };
  return options;
}

boost::asio::awaitable<HttpResponse> answer(sandbox::Sandbox& sandbox, HttpRequest request) {
  co_return sandbox.handle(request);
}

}  // namespace

SandboxDoor::SandboxDoor(boost::asio::any_io_executor executor, std::unique_ptr<sandbox::Sandbox> sandbox)
    : sandbox_(std::move(sandbox)),
      server_(std::move(executor), sandbox_limits(),
              [this](HttpRequest request, HttpPeer) { return answer(*sandbox_, std::move(request)); }) {}

SandboxDoor::~SandboxDoor() {
  server_.close_all();
  sandbox_->flush();
}

OsResult<void> SandboxDoor::bind(boost::asio::any_io_executor executor, std::uint16_t port) {
  auto bound = LoopbackListener::bind(
      std::move(executor), port, [this](StreamSocket socket) { server_.adopt(std::move(socket), Peer{}); });
  if (!bound) return unexpected(bound.error());
  listener_ = std::move(*bound);
  base_url_ = "http://127.0.0.1:" + std::to_string(listener_->port());
  sandbox_->set_base_url(base_url_);
  return {};
}

Result<std::unique_ptr<SandboxDoor>> SandboxDoor::open(boost::asio::any_io_executor executor,
                                                       std::unique_ptr<sandbox::Sandbox> sandbox,
                                                       std::uint16_t port) {
  std::unique_ptr<SandboxDoor> door{new SandboxDoor{executor, std::move(sandbox)}};
  if (auto const bound = door->bind(executor, port); !bound)
    return fail(error_from(bound.error(), ErrorCode::daemon_unavailable));
  return door;
}

Result<std::unique_ptr<SandboxDoor>> SandboxDoor::reopen(boost::asio::any_io_executor executor,
                                                         std::unique_ptr<sandbox::Sandbox> sandbox,
                                                         std::filesystem::path const& file) {
  std::unique_ptr<SandboxDoor> door{new SandboxDoor{executor, std::move(sandbox)}};
  std::uint16_t last = 0;
  if (auto const text = read_file(file)) std::from_chars(text->data(), text->data() + text->size(), last);
  auto bound = door->bind(executor, last);
  if (!bound && last != 0) bound = door->bind(executor, 0);
  if (!bound) return fail(error_from(bound.error(), ErrorCode::daemon_unavailable));
  // Not being able to remember it is no reason not to serve.
  if (door->listener_->port() != last)
    static_cast<void>(write_private_file(file, std::to_string(door->listener_->port()) + "\n"));
  return door;
}

namespace {

Result<void> serve_until_told(SandboxServeOptions const& options) {
  SystemClock const clock;
  boost::asio::io_context loop{1};
  sandbox::Options sandbox_options;
  if (!options.catalog.empty()) sandbox_options.catalog = options.catalog;
  if (!options.state_file.empty()) sandbox_options.state_file = options.state_file;
  std::string const key = sandbox_options.api_key;
  AGENTA_TRY(auto sandbox, sandbox::Sandbox::open(std::move(sandbox_options), clock));
  AGENTA_TRY(auto const door, SandboxDoor::open(loop.get_executor(), std::move(sandbox), options.port));

  nlohmann::ordered_json line;
  line["url"] = door->base_url();
  line["api_key"] = key;
  line["pid"] = ::getpid();
  std::puts(line.dump().c_str());
  std::fflush(stdout);

  boost::asio::signal_set signals{loop, SIGTERM, SIGINT};
  signals.async_wait([&loop](boost::system::error_code, int) { loop.stop(); });
  loop.run();
  return {};
}

}  // namespace

int serve_sandbox(SandboxServeOptions const& options) {
  auto const served = serve_until_told(options);
  if (served) return 0;
  std::fprintf(stderr, "agenta-toolsd: %s\n", served.error().message.c_str());
  return protocol::row_of(served.error().code).exit_code;
}

}  // namespace agenta::daemon
