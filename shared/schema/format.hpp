#pragma once

#include <cstdint>
#include <string_view>

/// `format` of JSON Schema, as an assertion. Private to `shared/schema`.
namespace agenta::schema {

enum class Format : std::uint8_t {
  none,
  date_time,
  date,
  time,
  duration,
  email,
  idn_email,
  hostname,
  ipv4,
  ipv6,
  uri,
  uri_reference,
  iri,
  iri_reference,
  uri_template,
  uuid,
  json_pointer,
  relative_json_pointer,
  regex,
};
/// `none` where the name is unknown: then it constrains nothing.
Format parse_format(std::string_view name);

/// By the letter of the RFCs, or as services read these names: then only what is strictly wrong fails (a time
/// without an offset is fine, and so is a URI with letters of other scripts).
enum class FormatReading : bool { lenient, strict };
bool has_format(Format format, std::string_view text, FormatReading reading);

// --- The formats, one by one ---------------------------------------------------------------------------

bool is_date(std::string_view text);
bool is_date_time(std::string_view text, FormatReading reading);
bool is_time(std::string_view text, FormatReading reading);
bool is_duration(std::string_view text);

bool is_hostname(std::string_view text);
bool is_ipv4(std::string_view text);
bool is_ipv6(std::string_view text);
/// `beyond_ascii`: letters of other scripts are fine.
bool is_email(std::string_view text, FormatReading reading, bool beyond_ascii);

struct UriKind {
  bool relative = false;  ///< a reference is enough
  bool beyond_ascii = false;
};
bool is_uri(std::string_view text, UriKind kind);
bool is_uri_template(std::string_view text);

}  // namespace agenta::schema
