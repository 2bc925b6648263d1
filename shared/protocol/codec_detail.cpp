#include "shared/protocol/codec_detail.hpp"

#include <array>
#include <charconv>
#include <ranges>

#include "shared/base/text.hpp"

namespace agenta::protocol::detail {

ObjectWriter& ObjectWriter::raw(std::string_view name, std::string_view json) {
  write_name(name);
  out_ += json;
  return *this;
}

ObjectWriter& ObjectWriter::text(std::string_view name, std::string_view value) {
  write_name(name);
  append_string(out_, value);
  return *this;
}

void ObjectWriter::write_name(std::string_view name) {
  if (out_.size() > 1) out_ += ',';
  append_string(out_, name);
  out_ += ':';
}

ObjectWriter& ObjectWriter::real(std::string_view name, double value) {
  std::array<char, 64> digits{};
  auto const [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed, 3);
  return raw(name, error == std::errc{} ? std::string_view{digits.data(), end} : "0");
}

ObjectWriter& ObjectWriter::texts(std::string_view name, std::span<std::string const> values) {
  return raw(name, write_array(values, [](std::string const& value) { return write_string(value); }));
}

std::string_view object_or_empty(JsonText const& json) {
  std::string_view const text = trim(json.text);
  return text.starts_with('{') && is_json(text) ? text : std::string_view{"{}"};
}

ObjectReader::ObjectReader(std::string_view object, std::string where) : where_(std::move(where)) {
  if (auto members = members_of(object)) {
    members_ = std::move(*members);
  } else {
    problem_ = (where_.empty() ? "the document" : where_.substr(0, where_.size() - 1)) + " is not an object";
  }
}

std::optional<std::string_view> ObjectReader::find(std::string_view name) const {
  // From the back: the last of equal names wins.
  for (JsonMember const& member : members_ | std::views::reverse) {
    if (member.name != name) continue;
    if (member.value == "null") return std::nullopt;
    return member.value;
  }
  return std::nullopt;
}

void ObjectReader::complain(std::string_view name, std::string_view wanted) {
  if (!problem_.empty()) return;
  problem_ = "the member " + where_ + std::string{name} + " is not " + std::string{wanted};
}

void ObjectReader::adopt(ObjectReader const& inner) {
  if (problem_.empty()) problem_ = inner.problem_;
}

Result<void> ObjectReader::check() const {
  if (problem_.empty()) return {};
  return fail(ErrorCode::invalid_request, problem_);
}

std::string ObjectReader::text(std::string_view name) {
  auto const value = find(name);
  if (!value) return {};
  auto content = read_string(*value);
  if (!content) complain(name, "text");
  return std::move(content).value_or("");
}

std::string ObjectReader::required_text(std::string_view name) {
  std::string content = text(name);
  if (content.empty()) complain(name, "there, and it is required");
  return content;
}

bool ObjectReader::boolean(std::string_view name, bool otherwise) {
  auto const value = find(name);
  if (!value) return otherwise;
  if (*value != "true" && *value != "false") complain(name, "true or false");
  return *value == "true";
}

std::optional<std::int64_t> ObjectReader::find_number(std::string_view name) {
  auto const value = find(name);
  if (!value) return std::nullopt;
  std::int64_t number = 0;
  auto const [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error == std::errc{} && end == value->data() + value->size()) return number;
  complain(name, "a whole number");
  return std::nullopt;
}

std::int64_t ObjectReader::number(std::string_view name) { return find_number(name).value_or(0); }

double ObjectReader::real(std::string_view name) {
  auto const value = find(name);
  if (!value) return 0;
  double number = 0;
  auto const [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error != std::errc{} || end != value->data() + value->size()) complain(name, "a number");
  return number;
}

std::optional<WallTime> ObjectReader::time(std::string_view name) {
  if (!has(name)) return std::nullopt;
  auto const value = parse_rfc3339(text(name));
  if (!value) complain(name, "an RFC 3339 time");
  return value;
}

std::vector<std::string_view> ObjectReader::elements(std::string_view name) {
  auto const value = find(name);
  if (!value) return {};
  auto found = elements_of(*value);
  if (!found) complain(name, "an array");
  return std::move(found).value_or(std::vector<std::string_view>{});
}

std::vector<std::string> ObjectReader::texts(std::string_view name) {
  std::vector<std::string> values;
  for (std::string_view const element : elements(name)) {
    auto value = read_string(element);
    if (!value) complain(name, "an array of texts");
    values.push_back(std::move(value).value_or(""));
  }
  return values;
}

std::optional<JsonText> ObjectReader::object(std::string_view name) {
  auto const value = find(name);
  if (!value) return std::nullopt;
  if (!value->starts_with('{')) complain(name, "an object");
  JsonText json;
  json.text = *value;
  return json;
}

Result<void> check_object(std::string_view body, std::string_view what) {
  if (!is_json(body)) return fail(ErrorCode::invalid_request, std::string{what} + " is not a JSON document");
  ObjectReader const reader{body};
  if (!reader.check()) return fail(ErrorCode::invalid_request, std::string{what} + " is not a JSON object");
  return {};
}

std::string write_actor(Actor const& actor) {
  if (actor == Actor{}) return "null";
  return ObjectWriter{}
      .number("uid", actor.uid)
      .text("user", actor.user)
      .text("host", actor.host)
      .text("program", actor.program)
      .done();
}

Actor read_actor(ObjectReader& in) {
  Actor actor;
  actor.uid = static_cast<unsigned>(in.number("uid"));
  actor.user = in.text("user");
  actor.host = in.text("host");
  actor.program = in.text("program");
  return actor;
}

ApprovalId read_approval_id(ObjectReader& in) {
  ApprovalId id{to_lower(in.text("approval"))};
  if (!id.empty() && !is_uuid(id.text)) in.complain("approval", "a UUID");
  return id;
}

OnAsk read_on_ask(ObjectReader& in) {
  std::string const on_ask = in.text("on_ask");
  if (!on_ask.empty() && on_ask != "wait" && on_ask != "come_back")
    in.complain("on_ask", "wait or come_back");
  return on_ask == "come_back" ? OnAsk::come_back : OnAsk::wait;
}

}  // namespace agenta::protocol::detail
