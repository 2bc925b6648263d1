#include "daemon/sandbox/object_scan.hpp"

#include <algorithm>

namespace agenta::daemon::sandbox {

ObjectScan::ObjectScan(std::string_view text) : rest_(text) {
  skip_space();
  if (rest_.empty() || rest_.front() != '{') {
    failed_ = true;
    return;
  }
  rest_.remove_prefix(1);
}

std::optional<ObjectScan::Member> ObjectScan::next() {
  if (failed_) return std::nullopt;
  skip_space();
  if (rest_.empty()) return fail();
  if (rest_.front() == '}') return std::nullopt;
  if (!first_) {
    if (rest_.front() != ',') return fail();
    rest_.remove_prefix(1);
    skip_space();
  }
  first_ = false;
  std::string_view const name = take_string();
  skip_space();
  if (name.size() < 2 || rest_.empty() || rest_.front() != ':') return fail();
  rest_.remove_prefix(1);
  skip_space();
  std::string_view const value = take_value();
  if (value.empty()) return fail();
  return Member{unquoted(name), value};
}

std::optional<ObjectScan::Member> ObjectScan::fail() {
  failed_ = true;
  return std::nullopt;
}

void ObjectScan::skip_space() {
  std::size_t const first = rest_.find_first_not_of(" \t\r\n");
  rest_.remove_prefix(std::min(first, rest_.size()));
}

std::string_view ObjectScan::take_string() {
  if (rest_.empty() || rest_.front() != '"') return {};
  std::size_t at = 1;
  while (at < rest_.size() && rest_[at] != '"') at += rest_[at] == '\\' ? 2 : 1;
  if (at >= rest_.size()) return {};
  std::string_view const text = rest_.substr(0, at + 1);
  rest_.remove_prefix(at + 1);
  return text;
}

std::string_view ObjectScan::take_value() {
  if (rest_.empty()) return {};
  if (rest_.front() == '"') return take_string();
  std::string_view const start = rest_;
  if (rest_.front() != '{' && rest_.front() != '[') {
    rest_.remove_prefix(std::min(rest_.find_first_of(",}] \t\r\n"), rest_.size()));
    return start.substr(0, start.size() - rest_.size());
  }
  std::size_t depth = 0;
  while (!rest_.empty()) {
    std::size_t const at = rest_.find_first_of("\"{}[]");
    if (at == std::string_view::npos) break;
    rest_.remove_prefix(at);
    char const c = rest_.front();
    if (c == '"') {
      if (take_string().empty()) break;
      continue;
    }
    rest_.remove_prefix(1);
    depth += c == '{' || c == '[' ? 1 : std::size_t(-1);
    if (depth == 0) return start.substr(0, start.size() - rest_.size());
  }
  return {};
}

std::string_view unquoted(std::string_view raw) {
  if (raw.size() < 2 || raw.front() != '"' || raw.back() != '"') return {};
  return raw.substr(1, raw.size() - 2);
}

}  // namespace agenta::daemon::sandbox
