#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "shared/base/text.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta::testing {

/// `HTTP/1.1 <status>` with its length; `fields` are whole lines ending in CRLF.
inline std::string http_reply(unsigned status, std::string_view body, std::string_view fields = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + std::string{fields} + "\r\n" + std::string{body};
}

/// One connection of a `ScriptedServer`, for the script that plays it.
class Peer {
 public:
  Peer(UniqueFd socket, std::size_t number) : socket_(std::move(socket)), number_(number) {}

  std::size_t number() const { return number_; }  ///< 0 for the first connection
  int socket() const { return socket_.get(); }

  /// The next request whole, head and body; nothing once the client has gone.
  std::optional<std::string> read() {
    while (true) {
      if (auto const size = request_size(); size > 0 && received_.size() >= size) {
        auto request = received_.substr(0, size);
        received_.erase(0, size);
        if (seen) seen(request);
        return request;
      }
      char bytes[65536];
      auto const got = ::recv(socket_.get(), bytes, sizeof bytes, 0);
      if (got <= 0) return std::nullopt;
      received_.append(bytes, static_cast<std::size_t>(got));
    }
  }
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      auto const sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// Ends the connection with a reset rather than a close.
  void reset() {
    auto const at_once = linger{1, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }
  void close() {
    std::lock_guard const lock{mutex_};
    socket_.reset();
  }
  /// Ends reading and writing from another thread.
  void shut_down() {
    std::lock_guard const lock{mutex_};
    if (socket_) ::shutdown(socket_.get(), SHUT_RDWR);
  }
  /// Waits until the client has closed its end.
  void await_close() {
    char byte{};
    while (::recv(socket_.get(), &byte, 1, 0) > 0) continue;
  }

  std::function<void(std::string const&)> seen{};

 private:
  /// Of the request that begins `received_`; 0 while its head is not complete.
  std::size_t request_size() const {
    auto const head = received_.find("\r\n\r\n");
    if (head == std::string::npos) return 0;
    auto const field = to_lower(received_.substr(0, head)).find("\r\ncontent-length:");
    auto const length = field == std::string::npos ? 0 : std::stoul(received_.substr(field + 17));
    return head + 4 + length;
  }

  std::mutex mutex_{};  // of closing the socket against shutting it down
  UniqueFd socket_;
  std::size_t number_;
  std::string received_{};
};

/// A server on loopback that does with each connection what a test's script says, byte for byte. The script
/// runs on a thread of its own for each connection, and the connection closes when it returns.
class ScriptedServer {
 public:
  using Script = std::function<void(Peer&)>;

  explicit ScriptedServer(Script script) : script_(std::move(script)) {
    listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    auto address = sockaddr_in{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto size = socklen_t{sizeof address};
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), raw, size) != 0 || ::listen(listener_.get(), 512) != 0 ||
        ::getsockname(listener_.get(), raw, &size) != 0)
      throw std::runtime_error{"cannot listen on loopback"};
    port_ = ntohs(address.sin_port);
    accepting_ = std::jthread{[this] { accept_all(); }};
  }
  ScriptedServer(ScriptedServer const&) = delete;
  ScriptedServer& operator=(ScriptedServer const&) = delete;
  ~ScriptedServer() { stop(); }

  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  /// Every request so far, in the order of their last byte.
  std::vector<std::string> requests() const {
    std::lock_guard const lock{mutex_};
    return requests_;
  }
  std::size_t connections() const {
    std::lock_guard const lock{mutex_};
    return players_.size();
  }
  void wait_for_requests(std::size_t count) {
    auto lock = std::unique_lock{mutex_};
    changed_.wait(lock, [&] { return requests_.size() >= count; });
  }
  /// Closes everything and waits for the scripts; new connections are refused from here on.
  void stop() {
    if (!listener_) return;
    ::shutdown(listener_.get(), SHUT_RDWR);
    accepting_.join();
    listener_.reset();
    {
      std::lock_guard const lock{mutex_};
      for (auto const& peer : peers_) peer->shut_down();
    }
    players_.clear();
    peers_.clear();
  }

 private:
  void accept_all() {
    while (true) {
      auto socket = UniqueFd{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
      if (!socket) return;
      std::lock_guard const lock{mutex_};
      auto peer = std::make_shared<Peer>(std::move(socket), players_.size());
      peer->seen = [this](std::string const& request) {
        std::lock_guard const seen_lock{mutex_};
        requests_.push_back(request);
        changed_.notify_all();
      };
      peers_.push_back(peer);
      players_.emplace_back([this, peer] {
        script_(*peer);
        peer->close();
      });
    }
  }

  Script script_;
  UniqueFd listener_{};
  int port_ = 0;
  mutable std::mutex mutex_{};
  std::condition_variable changed_{};
  std::vector<std::string> requests_{};
  std::vector<std::shared_ptr<Peer>> peers_{};
  std::vector<std::jthread> players_{};
  std::jthread accepting_{};
};

/// A script that answers every request of every connection with `reply`.
inline ScriptedServer::Script always(std::string reply) {
  return [reply = std::move(reply)](Peer& peer) {
    while (peer.read()) peer.write(reply);
  };
}

}  // namespace agenta::testing
