#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

namespace agenta::daemon {

/// Coroutines that wait for something named to happen, without a thread each. Loop thread only.
class WaitList {
 public:
  explicit WaitList(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  /// Counts notifications. Read it before looking at what is waited for, and give it to `wait`: a
  /// notification that came in between is then not missed.
  std::uint64_t generation() const { return generation_; }
  /// Returns at the next `notify(key)`, after `timeout`, or soon after `stop` is requested (from the loop
  /// thread); at once where the key was notified since `seen`, or may have been, so look again.
  /// Whether the whole time has passed.
  boost::asio::awaitable<bool> wait(std::string key, std::chrono::milliseconds timeout, std::stop_token stop,
                                    std::uint64_t seen);
  void notify(std::string const& key);
  /// Ends every wait, and lets none begin any more: whoever waited answers as things stand.
  void close();
  bool is_closed() const { return closed_; }
  std::size_t size() const { return waiting_.size(); }
  boost::asio::any_io_executor const& executor() const { return executor_; }

 private:
  bool may_have_been_notified(std::string const& key, std::uint64_t since) const;

  boost::asio::any_io_executor executor_;
  std::multimap<std::string, std::shared_ptr<boost::asio::steady_timer>> waiting_;
  std::uint64_t generation_ = 0;
  bool closed_ = false;
  std::deque<std::string> recent_{};  ///< the last keys notified, the newest of `generation_`
};

}  // namespace agenta::daemon
