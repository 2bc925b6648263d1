#include "shared/schema/validate.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "shared/protocol/json_slice.hpp"
#include "shared/schema/document.hpp"

namespace agenta::schema {
namespace {

using Context = nlohmann::ordered_json;  // for people too: the order of members says something

std::string dump(Context const& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Context write_problem(Problem const& problem) {
  Context out;
  out["path"] = problem.path;
  out["rule"] = problem.rule;
  out["message"] = problem.message;
  if (problem.value) out["value"] = *problem.value;
  if (!problem.expected.is_null()) out["expected"] = problem.expected;
  if (!problem.suggestion.empty()) out["suggestion"] = problem.suggestion;
  return out;
}

Error refusal(Report const& report, std::string_view tool) {
  Context context;
  context["tool"] = tool;
  context["problems"] = Context::array();
  for (Problem const& each : report.problems) context["problems"].push_back(write_problem(each));
  if (report.total > report.problems.size()) context["problems_total"] = report.total;
  Error error;
  error.code = ErrorCode::invalid_arguments;
  // One line for a person: the first few; the context has them all.
  constexpr std::size_t kSaid = 3;
  std::size_t const said = std::min(kSaid, report.problems.size());
  for (std::size_t i = 0; i < said; ++i) {
    error.message.append(i == 0 ? "" : "; ").append(report.problems[i].message);
  }
  if (report.total > said) error.message += " (and " + std::to_string(report.total - said) + " more)";
  error.context.text = dump(context);
  if (!tool.empty()) error.next_step = {"agenta-tools", "tools", "show", std::string{tool}};
  return error;
}

/// The JSON `text` with numbers that no double holds (`1e400`) as the greatest there are: they are JSON, and
/// only compared.
std::string within_doubles(std::string_view text) {
  std::string out;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size();) {
    char const c = text[i];
    bool const is_number = !in_text && (c == '-' || (c >= '0' && c <= '9'));
    std::size_t length = 1;
    if (is_number) {
      length = std::min(text.find_first_not_of("+-.0123456789eE", i), text.size()) - i;
      std::string const number{text.substr(i, length)};
      bool const overflows = std::isinf(std::strtod(number.c_str(), nullptr));
      out += !overflows ? number : c == '-' ? "-1.7976931348623157e308" : "1.7976931348623157e308";
    } else {
      if (in_text && c == '\\') length = 2;
      if (c == '"') in_text = !in_text;
      out += text.substr(i, length);
    }
    i += length;
  }
  return out;
}

/// Nothing where `text` is not JSON. Checked before it is built: the check also bounds the depth.
std::optional<Json> parse_json(std::string const& text) {
  if (!protocol::is_json(text)) return std::nullopt;
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) json = Json::parse(within_doubles(text), nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

}  // namespace

Result<Schema> Schema::parse(JsonText const& schema) {
  auto const json = parse_json(schema.text);
  if (!json) return fail(ErrorCode::invalid_request, "the tool's input schema is not valid JSON");
  if (!json->is_object() && !json->is_boolean()) {
    return fail(ErrorCode::invalid_request, "the tool's input schema is not a JSON object");
  }
  return Schema{compile(*json)};
}

Result<void> Schema::validate(JsonText const& arguments, std::string_view tool, Doubt doubt) const {
  auto const json = parse_json(arguments.text);
  if (!json) return fail(ErrorCode::invalid_arguments, "the arguments are not valid JSON");
  if (!json->is_object()) return fail(ErrorCode::invalid_arguments, "the arguments must be a JSON object");
  Report const report = check(*document_, *json);
  if (report.total == 0 && !report.is_whole && doubt == Doubt::counts_against) {
    return fail(ErrorCode::invalid_arguments,
                "the arguments are too much to be checked against the schema of " + std::string{tool} +
                    ", and nobody else would: give fewer, or shorter ones",
                {"agenta-tools", "tools", "show", std::string{tool}});
  }
  if (report.total == 0) return {};
  return agenta::fail(refusal(report, tool));
}

Result<void> validate_arguments(JsonText const& schema, JsonText const& arguments, std::string_view tool) {
  auto const parsed = Schema::parse(schema);
  if (!parsed) return agenta::fail(parsed.error());
  return parsed->validate(arguments, tool);
}

}  // namespace agenta::schema
