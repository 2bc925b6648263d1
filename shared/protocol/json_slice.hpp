#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reads single members of a JSON object without building it: what is only passed on keeps its bytes (number
/// spelling, key order, duplicates) and costs one scan.
namespace agenta::protocol {

/// Whether `text` is one JSON document (RFC 8259), nothing before or after but white space, at most 512 deep.
bool is_json(std::string_view text);

/// The raw text of the member `name` of the object that `document` is: a view into it, without surrounding
/// white space. Nothing where the document is no object or has no such member. The last of equal names wins.
/// `document` must be valid JSON (`is_json`).
std::optional<std::string_view> find_member(std::string_view document, std::string_view name);

/// The value that an RFC 6901 pointer (`/items/0/name`) names; nothing where there is none.
std::optional<std::string_view> find_pointer(std::string_view document, std::string_view pointer);

/// A JSON string's content, unescaped to UTF-8; nothing where the text is no JSON string.
/// A lone surrogate escape, which JSON allows and UTF-8 does not, becomes U+FFFD.
std::optional<std::string> read_string(std::string_view json);

/// `text` as a JSON string, quotes included. Bytes that are not UTF-8 become U+FFFD.
std::string write_string(std::string_view text);
/// The same at the end of `out`.
void append_string(std::string& out, std::string_view text);

/// One member of an object: its name unescaped, its value as raw text.
struct JsonMember {
  std::string name{};
  std::string_view value{};
};
/// The members of an object in their order, duplicates and all, as views into `document`, which must be valid
/// JSON. Nothing where it is no object.
std::optional<std::vector<JsonMember>> members_of(std::string_view document);
/// The same for the elements of an array.
std::optional<std::vector<std::string_view>> elements_of(std::string_view document);

}  // namespace agenta::protocol
