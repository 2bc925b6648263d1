#include <algorithm>
#include <cmath>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "shared/schema/definition_parts.hpp"

namespace agenta::schema {
namespace {

void keep_text(Value& schema, Value& out, std::string_view keyword) {
  Value* const value = schema.find(keyword);
  if (value != nullptr && value->text() != nullptr) out.set(keyword, std::move(*value));
}

void keep_format(Value const& schema, Value& out, SchemaPath const& path, Notes& notes) {
  std::string_view const format = schema.text_of("format");
  std::string_view const type = out.text_of("type");
  if (format.empty()) return;
  bool const known = (type == "string" && format == "date-time") ||
                     (type == "number" && (format == "float" || format == "double")) ||
                     (type == "integer" && (format == "int32" || format == "int64"));
  if (known) {
    out.set("format", format);
  } else {
    notes.at("format is left out, which Gemini does not know", path);
  }
}

/// What `enum` or `const` allows, once each.
Value::Array choices_of(Value const& schema) {
  Value::Array choices;
  if (Value const* const constant = schema.find("const")) return {*constant};
  Value const* const values = schema.find("enum");
  if (values == nullptr || values->array() == nullptr) return choices;
  std::unordered_set<std::string> seen;
  for (Value const& each : *values->array()) {
    if (seen.insert(write_value(each)).second) choices.push_back(each);
  }
  return choices;
}

/// Gemini takes an `enum` of texts only, and no empty one among them.
void keep_choices(Value const& schema, Value& out, SchemaPath const& path, Notes& notes) {
  Value::Array choices = choices_of(schema);
  auto const is_refused = [](Value const& each) { return each.text() == nullptr || each.text()->empty(); };
  if (std::erase_if(choices, is_refused) > 0)
    notes.at("enum has values that Gemini does not take; they are left out", path);
  if (!choices.empty()) out.set("enum", std::move(choices));
}

/// The values that `enum` cannot say, in the description.
void tell_choices(Value const& schema, Value& out, SchemaPath const& path, Notes& notes) {
  constexpr std::size_t kMostTold = 50;
  Value::Array const choices = choices_of(schema);
  if (choices.empty()) return;
  notes.at("enum is of texts only in Gemini's schemas; the description lists the values", path);
  std::string text{out.text_of("description")};
  if (!text.empty()) text += text.ends_with('.') ? " " : ". ";
  text += choices.size() == 1 ? "Always " : "One of ";
  for (std::size_t i = 0; i < std::min(choices.size(), kMostTold); ++i) {
    text += (i > 0 ? ", " : "") + write_value(choices[i]);
  }
  out.set("description", text + (choices.size() > kMostTold ? ", …" : "."));
}

/// Gemini's limits are inclusive; of whole numbers that is no loss.
void keep_range(Value& schema, Value& out, bool whole, SchemaPath const& path, Notes& notes) {
  constexpr double kExact = 9e15;
  for (auto const& [limit, exclusive, up] :
       {std::tuple{"minimum", "exclusiveMinimum", true}, std::tuple{"maximum", "exclusiveMaximum", false}}) {
    keep_number(schema, out, limit);
    Value const* const beyond = schema.find(exclusive);
    if (beyond == nullptr) continue;
    auto const number = beyond->find_double();
    if (number && whole && std::abs(*number) < kExact && !out.has(limit)) {
      double const next = up ? std::floor(*number) + 1 : std::ceil(*number) - 1;
      out.set(limit, Value::Number{std::to_string(static_cast<long long>(next))});
    } else {
      if (number && !out.has(limit)) out.set(limit, *beyond);
      notes.at(std::string{exclusive} + " is offered as " + limit, path);
    }
  }
}

}  // namespace

void keep_number(Value& schema, Value& out, std::string_view keyword) {
  Value* const value = schema.find(keyword);
  if (value != nullptr && value->number() != nullptr) out.set(keyword, std::move(*value));
}

void keep_value_keywords(Value& schema, Value& out, SchemaPath const& path, Notes& notes) {
  std::string const type{out.text_of("type")};
  keep_format(schema, out, path, notes);
  keep_text(schema, out, "title");
  keep_text(schema, out, "description");
  if (type == "string") {
    keep_choices(schema, out, path, notes);
    keep_number(schema, out, "minLength");
    keep_number(schema, out, "maxLength");
    keep_text(schema, out, "pattern");
  } else if (type == "number" || type == "integer") {
    keep_range(schema, out, type == "integer", path, notes);
    tell_choices(schema, out, path, notes);
  } else if (type == "boolean") {
    tell_choices(schema, out, path, notes);
  }
}

void keep_literals(Value& schema, Value& out) {
  Value* const fallback = schema.find("default");
  if (fallback != nullptr && !fallback->is_null()) out.set("default", std::move(*fallback));
  Value* const examples = schema.find("examples");
  if (examples != nullptr && examples->array() != nullptr && !examples->array()->empty()) {
    out.set("example", std::move(examples->array()->front()));
  } else if (Value* const example = schema.find("example")) {
    out.set("example", std::move(*example));
  }
}

}  // namespace agenta::schema
