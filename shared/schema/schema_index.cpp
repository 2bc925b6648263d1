#include "shared/schema/schema_index.hpp"

#include <algorithm>

#include "shared/base/text.hpp"
#include "shared/schema/schema_walk.hpp"
#include "shared/schema/uri_reference.hpp"

namespace agenta::schema {
namespace {

std::string text_at(Json const& schema, char const* keyword) {
  auto const found = schema.find(keyword);
  return found != schema.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// What a token of a pointer names in `at`.
Json const* step_into(Json const& at, std::string const& token) {
  if (at.is_object()) {
    auto const found = at.find(token);
    return found == at.end() ? nullptr : &*found;
  }
  bool const counts = at.is_array() && !token.empty() && token.size() < 7 &&
                      token.find_first_not_of("0123456789") == std::string::npos;
  return counts && std::stoul(token) < at.size() ? &at[std::stoul(token)] : nullptr;
}

}  // namespace

SchemaIndex::SchemaIndex(Json const& root, Dialect dialect) : dialect_(dialect) {
  resources_.emplace_back().root = &root;
  by_uri_.emplace("", 0);
  begins_.emplace(&root, 0);
  visit(root, 0, 0);
}

int SchemaIndex::resource_of(Json const& schema, int around) const {
  auto const found = begins_.find(&schema);
  return found == begins_.end() ? around : found->second;
}

int SchemaIndex::open_resource(Json const& schema, int around) {
  std::string const id = text_at(schema, "$id");
  if (id.empty()) return around;
  UriParts const parts = split_uri(id);
  int opened = around;
  if (id.front() != '#') {
    std::string const uri = resolve_uri(resources_[static_cast<std::size_t>(around)].uri, id);
    if (&schema == resources_.front().root) {
      opened = 0;
    } else {
      opened = static_cast<int>(resources_.size());
      resources_.emplace_back().root = &schema;
      begins_.emplace(&schema, opened);
    }
    resources_[static_cast<std::size_t>(opened)].uri = uri;
    by_uri_.emplace(uri, opened);
  }
  if (!parts.fragment.empty())  // draft 7's spelling of an anchor
    resources_[static_cast<std::size_t>(opened)].anchors.emplace(parts.fragment, &schema);
  return opened;
}

void SchemaIndex::visit(Json const& schema, int resource, int depth) {
  if (!schema.is_object() || depth > kDeepestSchema) return;
  bool const only_refers = dialect_ == Dialect::draft7 && schema.contains("$ref");
  if (!only_refers) resource = open_resource(schema, resource);
  if (dialect_ != Dialect::draft7) {
    Resource& here = resources_[static_cast<std::size_t>(resource)];
    if (auto const anchor = text_at(schema, "$anchor"); !anchor.empty()) here.anchors[anchor] = &schema;
    if (auto const anchor = text_at(schema, "$dynamicAnchor"); !anchor.empty())
      here.anchors[anchor] = here.dynamic_anchors[anchor] = &schema;
  }
  for (auto const& [keyword, value] : schema.items()) {
    Holds const holds = holds_schemas(keyword);
    if (holds == Holds::nothing) continue;
    bool const many =
        (value.is_array() && may_be_list(keyword)) || (value.is_object() && holds == Holds::named);
    if (many) {
      for (Json const& each : value) visit(each, resource, depth + 1);
    } else if (holds == Holds::one) {
      visit(value, resource, depth + 1);
    }
  }
}

SchemaIndex::Target SchemaIndex::find(std::string_view reference, int resource) const {
  std::size_t const hash = std::min(reference.find('#'), reference.size());
  if (hash > 0) {
    auto const& base = resources_[static_cast<std::size_t>(resource)].uri;
    auto const named = by_uri_.find(resolve_uri(base, reference));
    if (named == by_uri_.end()) return {};
    resource = named->second;
  }
  auto const fragment = percent_decode(reference.substr(std::min(hash + 1, reference.size())));
  if (!fragment) return {};
  Resource const& part = resources_[static_cast<std::size_t>(resource)];
  if (fragment->empty()) return {part.root, resource};
  if (fragment->front() == '/') {
    Target const found = follow(*fragment, resource);
    // What writes schemas for tools puts parts with an `$id` together, and means the whole by `#`.
    if (found.schema != nullptr || resource == 0 || dialect_ != Dialect::tools) return found;
    return follow(*fragment, 0);
  }
  auto const anchor = part.anchors.find(*fragment);
  return anchor == part.anchors.end() ? Target{} : Target{anchor->second, resource};
}

SchemaIndex::Target SchemaIndex::follow(std::string const& pointer, int resource) const {
  Json const* at = resources_[static_cast<std::size_t>(resource)].root;
  std::vector<std::string> const tokens = split(pointer, '/');
  for (std::size_t i = 1; i < tokens.size() && at != nullptr; ++i) {
    at = step_into(*at, replace_all(replace_all(tokens[i], "~1", "/"), "~0", "~"));
    if (at != nullptr) resource = resource_of(*at, resource);
  }
  if (at == nullptr) return {};
  return {at, resource};
}

}  // namespace agenta::schema
