#include "shared/base/port_holder.hpp"

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

namespace agenta {
namespace {

namespace fs = std::filesystem;

struct Listening {
  uid_t uid = 0;
  std::string inode{};
};

/// The listening socket of a port in a table of the kernel, such as /proc/net/tcp.
std::optional<Listening> find_listening(char const* table, std::uint16_t port) {
  constexpr std::string_view kListen = "0A";
  std::ifstream in{table};
  std::string line;
  std::getline(in, line);  // the heading
  while (std::getline(in, line)) {
    std::istringstream fields{line};
    std::string slot;
    std::string local;
    std::string remote;
    std::string state;
    std::string queues;
    std::string timer;
    std::string retransmits;
    std::string timeout;
    Listening found;
    fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> found.uid >> timeout >>
        found.inode;
    std::size_t const colon = local.rfind(':');
    if (!fields || state != kListen || colon == std::string::npos) continue;
    unsigned number = 0;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), number, 16);
    if (number == port) return found;
  }
  return std::nullopt;
}

bool holds(fs::path const& process, std::string const& socket) {
  std::error_code error;
  for (fs::directory_iterator each{process / "fd", error}, end; !error && each != end;
       each.increment(error)) {
    std::error_code gone;
    if (fs::read_symlink(each->path(), gone).native() == socket) return true;
  }
  return false;
}

void find_process(PortHolder& holder, std::string const& socket) {
  std::error_code error;
  for (fs::directory_iterator each{"/proc", error}, end; !error && each != end; each.increment(error)) {
    std::string const name = each->path().filename();
    pid_t pid = 0;
    auto const [last, failure] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (failure != std::errc{} || last != name.data() + name.size() || !holds(each->path(), socket)) continue;
    holder.pid = pid;
    std::ifstream comm{each->path() / "comm"};
    std::getline(comm, holder.program);
    return;
  }
}

}  // namespace

std::string PortHolder::text() const {
  if (pid == 0) return "a program of uid " + std::to_string(uid);
  return (program.empty() ? "a program" : program) + " (pid " + std::to_string(pid) + ")";
}

std::optional<PortHolder> find_port_holder(std::uint16_t port) {
  auto listening = find_listening("/proc/net/tcp", port);
  if (!listening) listening = find_listening("/proc/net/tcp6", port);
  if (!listening) return std::nullopt;
  PortHolder holder;
  holder.uid = listening->uid;
  find_process(holder, "socket:[" + listening->inode + "]");
  return holder;
}

}  // namespace agenta
