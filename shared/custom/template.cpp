#include "shared/custom/template.hpp"

#include <algorithm>

#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::custom {
namespace {

/// Characters of a name, as JSON Schemas of tools have them.
bool is_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char const c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Result<Place> parse_place(std::string_view inside) {
  Place place;
  if (inside.ends_with("...")) {
    place.kind = Place::Kind::spread;
    inside.remove_suffix(3);
  } else if (inside.ends_with('?')) {
    place.kind = Place::Kind::optional;
    inside.remove_suffix(1);
  }
  if (!is_name(inside)) {
    return fail(ErrorCode::invalid_request, "{" + std::string{inside} +
                                                "} names no argument; a brace that is meant as "
                                                "one is written twice: {{ or }}");
  }
  place.name = inside;
  return place;
}

unexpected<Error> refuse(std::string message) {
  Error error;
  error.code = ErrorCode::invalid_arguments;
  error.message = std::move(message);
  error.retryable = Retryable::no;
  return fail(std::move(error));
}

std::string text_of(std::string_view json) { return protocol::read_string(json).value_or(std::string{json}); }

/// Gives each combination of a template's places: most often one, none where an optional one is missing.
/// `write` puts an argument's text behind what stands before it.
template <class Write>
Result<std::vector<std::string>> expand(Template const& text, Values const& values, Write write) {
  std::vector<std::string> texts{""};
  for (Template::Part const& part : text.parts) {
    if (!part.place) {
      for (std::string& each : texts) each += part.literal;
      continue;
    }
    std::vector<std::string> fills;
    if (part.place->kind == Place::Kind::spread) {
      fills = values.list(part.place->name);
    } else if (auto value = values.find(part.place->name)) {
      fills.push_back(std::move(*value));
    } else if (part.place->kind == Place::Kind::one) {
      return refuse("the argument " + part.place->name + " is missing");
    }
    std::vector<std::string> longer;
    for (std::string const& before : texts) {
      for (std::string const& fill : fills) {
        AGENTA_TRY(std::string written, write(*part.place, before, fill));
        longer.push_back(before + written);
      }
    }
    texts = std::move(longer);
  }
  return texts;
}

}  // namespace

std::optional<std::string> Template::literal() const {
  std::string text;
  for (Part const& part : parts) {
    if (part.place) return std::nullopt;
    text += part.literal;
  }
  return text;
}

Result<Template> parse_template(std::string_view text) {
  Template result;
  std::string literal;
  auto const flush = [&] {
    if (literal.empty()) return;
    result.parts.emplace_back().literal = std::exchange(literal, {});
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    bool const is_twice = i + 1 < text.size() && text[i + 1] == c;
    if ((c == '{' || c == '}') && is_twice) {
      literal += c;
      ++i;
    } else if (c == '{') {
      auto const end = text.find('}', i);
      if (end == std::string_view::npos)
        return fail(ErrorCode::invalid_request, "a { without its }; a brace is written twice: {{");
      AGENTA_TRY(Place place, parse_place(text.substr(i + 1, end - i - 1)));
      flush();
      result.parts.emplace_back().place = std::move(place);
      i = end;
    } else if (c == '}') {
      return fail(ErrorCode::invalid_request, "a } without its {; a brace is written twice: }}");
    } else {
      literal += c;
    }
  }
  flush();
  return result;
}

Values::Values(JsonText const& arguments) {
  auto const members = protocol::members_of(arguments.text);
  if (!members) return;
  for (protocol::JsonMember const& each : *members) raw_.insert_or_assign(each.name, std::string{each.value});
  std::erase_if(raw_, [](auto const& entry) { return entry.second == "null"; });
}

std::optional<std::string> Values::find(std::string const& name) const {
  auto const found = raw_.find(name);
  if (found == raw_.end()) return std::nullopt;
  return text_of(found->second);
}

std::vector<std::string> Values::list(std::string const& name) const {
  std::vector<std::string> texts;
  auto const found = raw_.find(name);
  if (found == raw_.end()) return texts;
  auto const elements = protocol::elements_of(found->second);
  if (!elements) return {text_of(found->second)};
  for (std::string_view const element : *elements) texts.push_back(text_of(element));
  return texts;
}

std::string Values::without(std::set<std::string> const& names) const {
  std::string json = "{";
  for (auto const& [name, value] : raw_) {
    if (names.contains(name)) continue;
    if (json.size() > 1) json += ',';
    json += protocol::write_string(name) + ":" + value;
  }
  return json + "}";
}

std::vector<std::pair<std::string, std::string>> Values::fields_without(
    std::set<std::string> const& names) const {
  std::vector<std::pair<std::string, std::string>> fields;
  for (auto const& [name, value] : raw_) {
    if (names.contains(name)) continue;
    for (std::string& text : list(name)) fields.emplace_back(name, std::move(text));
  }
  return fields;
}

Result<std::vector<std::string>> fill_arguments(std::vector<Template> const& templates,
                                                Values const& values) {
  std::vector<std::string> arguments;
  bool options_ended = false;
  for (Template const& each : templates) {
    auto const write = [&](Place const& place, std::string const& before,
                           std::string const& fill) -> Result<std::string> {
      if (fill.find('\0') != std::string::npos)
        return refuse("the argument " + place.name + " has a NUL, which no command can be given");
      if (!options_ended && before.empty() && fill.starts_with('-')) {
        return refuse("the argument " + place.name + " begins with \"-\", and the command would take it " +
                      "for an option; whoever declares the tool can put \"--\" before {" + place.name +
                      "}, or write --" + place.name + "={" + place.name + "}");
      }
      return fill;
    };
    AGENTA_TRY(auto texts, expand(each, values, write));
    std::ranges::move(texts, std::back_inserter(arguments));
    options_ended = options_ended || each.literal() == "--";
  }
  return arguments;
}

Result<std::string> fill_path(Template const& path, Values const& values) {
  auto const write = [](Place const& place, std::string const&,
                        std::string const& fill) -> Result<std::string> {
    if (fill.empty()) return refuse("the argument " + place.name + " is empty, and is a part of the URL");
    // A segment of dots would name another resource.
    if (fill == "." || fill == "..") return replace_all(fill, ".", "%2E");
    return percent_encode(fill);
  };
  AGENTA_TRY(auto texts, expand(path, values, write));
  return texts.empty() ? std::string{"/"} : std::move(texts.front());
}

Result<std::vector<std::string>> fill_values(Template const& text, Values const& values) {
  return expand(
      text, values,
      [](Place const&, std::string const&, std::string const& fill) -> Result<std::string> { return fill; });
}

}  // namespace agenta::custom
