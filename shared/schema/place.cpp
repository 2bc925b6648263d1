#include "shared/schema/place.hpp"

#include "shared/base/text.hpp"
#include "shared/schema/redact.hpp"

namespace agenta::schema {

Place Place::member(std::string_view name, Node const* node) const {
  Place place;
  place.depth = depth + 1;
  place.parent_ = this;
  place.name_ = name;
  place.node_ = node;
  return place;
}

Place Place::element(std::size_t index, Node const* node) const {
  Place place = member({}, node);
  place.index_ = index;
  place.is_element_ = true;
  return place;
}

bool Place::is_secret() const {
  for (Place const* at = this; at != nullptr; at = at->parent_) {
    if (at->node_ != nullptr && is_marked_secret(*at->node_)) return true;
    if (!at->is_element_ && is_secret_name(at->name_)) return true;
  }
  return false;
}

std::string Place::pointer() const {
  if (is_root()) return {};
  std::string const token =
      is_element_ ? std::to_string(index_) : replace_all(replace_all(name_, "~", "~0"), "/", "~1");
  return parent_->pointer() + "/" + token;
}

std::string Place::shown() const {
  if (is_root()) return "the arguments";
  std::string const token = is_element_ ? std::to_string(index_) : replace_all(name_, ".", "\\.");
  return parent_->is_root() ? token : parent_->shown() + "." + token;
}

std::string cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string{text};
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return std::string{text.substr(0, limit)} + "…";
}

std::optional<Json> shown_value(Json const& value) {
  if (value.is_structured()) return std::nullopt;
  if (value.is_string()) return cut(value.get_ref<std::string const&>(), kLongestShown);
  return value;
}

std::string describe(Json const& value) {
  if (value.is_array()) return "an array of " + std::to_string(value.size());
  if (value.is_number()) return (types_of(value) & kInteger) != 0 ? "integer" : "number";
  return names_of(types_of(value));
}

std::string list_of(std::vector<Json> const& values) {
  constexpr std::size_t kMostListed = 12;
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i == kMostListed) return out + ", and " + std::to_string(values.size() - i) + " more";
    if (i > 0) out += ", ";
    out += cut(values[i].dump(), 60);
  }
  return out;
}

}  // namespace agenta::schema
