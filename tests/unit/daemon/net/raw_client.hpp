#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include "shared/base/text.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta::daemon {

/// A reply as it came over the wire.
struct RawReply {
  unsigned status = 0;
  std::string head{};
  std::string body{};
  /// The value of a header, or nothing in its place.
  std::string header(std::string_view name) const {
    auto const at = to_lower(head).find("\r\n" + to_lower(name) + ":");
    if (at == std::string::npos) return {};
    auto const from = at + name.size() + 3;
    return std::string{trim(std::string_view{head}.substr(from, head.find("\r\n", from) - from))};
  }
};

/// The peer's end of a byte stream, in blocking calls. No reply within 20 s is a failure, not a hang.
class RawClient {
 public:
  explicit RawClient(UniqueFd socket) : socket_(std::move(socket)) {
    timeval const limit{20, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }

  int socket() const { return socket_.get(); }
  /// Whether all of it was taken.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      auto const sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// The next reply with a body of the length it states. `head_only` is for a reply to HEAD.
  RawReply read_reply(bool head_only = false) {
    RawReply reply;
    std::size_t end = 0;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return reply;
    }
    reply.head = received_.substr(0, end + 2);
    received_.erase(0, end + 4);
    if (reply.head.starts_with("HTTP/1.1 "))
      reply.status = static_cast<unsigned>(std::stoul(reply.head.substr(9, 3)));
    auto const length = reply.header("Content-Length");
    std::size_t const wanted = head_only || length.empty() ? 0 : std::stoul(length);
    while (received_.size() < wanted) {
      if (!receive()) break;
    }
    reply.body = received_.substr(0, wanted);
    received_.erase(0, wanted);
    return reply;
  }
  /// Everything until the peer closes.
  std::string read_to_end() {
    while (receive()) continue;
    return std::exchange(received_, {});
  }
  /// Whether the peer closed, and nothing came before that.
  bool is_closed() { return read_to_end().empty() && last_error_ != EAGAIN; }
  /// What ended the last read: 0 for an orderly close.
  int last_error() const { return last_error_; }
  bool has_input_within(int milliseconds) {
    pollfd entry{socket_.get(), POLLIN, 0};
    return ::poll(&entry, 1, milliseconds) == 1;
  }
  void shut_down_sending() { ::shutdown(socket_.get(), SHUT_WR); }
  void close() { socket_.reset(); }

 private:
  bool receive() {
    char bytes[65536];
    auto const got = ::recv(socket_.get(), bytes, sizeof bytes, 0);
    last_error_ = got < 0 ? errno : 0;
    if (got <= 0) return false;
    received_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  UniqueFd socket_;
  std::string received_{};
  int last_error_ = 0;
};

}  // namespace agenta::daemon
