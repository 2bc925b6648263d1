#include "daemon/sandbox/json_value.hpp"

#include <nlohmann/json.hpp>

namespace agenta::daemon::sandbox {
namespace {

nlohmann::json const* find_member(nlohmann::json const& object, char const* name) {
  if (!object.is_object()) return nullptr;
  auto const found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

/// Deeper documents are refused: writing one out takes a stack frame for each level.
constexpr std::size_t kDeepest = 512;

bool is_too_deep(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char const c = text[at];
    if (c == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at) at += text[at] == '\\' ? 1 : 0;
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepest) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

}  // namespace

std::string to_text(nlohmann::json const& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string to_text(nlohmann::ordered_json const& value) {
  return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string quoted(std::string_view text) { return to_text(nlohmann::json(text)); }

std::optional<std::string> find_text(nlohmann::json const& object, char const* name) {
  auto const* member = find_member(object, name);
  if (member == nullptr || !member->is_string()) return std::nullopt;
  return member->get<std::string>();
}

std::optional<std::int64_t> find_integer(nlohmann::json const& object, char const* name) {
  auto const* member = find_member(object, name);
  if (member == nullptr || !member->is_number()) return std::nullopt;
  if (!member->is_number_float()) return member->get<std::int64_t>();
  double const number = member->get<double>();
  // A double beyond this range has no std::int64_t, and converting it is undefined.
  if (!(number > -9.0e18 && number < 9.0e18)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::optional<bool> find_flag(nlohmann::json const& object, char const* name) {
  auto const* member = find_member(object, name);
  if (member == nullptr || !member->is_boolean()) return std::nullopt;
  return member->get<bool>();
}

nlohmann::json const* find_node(nlohmann::json const& object, char const* name) {
  auto const* member = find_member(object, name);
  return member != nullptr && member->is_structured() ? member : nullptr;
}

std::optional<nlohmann::json> parse_json(std::string_view text) {
  if (is_too_deep(text)) return std::nullopt;
  auto value = nlohmann::json::parse(text, nullptr, false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

}  // namespace agenta::daemon::sandbox
