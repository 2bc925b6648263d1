#pragma once

#include <httplib.h>

#include <memory>
#include <string>
#include <string_view>

#include "daemon/composio/call_guard.hpp"
#include "daemon/composio/endpoint.hpp"
#include "daemon/composio/http_pool.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta::daemon {

// Debian's library is compiled with TLS; without the flags of its pkg-config file the classes here would be
// smaller than the ones it works on.
#ifndef CPPHTTPLIB_OPENSSL_SUPPORT
#error "compile with the flags of `pkg-config --cflags cpp-httplib`"
#endif
static_assert(std::string_view{CPPHTTPLIB_VERSION} == "0.11.4",
              "the way of a request below was read off 0.11.4: read it again for another version");
#if defined(__x86_64__) && defined(__GLIBCXX__) && _GLIBCXX_USE_CXX11_ABI
static_assert(sizeof(httplib::ClientImpl) == 968);
#endif

/// One connection: a client of the library that dials once in its life. The library would dial again by
/// itself (on a connection found dead, and after a TLS peer closed it with the request already written, which
/// is then sent twice).
struct Line {
  std::unique_ptr<httplib::ClientImpl> client{};
  UniqueFd socket{};  ///< our own descriptor of the client's socket: valid whatever the library closes
  bool dialled = false;
  bool dialled_twice = false;
  bool via_proxy = false;
  CallGuard* guard = nullptr;  ///< of the call under way
  SteadyTime idle_since{};
};

/// For the client's new socket, on whatever thread dials: the first is kept, a second cannot connect.
void on_new_socket(Line& line, int socket);
/// Whether nothing has happened on an idle connection. A close, and anything the server says unasked, ends
/// its use.
bool is_quiet(Line const& line);
/// One request, and its reply, on the line; by one thread at a time, with the line's guard set.
HttpOutcome use(Line& line, HttpCall const& call, Endpoint const& endpoint);
/// The trouble, told for a person.
HttpOutcome trouble(HttpProgress progress, HttpTrouble what, std::string detail);
std::string describe(HttpTrouble what, httplib::Error error, Endpoint const& endpoint);

}  // namespace agenta::daemon
