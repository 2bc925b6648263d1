#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agenta::daemon {

/// A URL that somebody else wrote, in the parts a call is made of.
struct FileUrl {
  std::string origin{};  ///< `https://host[:port]`
  std::string target{};  ///< path and query; at least `/`
  bool tls = true;
  bool operator==(FileUrl const&) const = default;

  /// The last segment of the path, decoded; may be empty.
  std::string name() const;
};

/// Reads `http(s)://host[:port][/path][?query]`. Nothing for another scheme, a user name, a host that is
/// none, and bytes that no URL has; a fragment is left out.
std::optional<FileUrl> parse_file_url(std::string_view text);

/// Where a redirect from `from` leads. Nothing where it is no place to go to: from https to http, or none.
std::optional<FileUrl> follow_redirect(FileUrl const& from, std::string_view location);

}  // namespace agenta::daemon
