#include "daemon/composio/wire_json.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ranges>

#include "shared/base/text.hpp"

namespace agenta::daemon::wire {
namespace {

std::string text_of(Json const& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return {};
}

std::int64_t number_of(Json const& value, std::int64_t otherwise) {
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

std::optional<bool> flag_of(Json const& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_integer()) return value.get<std::int64_t>() != 0;
  if (!value.is_string()) return std::nullopt;
  auto const text = to_lower(value.get_ref<std::string const&>());
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::vector<std::string> texts_of(Json const& value) {
  if (value.is_string()) return split(value.get_ref<std::string const&>(), ',');
  auto texts = std::vector<std::string>{};
  if (!value.is_array()) return texts;
  for (auto const& each : value) {
    if (each.is_string()) texts.push_back(each.get<std::string>());
  }
  return texts;
}

}  // namespace

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

std::string text_at(Json const& object, char const* name) { return text_of(member(object, name)); }

std::int64_t number_at(Json const& object, char const* name, std::int64_t otherwise) {
  return number_of(member(object, name), otherwise);
}

std::optional<bool> find_flag(Json const& object, char const* name) { return flag_of(member(object, name)); }

bool flag_at(Json const& object, char const* name) { return find_flag(object, name).value_or(false); }

std::vector<std::string> texts_at(Json const& object, char const* name) {
  return texts_of(member(object, name));
}

std::optional<WallTime> find_time(Json const& object, char const* name) {
  auto const text = text_at(object, name);
  return text.empty() ? std::nullopt : parse_rfc3339(text);
}

std::optional<Slice> Slice::parse(std::string_view body) {
  if (!protocol::is_json(body)) return std::nullopt;
  return of(body);
}

std::optional<Slice> Slice::of(std::string_view part) {
  auto members = protocol::members_of(part);
  if (!members) return std::nullopt;
  auto slice = Slice{};
  slice.members_ = std::move(*members);
  return slice;
}

std::string_view Slice::raw(std::string_view name) const {
  auto const backwards = members_ | std::views::reverse;
  auto const found = std::ranges::find(backwards, name, &protocol::JsonMember::name);
  return found == backwards.end() ? std::string_view{} : found->value;
}

Json Slice::build(std::string_view name) const {
  auto const text = raw(name);
  if (text.empty() || text == "null") return {};
  auto json = Json::parse(text, nullptr, false);
  return json.is_discarded() ? Json{} : json;
}

std::string text_at(Slice const& object, std::string_view name) {
  auto const raw = object.raw(name);
  if (raw.starts_with('"')) return protocol::read_string(raw).value_or("");
  return text_of(object.build(name));
}

std::int64_t number_at(Slice const& object, std::string_view name, std::int64_t otherwise) {
  return number_of(object.build(name), otherwise);
}

std::optional<bool> find_flag(Slice const& object, std::string_view name) {
  return flag_of(object.build(name));
}

bool flag_at(Slice const& object, std::string_view name) { return find_flag(object, name).value_or(false); }

std::vector<std::string> texts_at(Slice const& object, std::string_view name) {
  return texts_of(object.build(name));
}

bool is_slug(std::string_view text) {
  constexpr std::size_t kLongest = 200;
  auto const is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  };
  return !text.empty() && text.size() <= kLongest && text.front() != '.' && text.front() != '-' &&
         std::ranges::all_of(text, is_allowed);
}

unexpected<Error> unreadable(std::string_view what) {
  return fail(ErrorCode::composio_error, "Composio's answer cannot be read: " + std::string{what});
}

}  // namespace agenta::daemon::wire
