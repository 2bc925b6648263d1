#pragma once

#include <string>

namespace agenta::keyring {

/// How a request to the Secret Service ended: the exit code of the program, read by the daemon.
enum class Ending {
  done = 0,
  failed = 1,
  usage = 2,
  missing = 3,  ///< no such item
  locked = 4,   ///< it would have to ask the user
  absent = 5,   ///< no session bus, or nothing on it that keeps secrets
};

struct Answer {
  Ending ending = Ending::failed;
  std::string why{};     ///< one line for a person
  std::string secret{};  ///< of `load`
};

/// Which item is meant. `id` is new with each login, so that a crash between keyring and file leaves a pair
/// that belongs together.
struct Item {
  std::string home{};
  std::string id{};
  std::string endpoint{};
};

/// Puts a secret into the default collection. Never asks the user anything.
Answer store(Item const& item, std::string const& secret);
Answer load(Item const& item);
/// Removes every item of the home but the one with this id; all where it is empty.
Answer clear(Item const& but);

}  // namespace agenta::keyring
