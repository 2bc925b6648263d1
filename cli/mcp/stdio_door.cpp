#include "cli/mcp/stdio_door.hpp"

#include "cli/mcp/line_reader.hpp"
#include "cli/mcp/outbox.hpp"

namespace agenta::mcp {
namespace {

/// What was answered already is still handed over to a client that takes it.
constexpr std::chrono::milliseconds kLastWords{1'000};

}  // namespace

void serve_stdio(Server& server, int in, int out, std::stop_token const& stop) {
  std::stop_source ending;
  std::stop_callback const on_stop{stop, [&] { ending.request_stop(); }};
  auto const outbox = std::make_shared<Outbox>(out, [&] { ending.request_stop(); });
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
}

}  // namespace agenta::mcp
