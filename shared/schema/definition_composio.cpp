#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "shared/schema/definition_parts.hpp"

/// Composio's providers (`@composio/core` 0.19.0, `@composio/openai` 0.12.0, `@composio/anthropic` 0.10.1,
/// `@composio/google` 0.11.1), step by step as they work, so that what they give comes out key for key. Where
/// they would throw, and where their output would have no end, a tool that takes anything is given.
namespace agenta::schema {
namespace {

constexpr std::size_t kDeepestNode = 512;
constexpr std::size_t kLongestChain = 100;
constexpr std::size_t kMostCopied = 16'000'000;

Value::Object sentinel() {
  Value out;
  out.set("type", "object");
  out.set("additionalProperties", true);
  return std::move(*out.object());
}

/// `dereferenceJsonSchema(…, {onUnresolved: "sentinel"})`
class Dereferencer {
 public:
  explicit Dereferencer(Value const& root) : root_(root) {}

  /// Nothing where Composio's throws.
  std::optional<Value> run() {
    Value out = walk(root_, {}, 0);
    if (failed_) return std::nullopt;
    out.erase("$defs");
    out.erase("definitions");
    return out;
  }

 private:
  struct Chain {
    Chain const* above = nullptr;
    std::string_view reference{};
    std::size_t length = 0;
    bool has(std::string_view wanted) const {
      for (Chain const* at = this; at != nullptr; at = at->above) {
        if (at->length > 0 && at->reference == wanted) return true;
      }
      return false;
    }
  };

  Value walk(Value const& node, Chain const& chain, std::size_t depth) {
    if (depth >= kDeepestNode || copied_ > kMostCopied) failed_ = true;
    if (failed_) return {};
    copied_ += node.is_container() ? sizeof(Value) : weight_of(node, kMostCopied);
    if (!node.is_container()) return node;
    if (!visiting_.insert(&node).second) return sentinel();
    Value out = node.array() != nullptr ? walk_array(node, chain, depth) : walk_object(node, chain, depth);
    visiting_.erase(&node);
    return out;
  }

  Value walk_array(Value const& node, Chain const& chain, std::size_t depth) {
    Value::Array out;
    for (Value const& each : *node.array()) out.push_back(walk(each, chain, depth + 1));
    return out;
  }

  Value walk_members(Value::Object const& members, Chain const& chain, std::size_t depth,
                     bool without_reference) {
    Value::Object out;
    for (auto const& [name, value] : members) {
      if (name == "__proto__" || name == "constructor" || name == "prototype") continue;
      if (without_reference && name == "$ref") continue;
      Member member;
      member.name = name;
      member.value = walk(value, chain, depth + 1);
      out.push_back(std::move(member));
    }
    return out;
  }

  Value walk_object(Value const& node, Chain const& chain, std::size_t depth) {
    Value const* const reference = node.find("$ref");
    bool const local =
        reference != nullptr && reference->text() != nullptr && reference->text()->starts_with('#');
    if (!local) return walk_members(*node.object(), chain, depth, false);
    if (chain.length >= kLongestChain) failed_ = true;
    if (chain.has(*reference->text())) return sentinel();
    Chain const next{&chain, *reference->text(), chain.length + 1};
    Value const* const target = resolve(*reference->text());
    Value resolved = target != nullptr ? walk(*target, next, depth + 1) : walk(unresolved_, next, depth + 1);
    if (node.object()->size() == 1 || resolved.object() == nullptr) return resolved;
    Value siblings = walk_members(*node.object(), chain, depth, true);
    for (Member& each : *siblings.object()) resolved.set(each.name, std::move(each.value));
    return resolved;
  }

  Value const* resolve(std::string_view pointer) {
    if (pointer == "#") return &root_;
    if (!pointer.starts_with("#/")) return nullptr;
    Value const* at = &root_;
    for (std::string_view rest = pointer.substr(2); at != nullptr;) {
      std::size_t const slash = rest.find('/');
      at = step(*at, decode(rest.substr(0, slash)));
      if (slash == std::string_view::npos) break;
      rest.remove_prefix(slash + 1);
    }
    return at;
  }

  static std::string decode(std::string_view segment) {
    std::string out;
    for (std::size_t i = 0; i < segment.size(); ++i) {
      bool const escape = segment[i] == '~' && i + 1 < segment.size();
      if (escape && (segment[i + 1] == '0' || segment[i + 1] == '1')) {
        out += segment[++i] == '1' ? '/' : '~';
      } else {
        out += segment[i];
      }
    }
    return out;
  }

  Value const* step(Value const& at, std::string_view segment) {
    auto const* const elements = at.array();
    if (elements == nullptr) return index_.find(at, segment);
    std::size_t index = 0;
    auto const [end, error] = std::from_chars(segment.data(), segment.data() + segment.size(), index);
    bool const read = error == std::errc{} && end == segment.data() + segment.size();
    return read && index < elements->size() ? &(*elements)[index] : nullptr;
  }

  static Value make_unresolved() {
    Value out{sentinel()};
    out.set("description",
            "Schema shape unresolved at the source — validate loosely. See "
            "https://github.com/ComposioHQ/composio/issues/3307.");
    return out;
  }

  Value const& root_;
  Value const unresolved_ = make_unresolved();
  Index index_{};
  std::unordered_set<Value const*> visiting_{};
  std::size_t copied_ = 0;
  bool failed_ = false;
};

/// `sanitizeSchemaPropertyKeys(schema, anthropicKeyPolicy)`
class Renamer {
 public:
  void rename(Value& node) {
    if (node.object() == nullptr) return;
    rename_properties(node);
    for (char const* const keyword :
         {"items", "not", "if", "then", "else", "additionalProperties", "contains"}) {
      Value* const below = node.find(keyword);
      if (below != nullptr) rename(*below);
    }
    for (char const* const keyword : {"items", "prefixItems", "allOf", "anyOf", "oneOf"}) {
      Value* const below = node.find(keyword);
      if (below == nullptr || below->array() == nullptr) continue;
      for (Value& each : *below->array()) rename(each);
    }
    for (char const* const keyword : {"patternProperties", "$defs", "definitions"}) {
      Value* const below = node.find(keyword);
      if (below == nullptr || below->object() == nullptr) continue;
      for (Member& each : *below->object()) rename(each.value);
    }
  }

  Value take() { return std::move(renamed_); }
  bool is_ambiguous() const { return ambiguous_; }

 private:
  void rename_properties(Value& node) {
    Value* const properties = node.find("properties");
    if (properties == nullptr || properties->object() == nullptr) return;
    std::unordered_map<std::string, std::string> aliases;
    for (auto& [name, alias] : composio_aliases(*properties->object())) aliases.emplace(name, alias);
    for (Member& each : *properties->object()) {
      rename(each.value);
      auto const found = aliases.find(each.name);
      if (found == aliases.end()) continue;
      note(found->second, each.name);
      each.name = found->second;
    }
    Value* const required = node.find("required");
    if (required == nullptr || required->array() == nullptr) return;
    for (Value& each : *required->array()) {
      if (each.text() == nullptr) continue;
      if (auto const found = aliases.find(*each.text()); found != aliases.end()) each = found->second;
    }
  }

  void note(std::string const& alias, std::string const& name) {
    auto const [found, is_new] = originals_.try_emplace(alias, name);
    ambiguous_ = ambiguous_ || found->second != name;
    if (!is_new) return;
    Member member;
    member.name = alias;
    member.value = name;
    renamed_.object()->push_back(std::move(member));
  }

  Value renamed_{Value::Object{}};
  std::unordered_map<std::string, std::string> originals_{};
  bool ambiguous_ = false;
};

/// `ensureObjectTypeOnProperties`
void add_object_types(Value& schema) {
  each_subschema(schema, [](Value& child, std::string_view, std::string_view) { add_object_types(child); });
  if (schema.has("properties") && !schema.has("type")) schema.set("type", "object");
}

/// `removeNonRequiredProperties`: what makes a tool strict there is that its optional arguments are gone.
void drop_optional(Value& schema, Notes& notes) {
  Value const* const required = schema.find("required");
  if (required != nullptr && required->array() != nullptr && !required->array()->empty()) {
    auto const listed = names_in(required);
    std::unordered_set<std::string> const names{listed.begin(), listed.end()};
    Value* const properties = schema.find("properties");
    if (properties == nullptr || properties->object() == nullptr) {
      schema.set("properties", Value::Object{});
    } else {
      std::erase_if(*properties->object(), [&](Member const& each) {
        if (names.contains(each.name)) return false;
        SchemaPath const root;
        notes.at("Composio's strict mode drops optional arguments", root.property(each.name));
        return true;
      });
    }
  }
  schema.set("additionalProperties", false);
}

Value object_of(std::initializer_list<std::pair<char const*, Value>> members) {
  Value out{Value::Object{}};
  for (auto const& [name, value] : members) out.set(name, value);
  return out;
}

Value anthropic_schema(std::optional<Value> schema, ToolDefinition& definition, Notes& notes) {
  if (!schema) {
    return object_of({{"type", "object"}, {"properties", Value::Object{}}, {"required", Value::Array{}}});
  }
  auto whole = Dereferencer{*schema}.run();
  if (!whole) {
    notes.say("Composio's provider refuses the tool's schema: it is taken to allow any arguments");
    return sentinel();
  }
  if (whole->object() == nullptr) whole = Value{Value::Object{}};  // a reference to a literal at the top
  Renamer renamer;
  renamer.rename(*whole);
  drop_required_twins(*whole);
  if (renamer.is_ambiguous()) notes.say("Composio gives different properties one name in different places");
  definition.renamed.text = write_like_javascript(renamer.take());
  return std::move(*whole);
}

/// In the sense of JavaScript.
bool is_truthy(Value const& value) {
  if (value.text() != nullptr) return !value.text()->empty();
  if (value.number() != nullptr) return value.find_double().value_or(1) != 0;
  return !value.is_null() && !value.is(false);
}

Value google_parameters(std::optional<Value> schema, std::string const& description, Notes& notes) {
  std::optional<Value> whole = Value{Value::Object{}};
  if (schema) whole = Dereferencer{*schema}.run();
  if (!whole) {
    notes.say("Composio's provider refuses the tool's schema: it is taken to allow any arguments");
    whole = Value{Value::Object{}};
  }
  drop_required_twins(*whole);
  add_object_types(*whole);
  auto const part = [&](char const* name, Value otherwise) {
    Value* const found = whole->find(name);
    return found != nullptr && is_truthy(*found) ? std::move(*found) : std::move(otherwise);
  };
  return object_of({{"type", "object"},
                    {"description", description},
                    {"properties", part("properties", Value::Object{})},
                    {"required", part("required", Value::Array{})}});
}

}  // namespace

std::vector<std::pair<std::string, std::string>> composio_aliases(Value::Object const& properties) {
  std::vector<std::pair<std::string, std::string>> aliases;
  std::unordered_set<std::string> taken;
  for (Member const& each : properties) {
    if (is_name(each.name, NameRules::anthropic)) taken.insert(each.name);
  }
  if (taken.size() == properties.size()) return aliases;
  for (Member const& each : properties) {
    if (is_name(each.name, NameRules::anthropic)) continue;
    std::string const plain = plain_alias(each.name, NameRules::anthropic);
    std::string alias = plain;
    for (int attempt = 0; !taken.insert(alias).second; ++attempt)
      alias = hashed_alias(plain, each.name, attempt);
    aliases.emplace_back(each.name, std::move(alias));
  }
  return aliases;
}

Value define_like_composio(Tool const& tool, FormatOptions const& options, ToolDefinition& definition,
                           Notes& notes) {
  bool const responses = options.format == ToolFormat::openai_responses;
  if (options.strict && !responses) notes.say("Composio's provider knows no strict mode for this format");
  // The SDK takes a schema without members for none.
  std::optional<Value> schema = read_schema(tool.input_schema, notes);
  if (schema->object()->empty()) schema.reset();
  if (schema) order_like_javascript(*schema);
  Value out = object_of({{"name", tool.slug.text}, {"description", tool.description}});
  if (options.format == ToolFormat::anthropic) {
    out.set("input_schema", anthropic_schema(std::move(schema), definition, notes));
    return out;
  }
  if (options.format == ToolFormat::gemini) {
    out.set("parameters", google_parameters(std::move(schema), tool.description, notes));
    return out;
  }
  if (schema) drop_required_twins(*schema);
  if (responses) {
    Value parameters = schema ? std::move(*schema) : Value{Value::Object{}};
    if (options.strict && parameters.text_of("type") == "object") drop_optional(parameters, notes);
    definition.strict = options.strict;
    out.set("parameters", std::move(parameters));
    out.set("strict", options.strict);
    out.set("type", "function");
    return out;
  }
  if (schema) out.set("parameters", std::move(*schema));
  return object_of({{"type", "function"}, {"function", std::move(out)}});
}

}  // namespace agenta::schema
