#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>

#include "shared/base/text.hpp"
#include "shared/schema/definition_parts.hpp"
#include "shared/schema/document.hpp"
#include "shared/schema/validate.hpp"

namespace agenta::schema {
namespace {

constexpr std::size_t kLongestGenerated = 10'000;

bool contains(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

std::string text_of_format(std::string_view format) {
  if (format == "date-time") return "2026-01-15T09:30:00Z";
  if (format == "date") return "2026-01-15";
  if (format == "time") return "09:30:00Z";
  if (format == "duration") return "PT1H";
  if (format == "email") return "ada@example.com";
  if (format == "uri" || format == "url") return "https://example.com";
  if (format == "uuid") return "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
  if (format == "hostname") return "example.com";
  if (format == "ipv4") return "192.0.2.1";
  if (format == "ipv6") return "2001:db8::1";
  return {};
}

std::string text_of_name(std::string_view name) {
  std::string const lower = to_lower(name);
  if (contains(lower, "email")) return "ada@example.com";
  if (contains(lower, "url") || contains(lower, "link")) return "https://example.com";
  if (contains(lower, "timestamp") || lower.ends_with("_at")) return "2026-01-15T09:30:00Z";
  if (lower.ends_with("date")) return "2026-01-15";
  // Without blanks: it is typed as well.
  return lower.empty() ? "example" : "example-" + replace_all(replace_all(lower, "_", "-"), " ", "-");
}

/// The quoted word behind "e.g." in a description: `The owner (e.g. 'octocat').`
std::string quoted_in(std::string_view description) {
  constexpr std::size_t kNear = 24;
  std::size_t const at = description.find("e.g.");
  if (at == std::string_view::npos) return {};
  std::string_view const rest = description.substr(at + 4);
  std::size_t const open = rest.find_first_of("'\"`");
  if (open > kNear) return {};  // nowhere, too
  std::size_t const close = rest.find(rest[open], open + 1);
  if (close == std::string_view::npos || close == open + 1) return {};
  return std::string{rest.substr(open + 1, close - open - 1)};
}

/// Makes values for the places of a schema. `round` counts the attempts: each takes another idea where there
/// is one.
class Inventor {
 public:
  explicit Inventor(Value const& root) : references_(root) {}

  Value value(Value const& schema, std::string_view name, std::size_t round, int depth) {
    constexpr int kDeepest = 12;
    constexpr std::size_t kEachPlace = 100;
    if (schema.object() == nullptr || depth > kDeepest || left_ == 0) return text_of_name(name);
    left_ -= std::min(left_, kEachPlace);
    std::vector<Value> ideas = ideas_of(schema);
    if (round < ideas.size()) return std::move(ideas[round]);
    std::size_t const left = round - ideas.size();
    if (Value const* const target = references_.find(schema.text_of("$ref")))
      return value(*target, name, left, depth + 1);
    if (Value const* const all = schema.find("allOf"); all != nullptr && all->array() != nullptr) {
      if (!afford(schema)) return text_of_name(name);
      Value merged = schema;
      for (Value& each : *merged.find("allOf")->array()) each = whole(each);
      fold_all_of(merged);
      return value(merged, name, left, depth + 1);
    }
    for (char const* const keyword : {"anyOf", "oneOf"}) {
      Value const* const branches = schema.find(keyword);
      if (branches == nullptr || branches->array() == nullptr || branches->array()->empty()) continue;
      std::size_t const count = branches->array()->size();
      if (!afford(schema)) return text_of_name(name);
      Value branch = whole((*branches->array())[left % count]);
      Value beside = schema;
      beside.erase(keyword);
      merge_into(branch, std::move(beside));
      return value(branch, name, left / count, depth + 1);
    }
    return typed(schema, name, left, depth);
  }

 private:
  /// What the schema itself names. The examples of a list are often those of its elements.
  static std::vector<Value> ideas_of(Value const& schema) {
    constexpr std::size_t kMostOfEach = 2;
    std::vector<Value> ideas;
    bool const list = type_names(schema) == std::vector<std::string>{"array"};
    if (Value const* const constant = schema.find("const")) ideas.push_back(*constant);
    for (char const* const keyword : {"examples", "enum"}) {
      Value const* const given = schema.find(keyword);
      if (given == nullptr || given->array() == nullptr) continue;
      Value::Array const& values = *given->array();
      for (std::size_t i = 0; i < std::min(values.size(), kMostOfEach); ++i) {
        bool const of_element = list && values[i].array() == nullptr && !values[i].is_null();
        ideas.push_back(of_element ? Value{Value::Array{values[i]}} : values[i]);
      }
    }
    Value const* const fallback = schema.find("default");
    if (fallback != nullptr && !fallback->is_null()) ideas.push_back(*fallback);
    return ideas;
  }

  Value whole(Value const& schema) {
    Value const* const target = references_.find(schema.text_of("$ref"));
    Value const& named = target != nullptr ? *target : schema;
    return afford(named) ? named : Value{Value::Object{}};
  }

  Value typed(Value const& schema, std::string_view name, std::size_t round, int depth) {
    auto types = type_names(schema);
    std::erase(types, "null");
    if (types.empty() && schema.has("properties")) types = {"object"};
    if (types.empty() && schema.has("items")) types = {"array"};
    std::string const type = types.empty() ? "string" : types[round % types.size()];
    if (type == "integer" || type == "number") return number(schema, type == "integer");
    if (type == "boolean") return round % 2 == 0;
    if (type == "array") return list(schema, name, round, depth);
    if (type == "object") return object(schema, round, depth);
    if (type_names(schema) == std::vector<std::string>{"null"}) return {};
    return text(schema, name, round);
  }

  static Value text(Value const& schema, std::string_view name, std::size_t round) {
    std::array const ideas{sample_of_pattern(schema.text_of("pattern")),
                           text_of_format(schema.text_of("format")),
                           quoted_in(schema.text_of("description")),
                           text_of_name(name),
                           std::string{"1"},
                           std::string{"example"}};
    std::vector<std::string> possible;
    std::ranges::copy_if(ideas, std::back_inserter(possible),
                         [](std::string const& each) { return !each.empty(); });
    std::string out = possible[std::min(round, possible.size() - 1)];
    auto const count = [&](char const* keyword) {
      Value const* const limit = schema.find(keyword);
      return limit != nullptr ? limit->find_double() : std::nullopt;
    };
    if (auto const least = count("minLength"); least && *least > 0 && *least <= kLongestGenerated)
      out.append(std::max(out.size(), static_cast<std::size_t>(*least)) - out.size(), 'a');
    if (auto const most = count("maxLength"); most && *most >= 0 && *most < static_cast<double>(out.size()))
      out.resize(static_cast<std::size_t>(*most));
    return out;
  }

  /// 1 where it fits, else what is nearest to an end of the range, else what is in its middle.
  static Value number(Value const& schema, bool whole) {
    auto const limit = [&](char const* keyword) {
      Value const* const value = schema.find(keyword);
      return value != nullptr ? value->find_double() : std::nullopt;
    };
    auto const flagged = [&](char const* keyword) {
      return schema.has(keyword) && schema.find(keyword)->is(true);
    };
    auto const least = limit("minimum");
    auto const most = limit("maximum");
    auto const above = flagged("exclusiveMinimum") ? least : limit("exclusiveMinimum");
    auto const below = flagged("exclusiveMaximum") ? most : limit("exclusiveMaximum");
    auto const step = limit("multipleOf").value_or(0) > 0 ? limit("multipleOf") : std::nullopt;
    auto const fits = [&](double value) {
      return (!least || value >= *least) && (!most || value <= *most) && (!above || value > *above) &&
             (!below || value < *below) && (!whole || value == std::floor(value)) &&
             (!step || std::remainder(value, *step) == 0);
    };
    double const unit = step.value_or(1);
    double const low = above.value_or(least.value_or(below ? *below - unit : most.value_or(1)));
    double const high = below.value_or(most.value_or(low + 2 * unit));
    double const from_low = std::ceil(low / unit) * unit;
    double const from_high = std::floor(high / unit) * unit;
    std::array const candidates{1.0,
                                from_low,
                                from_low + unit,
                                from_high,
                                from_high - unit,
                                (low + high) / 2,
                                least.value_or(1),
                                most.value_or(1)};
    auto const found = std::ranges::find_if(candidates, fits);
    double const out = found == candidates.end() ? 1 : *found;
    return Value::Number{nlohmann::json(out == std::floor(out) && std::abs(out) < 9e15
                                            ? nlohmann::json(static_cast<long long>(out))
                                            : nlohmann::json(out))
                             .dump()};
  }

  Value list(Value const& schema, std::string_view name, std::size_t round, int depth) {
    constexpr double kMostElements = 20;
    Value const* const least = schema.find("minItems");
    double const wanted = least != nullptr ? least->find_double().value_or(1) : 1;
    auto const count = static_cast<std::size_t>(std::clamp(wanted, 1.0, kMostElements));
    Value const* const items = schema.find("items");
    Value const* const prefix =
        items != nullptr && items->array() != nullptr ? items : schema.find("prefixItems");
    Value::Array out;
    if (prefix != nullptr && prefix->array() != nullptr) {
      for (Value const& each : *prefix->array()) out.push_back(value(each, name, round, depth + 1));
      return out;
    }
    Value const any{Value::Object{}};
    for (std::size_t i = 0; i < count; ++i) {
      out.push_back(value(items != nullptr ? *items : any, name, round + i, depth + 1));
    }
    return out;
  }

  /// The required members; where none is, those that the schema gives a value for.
  Value object(Value const& schema, std::size_t round, int depth) {
    Value out{Value::Object{}};
    Value const* const properties = schema.find("properties");
    if (properties == nullptr || properties->object() == nullptr) return out;
    auto const listed = names_in(schema.find("required"));
    std::unordered_set<std::string> const required{listed.begin(), listed.end()};
    for (auto const& [name, each] : *properties->object()) {
      bool const wanted = required.empty() ? !ideas_of(each).empty() : required.contains(name);
      if (!wanted) continue;
      Member member;
      member.name = name;
      member.value = value(each, name, round, depth + 1);
      out.object()->push_back(std::move(member));
    }
    return out;
  }

  /// Whether a copy is within the bounds of the effort: required members can multiply without end.
  bool afford(Value const& schema) {
    std::size_t const weight = weight_of(schema, left_);
    left_ -= std::min(left_, weight);
    return left_ > 0;
  }

  References references_;
  std::size_t left_ = 1'000'000;
};

struct Argument {
  Value const* schema = nullptr;
  bool required = false;
  std::size_t round = 0;
  Member member{};
};

/// The first part of an RFC 6901 pointer.
std::string first_token(std::string_view pointer) {
  if (pointer.empty()) return {};
  std::string_view const token = pointer.substr(1, pointer.find('/', 1) - 1);
  return replace_all(replace_all(token, "~1", "/"), "~0", "~");
}

std::vector<Argument> list_arguments(Value const& schema) {
  std::vector<Argument> arguments;
  auto const listed = names_in(schema.find("required"));
  std::unordered_set<std::string> const required{listed.begin(), listed.end()};
  Value const* const properties = schema.find("properties");
  if (properties == nullptr || properties->object() == nullptr) return arguments;
  for (auto const& [name, value] : *properties->object()) {
    Argument argument;
    argument.schema = &value;
    argument.required = required.contains(name);
    argument.member.name = name;
    bool const has_value = value.has("examples") || value.has("enum") || value.has("const") ||
                           (value.has("default") && !value.find("default")->is_null());
    if (argument.required || has_value) arguments.push_back(std::move(argument));
  }
  std::ranges::stable_partition(arguments, &Argument::required);
  return arguments;
}

Value write_arguments(std::vector<Argument> const& arguments) {
  Value out{Value::Object{}};
  for (Argument const& each : arguments) out.object()->push_back(each.member);
  return out;
}

bool satisfies(Schema const& schema, Value const& arguments) {
  return schema.validate(JsonText{write_value(arguments)}, "").has_value();
}

}  // namespace

Value make_example(JsonText const& text, Notes& notes) {
  constexpr std::size_t kMostRounds = 16;
  Notes unsaid;  // an example loses nothing by what is mended
  Value schema = read_schema(text, notes);
  mend(schema, unsaid);
  Value const whole = schema;
  flatten_root(schema, unsaid);
  std::vector<Argument> arguments = list_arguments(schema);
  Inventor inventor{schema};
  for (Argument& each : arguments) each.member.value = inventor.value(*each.schema, each.member.name, 0, 0);

  auto const validator = Schema::parse(text);
  Value const any{Value::Object{}};
  for (std::size_t round = 0; validator && round < kMostRounds; ++round) {
    nlohmann::json const call =
        nlohmann::json::parse(write_value(write_arguments(arguments)), nullptr, false);
    if (call.is_discarded()) break;
    Report const report = check(validator->document(), call);
    if (report.total == 0) break;
    std::unordered_set<std::string> wrong;
    for (Problem const& each : report.problems) wrong.insert(first_token(each.path));
    // What is wrong is tried in other ways; what nobody has to give is given up for that, or given at last.
    std::erase_if(arguments, [&](Argument const& each) {
      return !each.required && each.round > 2 && wrong.contains(each.member.name);
    });
    for (Argument& each : arguments) {
      if (wrong.erase(each.member.name) > 0)
        each.member.value = inventor.value(*each.schema, each.member.name, ++each.round, 0);
    }
    for (std::string const& name : wrong) {
      if (name.empty() || round > 2) continue;
      Value const* const properties = schema.find("properties");
      Value const* const property = properties != nullptr ? properties->find(name) : nullptr;
      Argument argument;
      argument.schema = property != nullptr ? property : &any;
      argument.member.name = name;
      argument.member.value = inventor.value(*argument.schema, name, 0, 0);
      arguments.push_back(std::move(argument));
    }
  }
  Value example = write_arguments(arguments);
  if (!validator || satisfies(*validator, example)) return example;
  // What goes together is said by alternatives at the top level: one of them whole.
  Inventor of_alternatives{whole};
  for (std::size_t round = 0; round < kMostRounds; ++round) {
    Value other = of_alternatives.value(whole, "", round, 0);
    if (other.object() != nullptr && satisfies(*validator, other)) return other;
  }
  notes.say("the example does not satisfy the tool's schema: no value that does was found");
  for (Argument& each : arguments) each.member.value = inventor.value(*each.schema, each.member.name, 0, 0);
  return write_arguments(arguments);
}

}  // namespace agenta::schema
