#include "shared/protocol/codec.hpp"
#include "shared/protocol/codec_detail.hpp"

namespace agenta::protocol {
namespace {

using detail::ObjectReader;
using detail::ObjectWriter;

std::string write_hit(SearchHit const& hit) {
  ObjectWriter out;
  out.text("kind", name_of(hit.kind))
      .text("slug", hit.slug)
      .text("name", hit.name)
      .text("description", hit.description)
      .text("integration_slug", hit.integration.text)
      .real("score", hit.score)
      .boolean("is_connected", hit.is_connected);
  if (hit.kind == SearchHit::Kind::tool) out.raw("hints", detail::write_hints(hit.hints));
  return out.done();
}

SearchHit read_hit(ObjectReader& in) {
  SearchHit hit;
  hit.kind = in.text("kind") == "integration" ? SearchHit::Kind::integration : SearchHit::Kind::tool;
  hit.slug = in.required_text("slug");
  hit.name = in.text("name");
  hit.description = in.text("description");
  hit.integration.text = in.text("integration_slug");
  hit.score = in.real("score");
  hit.is_connected = in.boolean("is_connected");
  hit.hints = in.nested("hints", detail::read_hints).value_or(ToolHints{});
  return hit;
}

std::string write_definition(ToolDefinition const& definition) {
  return ObjectWriter{}
      .text("slug", definition.tool.text)
      .text("integration_slug", definition.integration.text)
      .text_or_null("version", definition.version)
      .text("name", definition.name)
      .boolean("strict", definition.strict)
      .raw("definition", detail::object_or_empty(definition.definition))
      .raw("renamed", detail::object_or_empty(definition.renamed))
      .texts("notes", definition.notes)
      .done();
}

ToolDefinition read_definition(ObjectReader& in) {
  ToolDefinition definition;
  definition.tool.text = in.required_text("slug");
  definition.integration.text = in.text("integration_slug");
  definition.version = in.text("version");
  definition.name = in.text("name");
  definition.strict = in.boolean("strict");
  definition.definition = in.object("definition").value_or(JsonText{});
  definition.renamed = in.object("renamed").value_or(JsonText{});
  definition.notes = in.texts("notes");
  return definition;
}

CatalogStatus::State parse_state(std::string_view name) {
  for (auto const state : {CatalogStatus::State::refreshing, CatalogStatus::State::waiting}) {
    if (name == name_of(state)) return state;
  }
  return CatalogStatus::State::idle;
}

/// A list that always comes whole.
template <class T>
Page<T> whole(std::vector<T> items) {
  Page<T> page;
  page.total = static_cast<std::int64_t>(items.size());
  page.items = std::move(items);
  return page;
}

}  // namespace

std::string encode_category_array(std::vector<Category> const& categories) {
  return detail::write_array(categories, detail::write_category);
}

std::vector<Category> decode_category_array(std::string_view json) {
  std::vector<Category> categories;
  for (std::string_view const element : elements_of(json).value_or(std::vector<std::string_view>{})) {
    if (!element.starts_with('{')) continue;
    ObjectReader reader{element};
    Category category = detail::read_category(reader);
    if (reader.check() && !category.slug.empty()) categories.push_back(std::move(category));
  }
  return categories;
}

std::string encode_categories(std::vector<Category> const& categories) {
  return detail::write_page(whole(categories), detail::write_category);
}

Result<Page<Category>> decode_categories(std::string_view body) {
  return detail::decode_object(body, "the list of categories", [](ObjectReader& in) {
    return detail::read_page<Category>(in, detail::read_category);
  });
}

std::string encode_search(SearchResult const& result) {
  return ObjectWriter{}
      .raw("items", detail::write_array(result.items, write_hit))
      .number("total", result.total)
      .boolean("complete", result.complete)
      .done();
}

Result<SearchResult> decode_search(std::string_view body) {
  return detail::decode_object(body, "the finds", [](ObjectReader& in) {
    SearchResult result;
    result.items = in.each("items", read_hit);
    result.total = in.number("total");
    result.complete = in.boolean("complete", true);
    return result;
  });
}

std::string encode_definitions(std::vector<ToolDefinition> const& definitions) {
  return detail::write_page(whole(definitions), write_definition);
}

Result<Page<ToolDefinition>> decode_definitions(std::string_view body) {
  return detail::decode_object(body, "the list of definitions", [](ObjectReader& in) {
    return detail::read_page<ToolDefinition>(in, read_definition);
  });
}

std::string encode_catalog_status(CatalogStatus const& status) {
  ObjectWriter out;
  out.text("state", name_of(status.state))
      .boolean("complete", status.complete)
      .number("integrations", status.integrations)
      .number("tools", status.tools)
      .number("refresh_done", status.refresh_done)
      .number("refresh_total", status.refresh_total)
      .number("refreshes", status.refreshes)
      .time("fetched_at", status.fetched_at);
  if (!status.error) return out.null("error").done();
  ObjectWriter error;
  detail::write_error_members(error, *status.error, "message");
  return out.raw("error", error.done()).done();
}

Result<CatalogStatus> decode_catalog_status(std::string_view body) {
  return detail::decode_object(body, "the state of the catalogue", [](ObjectReader& in) {
    CatalogStatus status;
    status.state = parse_state(in.text("state"));
    status.complete = in.boolean("complete");
    status.integrations = in.number("integrations");
    status.tools = in.number("tools");
    status.refresh_done = in.number("refresh_done");
    status.refresh_total = in.number("refresh_total");
    status.refreshes = in.number("refreshes");
    status.fetched_at = in.time("fetched_at");
    status.error = in.nested(
        "error", [](ObjectReader& inner) { return detail::read_error(inner, ErrorCode::internal); });
    return status;
  });
}

std::string encode_refresh_request(RefreshRequest const& request) {
  return ObjectWriter{}.texts("integrations", request.integrations).boolean("all", request.all).done();
}

Result<RefreshRequest> decode_refresh_request(std::string_view body) {
  return detail::decode_object(body, "the request", [](ObjectReader& in) {
    RefreshRequest request;
    request.integrations = in.texts("integrations");
    request.all = in.boolean("all");
    return request;
  });
}

}  // namespace agenta::protocol
