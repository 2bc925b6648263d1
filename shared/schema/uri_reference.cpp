#include "shared/schema/uri_reference.hpp"

#include <algorithm>

namespace agenta::schema {
namespace {

/// The path without `.` and `..` (RFC 3986, 5.2.4).
std::string without_dots(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    if (path.starts_with("../")) {
      path.remove_prefix(3);
    } else if (path.starts_with("./") || path.starts_with("/./")) {
      path.remove_prefix(2);
    } else if (path == "/.") {
      path = "/";
    } else if (path.starts_with("/../") || path == "/..") {
      path = path == "/.." ? "/" : path.substr(3);
      std::size_t const slash = out.rfind('/');
      out.resize(slash == std::string::npos ? 0 : slash);
    } else if (path == "." || path == "..") {
      path = {};
    } else {
      std::size_t const end = std::min(path.find('/', 1), path.size());
      out += path.substr(0, end);
      path.remove_prefix(end);
    }
  }
  return out;
}

std::string merge_paths(UriParts const& base, std::string_view path) {
  if (base.has_authority && base.path.empty()) return "/" + std::string{path};
  std::size_t const slash = base.path.rfind('/');
  return std::string{base.path.substr(0, slash == std::string_view::npos ? 0 : slash + 1)} +
         std::string{path};
}

}  // namespace

UriParts split_uri(std::string_view text) {
  UriParts parts;
  if (std::size_t const hash = text.find('#'); hash != std::string_view::npos) {
    parts.has_fragment = true;
    parts.fragment = text.substr(hash + 1);
    text = text.substr(0, hash);
  }
  if (std::size_t const mark = text.find('?'); mark != std::string_view::npos) {
    parts.has_query = true;
    parts.query = text.substr(mark + 1);
    text = text.substr(0, mark);
  }
  std::size_t const colon = text.find_first_of(":/");
  if (colon != std::string_view::npos && colon > 0 && text[colon] == ':') {
    parts.scheme = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (text.starts_with("//")) {
    parts.has_authority = true;
    std::size_t const end = std::min(text.find('/', 2), text.size());
    parts.authority = text.substr(2, end - 2);
    text.remove_prefix(end);
  }
  parts.path = text;
  return parts;
}

std::string resolve_uri(std::string_view base, std::string_view reference) {
  UriParts const from = split_uri(base);
  UriParts to = split_uri(reference);
  std::string path{to.path};
  if (to.scheme.empty()) {
    to.scheme = from.scheme;
    if (!to.has_authority) {
      if (path.empty()) {
        path = from.path;
        if (!to.has_query) {
          to.has_query = from.has_query;
          to.query = from.query;
        }
      } else if (path.front() != '/') {
        path = merge_paths(from, path);
      }
      to.has_authority = from.has_authority;
      to.authority = from.authority;
    }
  }
  std::string out;
  if (!to.scheme.empty()) out.append(to.scheme).append(":");
  if (to.has_authority) out.append("//").append(to.authority);
  out += without_dots(path);
  if (to.has_query) out.append("?").append(to.query);
  return out;
}

}  // namespace agenta::schema
