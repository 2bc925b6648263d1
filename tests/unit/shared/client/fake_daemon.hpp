#pragma once

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "shared/base/private_dir.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/base/unique_fd.hpp"
#include "shared/base/unix_address.hpp"

namespace agenta::test {

/// A Unix server on a thread of its own that answers one connection after the other by a script.
class FakeDaemon {
 public:
  /// Serves one accepted connection, which is closed when it returns.
  using Serve = std::function<void(FakeDaemon& daemon, int fd)>;

  FakeDaemon(std::filesystem::path const& socket, Serve serve) : serve_(std::move(serve)) {
    if (!open_private_dir(socket.parent_path())) throw std::runtime_error("cannot make the run directory");
    auto const address = UnixAddress::of(socket);
    listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    bool const listens = address && ::bind(listener_.get(), address->data(), address->size()) == 0 &&
                         ::listen(listener_.get(), 16) == 0;
    if (!listens) throw std::runtime_error("cannot listen at " + socket.string());
    thread_ = std::jthread{[this] { run(); }};
  }
  FakeDaemon(FakeDaemon const&) = delete;
  FakeDaemon& operator=(FakeDaemon const&) = delete;
  ~FakeDaemon() {
    stopping_ = true;
    std::uint64_t const one = 1;
    if (::write(wake_.get(), &one, sizeof one) < 0) std::abort();
  }

  /// Every request read so far, whole.
  std::vector<std::string> requests() const {
    return requests_.with([](auto const& all) { return all; });
  }
  int connections() const { return connections_; }

  /// Reads one request, headers and body; empty where the client hung up or the test is over.
  std::string read_request(int fd) {
    std::string text;
    while (!is_whole(text)) {
      if (!wait(fd, POLLIN)) return {};
      char buffer[65536];
      ssize_t const got = ::recv(fd, buffer, sizeof buffer, 0);
      if (got <= 0) return {};
      text.append(buffer, static_cast<std::size_t>(got));
    }
    requests_.with([&](auto& all) { all.push_back(text); });
    return text;
  }

  /// Writes in pieces of at most `piece` bytes.
  void write(int fd, std::string_view text, std::size_t piece = 1 << 20) {
    while (!text.empty()) {
      ssize_t const sent = ::send(fd, text.data(), std::min(piece, text.size()), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// Holds on until the client hangs up or the test is over.
  void hang(int fd) { wait(fd, POLLRDHUP); }

  /// Accepts no more: the next connect is refused.
  void stop_listening() { listener_.reset(); }

 private:
  static bool is_whole(std::string_view text) {
    std::size_t const end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return false;
    std::size_t const at = text.find("Content-Length: ");
    std::size_t const length = at < end ? std::stoul(std::string{text.substr(at + 16, 12)}) : 0;
    return text.size() >= end + 4 + length;
  }

  /// False where the test is over.
  bool wait(int fd, short events) {
    pollfd both[2] = {{fd, events, 0}, {wake_.get(), POLLIN, 0}};
    ::poll(both, 2, -1);
    return !stopping_;
  }

  void run() {
    while (listener_ && wait(listener_.get(), POLLIN)) {
      UniqueFd const connection{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
      if (!connection) continue;
      ++connections_;
      serve_(*this, connection.get());
    }
  }

  Serve serve_;
  UniqueFd listener_{};
  UniqueFd wake_{::eventfd(0, EFD_CLOEXEC)};
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  Synchronized<std::vector<std::string>> requests_{};
  std::jthread thread_{};
};

/// A reply with its length.
inline std::string reply(unsigned status, std::string const& body, std::string const& headers = "") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nAgenta-Tools-Version: 9.8.7\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Answers every request of a connection alike.
inline FakeDaemon::Serve always(std::string text, std::size_t piece = 1 << 20) {
  return [text = std::move(text), piece](FakeDaemon& daemon, int fd) {
    while (!daemon.read_request(fd).empty()) daemon.write(fd, text, piece);
  };
}

}  // namespace agenta::test
