#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/domain/connection.hpp"
#include "shared/domain/error.hpp"
#include "shared/domain/execution.hpp"
#include "shared/domain/integration.hpp"
#include "shared/domain/page.hpp"
#include "shared/domain/tool.hpp"
#include "shared/protocol/json_slice.hpp"

/// What the codecs share; private to `shared/protocol`. Documents are written and read as text: what is only
/// passed on (arguments, data, schemas) keeps its bytes, and no tree is built.
namespace agenta::protocol::detail {

/// Writes one JSON object, member by member, in the order of the calls.
class ObjectWriter {
 public:
  ObjectWriter() = default;
  /// Goes on writing an object that is whole already, which `object` must be.
  explicit ObjectWriter(std::string_view object) : out_(object.substr(0, object.rfind('}'))) {}

  /// `json` is spliced in as it is.
  ObjectWriter& raw(std::string_view name, std::string_view json);
  ObjectWriter& text(std::string_view name, std::string_view value);
  ObjectWriter& boolean(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  ObjectWriter& number(std::string_view name, std::int64_t value) { return raw(name, std::to_string(value)); }
  /// With three digits after the point.
  ObjectWriter& real(std::string_view name, double value);
  ObjectWriter& null(std::string_view name) { return raw(name, "null"); }
  /// `null` where empty: for names of things that need not be there.
  ObjectWriter& text_or_null(std::string_view name, std::string_view value) {
    return value.empty() ? null(name) : text(name, value);
  }
  ObjectWriter& time(std::string_view name, std::optional<WallTime> value) {
    return value ? text(name, format_rfc3339(*value)) : null(name);
  }
  ObjectWriter& texts(std::string_view name, std::span<std::string const> values);
  /// The object, ended. The writer is spent.
  std::string done() {
    out_ += '}';
    return std::move(out_);
  }

 private:
  void write_name(std::string_view name);

  std::string out_ = "{";
};

/// `[…]` of what `encode` makes of each item.
template <class Items, class Encode>
std::string write_array(Items const& items, Encode encode) {
  std::string out = "[";
  for (auto const& item : items) {
    if (out.size() > 1) out += ',';
    out += encode(item);
  }
  out += ']';
  return out;
}

/// A JSON text where it is an object, else `{}`: what is spliced in may never break the document around it.
std::string_view object_or_empty(JsonText const& json);

/// Reads the members of one object. A missing or null member is the empty value; the first one of a wrong
/// type is remembered for `check()`. A view: the document must outlive it.
class ObjectReader {
 public:
  /// `where` prefixes the names of members in errors: `items.`.
  ObjectReader(std::string_view object, std::string where = {});

  bool has(std::string_view name) const { return find(name).has_value(); }
  /// The raw text, nothing where missing or null.
  std::optional<std::string_view> find(std::string_view name) const;

  std::string text(std::string_view name);
  /// A text that may not be missing or empty.
  std::string required_text(std::string_view name);
  bool boolean(std::string_view name, bool otherwise = false);
  std::int64_t number(std::string_view name);
  std::optional<std::int64_t> find_number(std::string_view name);
  double real(std::string_view name);
  std::optional<WallTime> time(std::string_view name);
  std::vector<std::string> texts(std::string_view name);
  /// The member's text where it is an object.
  std::optional<JsonText> object(std::string_view name);

  /// What `decode(reader)` makes of each object of an array.
  template <class Decode>
  auto each(std::string_view name, Decode decode) {
    std::vector<decltype(decode(*this))> items;
    for (std::string_view const element : elements(name)) {
      ObjectReader reader{element, where_ + std::string{name} + "."};
      items.push_back(decode(reader));
      adopt(reader);
    }
    return items;
  }
  /// What `decode(reader)` makes of an object; nothing where there is none.
  template <class Decode>
  auto nested(std::string_view name, Decode decode) {
    std::optional<decltype(decode(*this))> result;
    if (auto const value = find(name)) {
      ObjectReader reader{*value, where_ + std::string{name} + "."};
      result = decode(reader);
      adopt(reader);
    }
    return result;
  }

  /// Reports the member `name` as not being `wanted`.
  void complain(std::string_view name, std::string_view wanted);
  /// `INVALID_REQUEST` naming the first member that is not what it should be.
  Result<void> check() const;

 private:
  std::vector<std::string_view> elements(std::string_view name);
  void adopt(ObjectReader const& inner);

  std::string where_;
  std::vector<JsonMember> members_{};
  std::string problem_{};
};

/// `INVALID_REQUEST` unless `body` is one JSON object.
Result<void> check_object(std::string_view body, std::string_view what);

/// Decodes a whole document that is one object.
template <class Decode>
auto decode_object(std::string_view body, std::string_view what, Decode decode)
    -> Result<decltype(decode(std::declval<ObjectReader&>()))> {
  if (auto checked = check_object(body, what); !checked) return fail(std::move(checked).error());
  ObjectReader reader{body};
  auto value = decode(reader);
  if (auto checked = reader.check(); !checked) return fail(std::move(checked).error());
  return value;
}

/// The frame of every list: `items`, `total`, `next_cursor`, and what `more` adds between.
template <class T, class Encode, class More>
std::string write_page(Page<T> const& page, Encode encode, More more) {
  ObjectWriter out;
  out.raw("items", write_array(page.items, encode)).number("total", page.total);
  more(out);
  return out.text_or_null("next_cursor", page.next_cursor.value_or("")).done();
}
template <class T, class Encode>
std::string write_page(Page<T> const& page, Encode encode) {
  return write_page(page, encode, [](ObjectWriter&) {});
}

template <class T, class Decode>
Page<T> read_page(ObjectReader& in, Decode decode) {
  Page<T> page;
  page.items = in.each("items", decode);
  page.total = in.number("total");
  if (in.has("next_cursor")) page.next_cursor = in.text("next_cursor");
  return page;
}

/// The members of an error document; its text is the member `message_name`.
void write_error_members(ObjectWriter& out, Error const& error, std::string_view message_name);
/// An error in any of its frames: `detail` and `message` are the same member.
Error read_error(ObjectReader& in, ErrorCode otherwise);
Connection read_connection(ObjectReader& in);
std::string write_actor(Actor const& actor);
Actor read_actor(ObjectReader& in);
std::string write_category(Category const& category);
Category read_category(ObjectReader& in);
std::string write_hints(ToolHints const& hints);
ToolHints read_hints(ObjectReader& in);
/// `approval` and `on_ask` of a call that a policy may want approved.
ApprovalId read_approval_id(ObjectReader& in);
OnAsk read_on_ask(ObjectReader& in);

}  // namespace agenta::protocol::detail
