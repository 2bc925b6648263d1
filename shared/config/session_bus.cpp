#include "shared/config/session_bus.hpp"

#include <filesystem>
#include <system_error>

namespace agenta::config {

std::string find_session_bus(Environment const& environment) {
  if (auto address = environment("DBUS_SESSION_BUS_ADDRESS"); address && !address->empty()) return *address;
  auto const directory = environment("XDG_RUNTIME_DIR");
  if (!directory || directory->empty()) return {};
  auto const socket = std::filesystem::path{*directory} / "bus";
  std::error_code ignored;
  return std::filesystem::is_socket(socket, ignored) ? "unix:path=" + socket.string() : std::string{};
}

}  // namespace agenta::config
