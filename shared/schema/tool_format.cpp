#include "shared/schema/tool_format.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/base/text.hpp"
#include "shared/domain/belief.hpp"
#include "shared/schema/definition_parts.hpp"

namespace agenta::schema {
namespace {

constexpr std::array kFormats{ToolFormat::json_schema, ToolFormat::openai, ToolFormat::openai_responses,
                              ToolFormat::anthropic,   ToolFormat::gemini, ToolFormat::mcp,
                              ToolFormat::example};

/// JSON is read 512 levels deep, and a definition stands in other documents.
constexpr std::size_t kDeepestDefinition = 480;

std::size_t depth_of(Value const& value) {
  std::size_t deepest = 0;
  if (auto const* const elements = value.array()) {
    for (Value const& each : *elements) deepest = std::max(deepest, depth_of(each));
  } else if (auto const* const members = value.object()) {
    for (Member const& each : *members) deepest = std::max(deepest, depth_of(each.value));
  } else {
    return 0;
  }
  return deepest + 1;
}

bool knows_strict(ToolFormat format) {
  return format == ToolFormat::openai || format == ToolFormat::openai_responses ||
         format == ToolFormat::anthropic;
}

bool has_composio_provider(ToolFormat format) { return knows_strict(format) || format == ToolFormat::gemini; }

Value annotations_of(Tool const& tool) {
  ToolHints const hints = believed(hints_of(tool));
  Value annotations;
  if (!tool.name.empty()) annotations.set("title", tool.name);
  annotations.set("readOnlyHint", hints.read_only);
  annotations.set("destructiveHint", hints.destructive);
  annotations.set("idempotentHint", hints.idempotent);
  annotations.set("openWorldHint", hints.open_world);
  return annotations;
}

/// The definition of one tool in one format, by the rules of our own.
class Definer {
 public:
  Definer(Tool const& tool, FormatOptions const& options, ToolDefinition& definition, Notes& notes)
      : tool_(tool), options_(options), definition_(definition), notes_(notes) {}

  Value define() {
    switch (options_.format) {
      case ToolFormat::json_schema: return define_json_schema();
      case ToolFormat::openai: return define_openai();
      case ToolFormat::openai_responses: return define_openai_responses();
      case ToolFormat::anthropic: return define_anthropic();
      case ToolFormat::gemini: return define_gemini();
      case ToolFormat::mcp: return define_mcp();
      case ToolFormat::example: return define_example();
    }
    __builtin_unreachable();
  }

 private:
  Value define_json_schema() {
    Value schema = read_schema(tool_.input_schema, notes_);
    drop_required_twins(schema);
    return schema;
  }

  Value define_openai() {
    Value function = named();
    function.set("parameters", parameters(StrictDialect::openai));
    if (options_.strict) function.set("strict", definition_.strict);
    Value out;
    out.set("type", "function");
    out.set("function", std::move(function));
    return out;
  }

  Value define_openai_responses() {
    Value out;
    out.set("type", "function");
    add_missing(out, named());
    out.set("parameters", parameters(StrictDialect::openai));
    out.set("strict", definition_.strict);  // always said: this API takes a silent tool for a strict one
    return out;
  }

  Value define_anthropic() {
    Value out = named();
    Value schema = parameters(StrictDialect::anthropic);
    rename(schema, NameRules::anthropic);
    out.set("input_schema", std::move(schema));
    if (options_.strict) out.set("strict", definition_.strict);
    return out;
  }

  Value define_gemini() {
    Value out = named();
    Value schema = make_gemini(dereferenced(plain_object()).schema, notes_);
    if (schema.is_null()) return out;  // an object without properties is refused, a missing one is not
    rename(schema, NameRules::gemini);
    out.set("parameters", std::move(schema));
    return out;
  }

  Value define_mcp() {
    Value out;
    definition_.name = offered_name(tool_.slug);
    out.set("name", definition_.name);
    if (!tool_.name.empty()) out.set("title", tool_.name);
    out.set("description", tool_.description);
    Value schema = read_schema(tool_.input_schema, notes_);
    mend(schema, notes_);
    out.set("inputSchema", std::move(schema));
    out.set("annotations", annotations_of(tool_));
    return out;
  }

  Value define_example() {
    Value out;
    out.set("tool", tool_.slug.text);
    out.set("arguments", make_example(tool_.input_schema, notes_));
    return out;
  }

  Value named() {
    definition_.name = offered_name(tool_.slug);
    Value out;
    out.set("name", definition_.name);
    out.set("description", tool_.description);
    return out;
  }

  Value plain_object() {
    Value schema = read_schema(tool_.input_schema, notes_);
    mend(schema, notes_);
    flatten_root(schema, notes_);
    return schema;
  }

  /// What references bring in may come from places that nobody has mended: literals, unknown keywords.
  Dereferenced dereferenced(Value const& schema) {
    Dereferenced whole = dereference(schema, notes_);
    mend(whole.schema, notes_);
    return whole;
  }

  Value parameters(StrictDialect dialect) {
    Value schema = plain_object();
    if (options_.strict) {
      Notes lost;
      Dereferenced whole = dereference(schema, lost);
      mend(whole.schema, lost);
      if (auto strict = make_strict(std::move(whole), dialect, notes_)) {
        definition_.strict = true;
        for (std::string& each : lost.sentences()) notes_.say(std::move(each));
        return std::move(*strict);
      }
    }
    // Names that change would change what references to them mean.
    bool const renames =
        dialect == StrictDialect::anthropic && !Aliases{schema, NameRules::anthropic}.empty();
    return renames ? dereferenced(schema).schema : schema;
  }

  /// The aliases are those of the tool's own schema, whatever became of it: the way back starts there.
  void rename(Value& schema, NameRules rules) {
    auto const original = parse_value(tool_.input_schema.text);
    if (!original) return;
    Value const renamed = rename_properties(schema, Aliases{*original, rules});
    definition_.renamed.text = write_value(renamed);
  }

  Tool const& tool_;
  FormatOptions const& options_;
  ToolDefinition& definition_;
  Notes& notes_;
};

}  // namespace

std::optional<ToolFormat> parse_tool_format(std::string_view name) {
  auto const found = std::ranges::find_if(
      kFormats, [&](ToolFormat format) { return equal_ignoring_case(name_of(format), name); });
  if (found == kFormats.end()) return std::nullopt;
  return *found;
}

std::string_view name_of(ToolFormat format) {
  switch (format) {
    case ToolFormat::json_schema: return "json-schema";
    case ToolFormat::openai: return "openai";
    case ToolFormat::openai_responses: return "openai-responses";
    case ToolFormat::anthropic: return "anthropic";
    case ToolFormat::gemini: return "gemini";
    case ToolFormat::mcp: return "mcp";
    case ToolFormat::example: return "example";
  }
  __builtin_unreachable();
}

std::vector<std::string> tool_format_names() {
  std::vector<std::string> names;
  for (ToolFormat const format : kFormats) names.emplace_back(name_of(format));
  return names;
}

ToolDefinition define_tool(Tool const& tool, FormatOptions const& options) {
  ToolDefinition definition;
  definition.tool = tool.slug;
  definition.integration = tool.integration;
  definition.version = tool.version;
  definition.name = tool.slug.text;
  bool const like_composio = options.composio && has_composio_provider(options.format);
  Notes notes;
  auto const define = [&](Tool const& what) {
    if (like_composio) return define_like_composio(what, options, definition, notes);
    if (options.composio) notes.say("Composio has no provider for this format: this is our own");
    if (options.strict && !knows_strict(options.format)) notes.say("this format has no strict mode");
    return Definer{what, options, definition, notes}.define();
  };
  Value out = define(tool);
  if (depth_of(out) > kDeepestDefinition) {
    Tool plain = tool;
    plain.input_schema.text = R"({"type":"object"})";
    definition.strict = false;
    definition.renamed = {};
    notes = {};
    notes.say("the tool's schema is nested too deeply: it is taken to allow any arguments");
    out = define(plain);
  }
  if (definition.name != tool.slug.text) notes.say("the name is shortened from " + tool.slug.text);
  definition.definition.text = like_composio ? write_like_javascript(out) : write_value(out);
  definition.notes = notes.sentences();
  return definition;
}

}  // namespace agenta::schema
