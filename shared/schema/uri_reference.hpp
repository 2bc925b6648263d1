#pragma once

#include <string>
#include <string_view>

/// URIs as schemas name themselves and each other by. Private to `shared/schema`; nothing is ever fetched.
namespace agenta::schema {

/// The parts of RFC 3986, appendix B. Any text has them; whether it is a valid URI is another question.
struct UriParts {
  std::string_view scheme{};
  bool has_authority = false;
  std::string_view authority{};
  std::string_view path{};
  bool has_query = false;
  std::string_view query{};
  bool has_fragment = false;
  std::string_view fragment{};
};
UriParts split_uri(std::string_view text);

/// What `reference` means where `base` is the base URI (RFC 3986, 5.2), without its fragment.
std::string resolve_uri(std::string_view base, std::string_view reference);

}  // namespace agenta::schema
