#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"
#include "shared/schema/definition_parts.hpp"

namespace agenta::schema {
namespace {

/// Circular and multiplying schemas end here. Then all stays as it is, which the validator will judge.
constexpr std::size_t kMostAlternatives = 1'000;
constexpr long kMostSteps = 5'000'000;

/// A place in the arguments, as a chain on the stack: written out only where a name is given back.
struct Place {
  Place const* parent = nullptr;
  std::string token{};
  std::string pointer() const {
    if (parent == nullptr) return {};
    return parent->pointer() + "/" + replace_all(replace_all(token, "~", "~0"), "/", "~1");
  }
};

using Schemas = std::vector<Value const*>;

class Restorer {
 public:
  Restorer(Value const& schema, Nulls nulls) : root_(schema), references_(schema), nulls_(nulls) {}

  /// The value at `place`, restored; nothing where it stays as it is. `schemas`: what it must, or may, meet.
  std::optional<std::string> restore(std::string_view raw, Schemas const& schemas, Place const& place) {
    if (schemas.empty() || steps_ <= 0) return std::nullopt;
    if (raw.starts_with('{')) return restore_object(raw, alternatives(schemas), place);
    if (raw.starts_with('[')) return restore_array(raw, alternatives(schemas), place);
    return std::nullopt;
  }

  bool gave_up() const { return steps_ <= 0; }

  /// `pointer` with the names that were given back.
  std::string lead(std::string const& pointer) const {
    std::string out;
    for (std::size_t at = 0; at < pointer.size();) {
      std::size_t const end = std::min(pointer.find('/', at + 1), pointer.size());
      auto const found = renamed_.find(pointer.substr(0, end));
      out += found != renamed_.end() ? found->second : pointer.substr(at, end - at);
      at = end;
    }
    return out;
  }

 private:
  /// With everything that `$ref` and the combining keywords add to them.
  Schemas alternatives(Schemas const& schemas) {
    Schemas found;
    std::unordered_set<Value const*> seen;
    auto const add = [&](Value const* schema) {
      bool const room = found.size() < kMostAlternatives && --steps_ > 0;
      if (room && schema != nullptr && schema->object() != nullptr && seen.insert(schema).second)
        found.push_back(schema);
    };
    std::ranges::for_each(schemas, add);
    for (std::size_t i = 0; i < found.size(); ++i) {
      Value const& at = *found[i];
      if (at.has("$ref")) add(references_.find(at.text_of("$ref")));
      for (char const* const keyword : {"allOf", "anyOf", "oneOf"}) {
        Value const* const list = at.find(keyword);
        if (list == nullptr || list->array() == nullptr) continue;
        for (Value const& each : *list->array()) add(&each);
      }
      for (char const* const keyword : {"then", "else"}) add(at.find(keyword));
      if (Value const* const dependent = at.find("dependentSchemas");
          dependent != nullptr && dependent->object() != nullptr) {
        for (Member const& each : *dependent->object()) add(&each.value);
      }
    }
    return found;
  }

  Schemas properties_named(Schemas const& alternatives, std::string_view name) {
    Schemas found;
    for (Value const* const each : alternatives) {
      Value const* const properties = each->find("properties");
      Value const* const property = properties != nullptr ? index_.find(*properties, name) : nullptr;
      if (property != nullptr) found.push_back(property);
    }
    return found;
  }

  static Schemas other_members(Schemas const& alternatives) {
    Schemas found;
    for (Value const* const each : alternatives) {
      if (Value const* const additional = each->find("additionalProperties")) found.push_back(additional);
      Value const* const patterns = each->find("patternProperties");
      if (patterns == nullptr || patterns->object() == nullptr) continue;
      for (Member const& pattern : *patterns->object()) found.push_back(&pattern.value);
    }
    return found;
  }

  std::optional<std::string> restore_object(std::string_view raw, Schemas const& alternatives,
                                            Place const& place) {
    auto const members = protocol::members_of(raw);
    if (!members) return std::nullopt;
    std::unordered_set<std::string_view> given;
    for (auto const& each : *members) given.insert(each.name);
    std::unordered_set<std::string> required;
    bool required_known = false;
    bool changed = false;
    std::string out = "{";
    for (auto const& [alias, value] : *members) {
      if (--steps_ <= 0) return std::nullopt;
      std::string name = alias;
      Schemas schemas = properties_named(alternatives, name);
      if (schemas.empty()) {
        if (auto original = find_original(alternatives, alias); original && !given.contains(*original)) {
          name = std::move(*original);
          schemas = properties_named(alternatives, name);
          changed = true;
        }
      }
      Place const here{&place, alias};
      if (name != alias) renamed_.emplace(here.pointer(), Place{&root_place_, name}.pointer());
      if (value == "null" && nulls_ == Nulls::leave_out && !schemas.empty()) {
        if (!std::exchange(required_known, true)) required = required_by(alternatives);
        if (!required.contains(name) && !any_takes_null(schemas)) {
          changed = true;
          continue;
        }
      }
      auto below = restore(value, schemas.empty() ? other_members(alternatives) : schemas, here);
      changed = changed || below.has_value();
      if (out.size() > 1) out += ',';
      out += protocol::write_string(name) + ":" + (below ? *below : std::string{value});
    }
    if (!changed) return std::nullopt;
    return out + "}";
  }

  std::optional<std::string> restore_array(std::string_view raw, Schemas const& alternatives,
                                           Place const& place) {
    auto const elements = protocol::elements_of(raw);
    if (!elements) return std::nullopt;
    bool changed = false;
    std::string out = "[";
    for (std::size_t i = 0; i < elements->size(); ++i) {
      if (--steps_ <= 0) return std::nullopt;
      auto below = restore((*elements)[i], elements_of(alternatives, i), {&place, std::to_string(i)});
      changed = changed || below.has_value();
      if (i > 0) out += ',';
      out += below ? *below : std::string{(*elements)[i]};
    }
    if (!changed) return std::nullopt;
    return out + "]";
  }

  static Schemas elements_of(Schemas const& alternatives, std::size_t index) {
    Schemas found;
    for (Value const* const each : alternatives) {
      Value const* const items = each->find("items");
      Value const* const prefix = each->find("prefixItems");
      bool const draft7 = items != nullptr && items->array() != nullptr;
      Value const* const tuple = draft7 ? items : prefix;
      Value const* const rest = draft7 ? each->find("additionalItems") : items;
      auto const* const places = tuple != nullptr ? tuple->array() : nullptr;
      if (places != nullptr && index < places->size()) {
        found.push_back(&(*places)[index]);
      } else if (rest != nullptr) {
        found.push_back(rest);
      }
    }
    return found;
  }

  std::unordered_set<std::string> required_by(Schemas const& alternatives) {
    std::unordered_set<std::string> names;
    for (Value const* const each : alternatives) {
      for (std::string& name : names_in(each->find("required"))) names.insert(std::move(name));
    }
    return names;
  }

  /// The property of which `alias` is the other name, in any format.
  std::optional<std::string> find_original(Schemas const& alternatives, std::string const& alias) {
    if (!anthropic_) {
      anthropic_.emplace(root_, NameRules::anthropic);
      gemini_.emplace(root_, NameRules::gemini);
    }
    for (auto const* const table : {&*anthropic_, &*gemini_}) {
      std::string const* const original = table->find_original(alias);
      if (original != nullptr && !properties_named(alternatives, *original).empty()) return *original;
    }
    if (anthropic_->empty()) return std::nullopt;
    for (Value const* const each : alternatives) {
      Value const* const properties = each->find("properties");
      if (properties == nullptr || properties->object() == nullptr) continue;
      auto const [found, is_new] = composio_.try_emplace(properties);
      if (is_new) {
        for (auto& [name, other] : composio_aliases(*properties->object()))
          found->second.emplace(other, name);
      }
      if (auto const original = found->second.find(alias); original != found->second.end())
        return original->second;
    }
    return std::nullopt;
  }

  bool any_takes_null(Schemas const& schemas) {
    return std::ranges::any_of(schemas, [&](Value const* each) { return takes_null(*each, 0); });
  }

  /// Whether null is a value here, and no mere "not given". Where that is hard to say, it is.
  bool takes_null(Value const& schema, int depth) {
    constexpr int kDeepest = 24;
    if (depth > kDeepest || --steps_ <= 0) return true;
    if (schema.object() == nullptr) return !schema.is(false);
    if (Value const* const nullable = schema.find("nullable"); nullable != nullptr && nullable->is(true))
      return true;
    if (Value const* const fallback = schema.find("default"); fallback != nullptr && fallback->is_null())
      return true;
    auto const types = type_names(schema);
    if (!types.empty() && std::ranges::find(types, "null") == types.end()) return false;
    if (Value const* const values = schema.find("enum"); values != nullptr && values->array() != nullptr) {
      if (std::ranges::none_of(*values->array(), &Value::is_null)) return false;
    }
    if (Value const* const constant = schema.find("const"); constant != nullptr && !constant->is_null())
      return false;
    if (Value const* const target = references_.find(schema.text_of("$ref"));
        target != nullptr && !takes_null(*target, depth + 1)) {
      return false;
    }
    auto const takes = [&](Value const& each) { return takes_null(each, depth + 1); };
    if (auto const* const all = branches(schema, "allOf");
        all != nullptr && !std::ranges::all_of(*all, takes))
      return false;
    for (char const* const keyword : {"anyOf", "oneOf"}) {
      if (auto const* const any = branches(schema, keyword);
          any != nullptr && std::ranges::none_of(*any, takes))
        return false;
    }
    return true;
  }

  static Value::Array const* branches(Value const& schema, char const* keyword) {
    Value const* const list = schema.find(keyword);
    return list != nullptr ? list->array() : nullptr;
  }

  Value const& root_;
  References references_;
  Nulls const nulls_;
  Index index_{};
  std::optional<Aliases> anthropic_{};
  std::optional<Aliases> gemini_{};
  std::unordered_map<Value const*, std::unordered_map<std::string, std::string>> composio_{};
  Place const root_place_{};
  std::unordered_map<std::string, std::string>
      renamed_{};  ///< a pointer in the arguments, and its last token now
  long steps_ = kMostSteps;
};

/// Whether a member anywhere in the document has a name that some format refuses: one pass over the text, for
/// the many schemas without.
bool has_odd_names(std::string_view document) {
  for (std::size_t at = 0; (at = document.find('"', at)) != std::string_view::npos;) {
    std::size_t const start = ++at;
    while (at < document.size() && document[at] != '"') at += document[at] == '\\' ? 2 : 1;
    if (at >= document.size()) return true;  // no JSON, then: others say so
    std::string_view const name = document.substr(start, at - start);
    ++at;
    std::size_t const next = document.find_first_not_of(" \t\r\n", at);
    bool const is_member = next != std::string_view::npos && document[next] == ':';
    if (is_member && !is_name(name, NameRules::gemini)) return true;
  }
  return false;
}

}  // namespace

Arguments restore_arguments(JsonText const& input_schema, Arguments arguments, Nulls nulls) {
  std::string_view const raw = trim(arguments.json.text);
  bool const has_null = nulls == Nulls::leave_out && raw.find("null") != std::string_view::npos;
  if (raw == "{}" || (!has_null && !has_odd_names(input_schema.text))) return arguments;
  auto const schema = protocol::is_json(raw) ? parse_value(input_schema.text) : std::nullopt;
  if (!schema) return arguments;
  Restorer restorer{*schema, nulls};
  auto restored = restorer.restore(raw, {&*schema}, {});
  if (!restored || restorer.gave_up()) return arguments;
  for (std::string& pointer : arguments.text_paths) pointer = restorer.lead(pointer);
  arguments.json.text = std::move(*restored);
  return arguments;
}

JsonText restore_arguments(JsonText const& input_schema, JsonText const& arguments) {
  Arguments given;
  given.json = arguments;
  return restore_arguments(input_schema, std::move(given)).json;
}

}  // namespace agenta::schema
