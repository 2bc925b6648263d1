#include "shared/base/readable_time.hpp"

namespace agenta {

std::string readable_time(WallTime time) {
  constexpr std::size_t kDay = 10;
  constexpr std::size_t kSecond = 19;
  std::string text = format_rfc3339(time).substr(0, kSecond);
  text[kDay] = ' ';
  return text;
}

}  // namespace agenta
