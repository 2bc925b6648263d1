#include "cli/mcp/stdio_door.hpp"

#include <atomic>
#include <cerrno>

#include "cli/mcp/line_reader.hpp"
#include "cli/mcp/outbox.hpp"

namespace agenta::mcp {
namespace {

/// What was answered already is still handed over to a client that takes it.
constexpr std::chrono::milliseconds kLastWords{1'000};

}  // namespace

OsResult<void> serve_stdio(Server& server, int in, int out, std::stop_token const& stop) {
  std::stop_source ending;
  std::stop_callback const on_stop{stop, [&] { ending.request_stop(); }};
  // Shared, since others hold the outbox too and its writer may come to this late.
  auto const broken = std::make_shared<std::atomic<int>>(0);
  auto const outbox = std::make_shared<Outbox>(out, [broken, ending](int error) mutable {
    *broken = error;
    ending.request_stop();
  });
  auto const peer = std::make_shared<Peer>();
  server.subscribe(peer, outbox);
  LineReader reader{in, ending.get_token()};
  for (;;) {
    LineReader::Next next = reader.next();
    if (next.end == LineReader::End::line) {
      server.take(peer, next.line, outbox);
    } else if (next.end == LineReader::End::too_long) {
      RpcError const error{.code = kInvalidRequest, .message = "a message is at most 16 MiB long"};
      outbox->send(write_error("", error));
    } else {
      break;
    }
  }
  peer->cancel_calls();
  server.end(kLastWords);
  peer->cancel_all();
  outbox->close(kLastWords);
  int const error = *broken;
  bool const has_left = error == EPIPE || error == ECONNRESET;
  if (error == 0 || has_left) return {};
  return unexpected(OsError{error, "write to standard output"});
}

}  // namespace agenta::mcp
