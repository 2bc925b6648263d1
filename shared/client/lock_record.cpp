#include <charconv>
#include <string>

#include "shared/base/private_dir.hpp"
#include "shared/base/text.hpp"
#include "shared/client/launcher.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::client {
namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string text_member(std::string_view document, std::string_view name) {
  auto const json = protocol::find_member(document, name);
  return json ? protocol::read_string(*json).value_or("") : std::string{};
}

}  // namespace

std::optional<LockRecord> read_lock_record(std::filesystem::path const& lock_file) {
  constexpr std::size_t kLimit = 64 << 10;
  auto const content = read_file(lock_file, kLimit);
  if (!content || !protocol::is_json(*content)) return std::nullopt;
  auto const pid = parse_number<int>(protocol::find_member(*content, "pid").value_or(""));
  auto const start_time =
      parse_number<unsigned long long>(protocol::find_member(*content, "start_time").value_or(""));
  if (!pid || !start_time || *pid <= 0) return std::nullopt;
  LockRecord record;
  record.pid = *pid;
  record.start_time = *start_time;
  record.version = text_member(*content, "version");
  record.socket = text_member(*content, "socket");
  record.program = text_member(*content, "program");
  return record;
}

std::optional<unsigned long long> process_start_time(int pid) {
  auto const stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  if (!stat) return std::nullopt;
  // The second field is the program's name in brackets, which may hold anything, brackets and spaces too.
  std::size_t const name_end = stat->rfind(')');
  if (name_end == std::string::npos || name_end + 2 > stat->size()) return std::nullopt;
  constexpr std::size_t kStartTime = 22 - 3;
  auto const fields = split(std::string_view{*stat}.substr(name_end + 2), ' ');
  if (fields.size() <= kStartTime) return std::nullopt;
  // A process that has ended and waits for its parent to notice is no more.
  if (fields.front() == "Z" || fields.front() == "X") return std::nullopt;
  return parse_number<unsigned long long>(fields[kStartTime]);
}

bool is_alive(LockRecord const& record) { return process_start_time(record.pid) == record.start_time; }

}  // namespace agenta::client
