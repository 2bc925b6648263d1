#include "daemon/composio/wire_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon::wire {

std::optional<Json> parse_object(std::string_view body) {
  // Checked first for its depth: what is built here is later written by recursion.
  if (!protocol::is_json(body)) return std::nullopt;
  auto json = Json::parse(body, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return std::nullopt;
  return json;
}

Json const& member(Json const& object, char const* name) {
  static Json const null;
  if (!object.is_object()) return null;
  auto const found = object.find(name);
  return found == object.end() ? null : *found;
}

std::string text_at(Json const& object, char const* name) {
  auto const& value = member(object, name);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return {};
}

std::int64_t number_at(Json const& object, char const* name, std::int64_t otherwise) {
  auto const& value = member(object, name);
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number_float()) {
    auto const number = value.get<double>();
    return std::isfinite(number) && std::abs(number) < 9e15 ? static_cast<std::int64_t>(number) : otherwise;
  }
  if (!value.is_string()) return otherwise;
  auto const& text = value.get_ref<std::string const&>();
  auto const only_digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return only_digits && text.size() < 18 ? std::stoll(text) : otherwise;
}

std::optional<bool> find_flag(Json const& object, char const* name) {
  auto const& value = member(object, name);
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_integer()) return value.get<std::int64_t>() != 0;
  if (!value.is_string()) return std::nullopt;
  auto const text = to_lower(value.get_ref<std::string const&>());
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

bool flag_at(Json const& object, char const* name) { return find_flag(object, name).value_or(false); }

std::vector<std::string> texts_at(Json const& object, char const* name) {
  auto const& value = member(object, name);
  if (value.is_string()) return split(value.get_ref<std::string const&>(), ',');
  auto texts = std::vector<std::string>{};
  if (!value.is_array()) return texts;
  for (auto const& each : value) {
    if (each.is_string()) texts.push_back(each.get<std::string>());
  }
  return texts;
}

std::optional<WallTime> find_time(Json const& object, char const* name) {
  auto const text = text_at(object, name);
  return text.empty() ? std::nullopt : parse_rfc3339(text);
}

unexpected<Error> unreadable(std::string_view what) {
  return fail(ErrorCode::composio_error, "Composio's answer cannot be read: " + std::string{what});
}

}  // namespace agenta::daemon::wire
