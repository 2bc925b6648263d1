// Serves the sandbox's messages with cpp-httplib, for third-party tests that start before the daemon does.
// Not shipped: `agenta-tools sandbox serve` is.
#include <httplib.h>

#include <csignal>
#include <cstdio>

#include "daemon/sandbox/sandbox.hpp"

namespace {

using agenta::daemon::find_header;
using agenta::daemon::HttpRequest;
using agenta::daemon::HttpResponse;
using agenta::daemon::sandbox::Sandbox;

void answer(Sandbox& sandbox, httplib::Request const& given, httplib::Response& wanted) {
  HttpRequest request;
  request.method = given.method;
  request.target = given.target;
  for (auto const& [name, value] : given.headers) request.headers.emplace_back(name, value);
  request.body = given.body;
  HttpResponse const response = sandbox.handle(request);
  wanted.status = static_cast<int>(response.status);
  for (auto const& [name, value] : response.headers) {
    if (name != "Content-Type") wanted.set_header(name, value);
  }
  wanted.set_content(response.body,
                     std::string{find_header(response.headers, "Content-Type").value_or("text/plain")});
}

}  // namespace

int main() {
  agenta::SystemClock const clock;
  auto sandbox = Sandbox::open({}, clock);
  if (!sandbox) {
    std::fprintf(stderr, "%s\n", sandbox.error().message.c_str());
    return 1;
  }
  httplib::Server server;
  server.set_tcp_nodelay(true);
  auto const handler = [&](httplib::Request const& request, httplib::Response& response) {
    answer(*sandbox.value(), request, response);
  };
  server.Get(".*", handler).Post(".*", handler).Patch(".*", handler).Delete(".*", handler).Put(".*", handler);
  int const port = server.bind_to_any_port("127.0.0.1");
  std::string const url = "http://127.0.0.1:" + std::to_string(port);
  sandbox.value()->set_base_url(url);
  std::printf("%s\n", url.c_str());
  std::fflush(stdout);
  return server.listen_after_bind() ? 0 : 1;
}
