#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

/// What holds a batch back where one of its ends is slower than the other: memory stays the same however long
/// the input is, and however slow its reader.
namespace agenta::cli {

/// The lines that are read and not begun. Filled by one thread, emptied by many.
template <class Item>
class BatchQueue {
 public:
  /// `most_bytes` bounds what is read and not begun, and as much again of what is begun and not over.
  BatchQueue(std::size_t most_items, std::size_t most_bytes)
      : most_items_(most_items), most_bytes_(most_bytes) {}

  /// Waits for room; an item that is larger than all the room goes in alone. False once nothing more is
  /// wanted.
  bool push(Item item, std::size_t bytes, std::stop_token const& stop) {
    std::unique_lock lock{mutex_};
    auto const has_room = [&] {
      return is_closed_ || items_.empty() || (items_.size() < most_items_ && bytes_ + bytes <= most_bytes_);
    };
    if (!room_.wait(lock, stop, has_room) || is_closed_) return false;
    items_.emplace_back(std::move(item), bytes);
    bytes_ += bytes;
    filled_.notify_one();
    return true;
  }
  /// The next one; nothing once the queue is closed and empty.
  std::optional<Item> pop() {
    std::unique_lock lock{mutex_};
    filled_.wait(lock, [&] {
      if (items_.empty()) return is_closed_;
      return bytes_out_ == 0 || bytes_out_ + items_.front().second <= most_bytes_;
    });
    if (items_.empty()) return std::nullopt;
    auto [item, bytes] = std::move(items_.front());
    items_.pop_front();
    bytes_ -= bytes;
    bytes_out_ += bytes;
    // The filler is woken for half a queue of room, not for each item.
    if (items_.size() <= most_items_ / 2) room_.notify_one();
    return std::move(item);
  }
  /// An item of so many bytes is over.
  void finish(std::size_t bytes) {
    std::lock_guard const guard{mutex_};
    bytes_out_ -= bytes;
    filled_.notify_all();
  }
  /// Nothing more comes.
  void close() {
    std::lock_guard const guard{mutex_};
    is_closed_ = true;
    filled_.notify_all();
    room_.notify_all();
  }
  /// Nothing more comes, and what has not begun does not begin. How many those are.
  std::size_t abandon() {
    std::lock_guard const guard{mutex_};
    std::size_t const dropped = items_.size();
    items_.clear();
    bytes_ = 0;
    is_closed_ = true;
    filled_.notify_all();
    room_.notify_all();
    return dropped;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any room_;
  std::condition_variable filled_;
  std::deque<std::pair<Item, std::size_t>> items_{};
  std::size_t most_items_;
  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::size_t bytes_out_ = 0;
  bool is_closed_ = false;
};

/// The outcomes on their way out: at once, or in the order of the input. Any thread.
class BatchOutlet {
 public:
  enum class Order : bool { as_completed, as_read };
  /// `write` is called by one thread at a time; what it says no to is not written, and nothing after it.
  BatchOutlet(Order order, std::size_t most_items, std::size_t most_bytes,
              std::function<bool(std::string const&)> write)
      : order_(order), most_items_(most_items), most_bytes_(most_bytes), write_(std::move(write)) {}

  /// Takes the outcome of the `turn`th line (from 0; each comes once). Where it is not its turn and too much
  /// is held already, waits: whoever has the line whose turn it is never does.
  void put(std::uint64_t turn, std::string text);
  /// Whether nobody takes them any more.
  bool is_shut() const;

 private:
  void write_turns();

  mutable std::mutex mutex_;
  std::condition_variable turned_;
  Order order_;
  std::size_t most_items_;
  std::size_t most_bytes_;
  std::function<bool(std::string const&)> write_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, std::string> held_{};
  std::size_t held_bytes_ = 0;
  bool is_shut_ = false;
};

}  // namespace agenta::cli
