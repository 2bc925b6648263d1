#include "daemon/composio/host_lookup.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "daemon/composio/endpoint.hpp"

namespace agenta::daemon {
namespace {

bool is_address(std::string const& host) {
  auto room = std::array<unsigned char, sizeof(in6_addr)>{};
  return ::inet_pton(AF_INET, host.c_str(), room.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), room.data()) == 1;
}

std::vector<std::string> resolve(std::string const& host) {
  auto hints = addrinfo{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  auto const owner = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>{found, &::freeaddrinfo};

  auto addresses = std::vector<std::string>{};
  for (auto const* each = found; each != nullptr; each = each->ai_next) {
    auto text = std::array<char, INET6_ADDRSTRLEN + 16>{};
    if (::getnameinfo(each->ai_addr, each->ai_addrlen, text.data(), text.size(), nullptr, 0,
                      NI_NUMERICHOST) != 0)
      continue;
    if (std::ranges::find(addresses, text.data()) == addresses.end()) addresses.emplace_back(text.data());
  }
  return addresses;
}

/// Shared with the resolving thread, which may outlive the wait.
struct Lookup {
  std::mutex mutex{};
  std::condition_variable_any answered{};
  bool done = false;
  std::vector<std::string> addresses{};
};

}  // namespace

std::vector<std::string> look_up(std::string const& host, SteadyTime deadline, std::stop_token stop) {
  if (is_address(host)) return {host};
  // Not asked of a resolver: whatever that says, these names mean this machine (RFC 6761 §6.3).
  if (is_loopback_host(host)) return {"127.0.0.1", "::1"};

  auto lookup = std::make_shared<Lookup>();
  std::thread{[lookup, host] {
    auto addresses = resolve(host);
    std::lock_guard const lock{lookup->mutex};
    lookup->addresses = std::move(addresses);
    lookup->done = true;
    lookup->answered.notify_all();
  }}.detach();

  auto lock = std::unique_lock{lookup->mutex};
  lookup->answered.wait_until(lock, stop, deadline, [&] { return lookup->done; });
  return lookup->addresses;
}

}  // namespace agenta::daemon
