#include "daemon/core/proxy_record.hpp"

#include <algorithm>
#include <array>

#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"
#include "shared/schema/redact.hpp"

namespace agenta::daemon {
namespace {

using protocol::write_string;

unexpected<Error> refuse(std::string message) { return fail(ErrorCode::invalid_request, std::move(message)); }

bool is_token(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

/// A host and its port, as everybody reads them: the name in ASCII, with nothing to resolve first.
bool is_plain_authority(std::string_view text) {
  auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
  auto const is_letter = [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  bool const is_address = text.starts_with('[');
  std::string_view const marks = is_address ? "[:." : "-._";
  std::size_t const end = std::min(is_address ? text.find(']') : text.find(':'), text.size());
  std::string_view const host = text.substr(0, end);
  if (host.empty() || !(is_address || is_letter(host.front()))) return false;
  bool const is_plain = std::ranges::all_of(
      host, [&](char c) { return is_letter(c) || marks.find(c) != std::string_view::npos; });
  if (!is_plain || (is_address && end == text.size())) return false;
  std::string_view const rest = text.substr(end + (is_address ? 1 : 0));
  return rest.empty() || (rest.front() == ':' && std::ranges::all_of(rest.substr(1), is_digit));
}

/// What some take for another address than others is refused, in a session and outside of one.
Result<void> check_url(std::string_view url) {
  if (url.empty() || has_control(url) || url.find(' ') != std::string_view::npos)
    return refuse("the URL is empty, or has a space or a control character in it");
  if (url.find('\\') != std::string_view::npos)
    return refuse("the URL has a backslash in it, which some take for a slash: write %5C where one is meant");
  if (url.starts_with("//"))
    return refuse(
        "the URL begins with two slashes, and so with a host: begin a path with one, an address with "
        "https://");
  if (url.substr(0, url.find_first_of("/?#")).find('@') != std::string_view::npos)
    return refuse("the URL begins like a user name: begin a path with a slash");
  auto const scheme = url.substr(0, url.find_first_of("/?#")).find(':');
  if (scheme == std::string_view::npos) return {};
  auto const name = to_lower(url.substr(0, scheme));
  auto const rest = url.substr(scheme);
  if ((name != "https" && name != "http") || !rest.starts_with("://"))
    return refuse("the URL is a path at the service, or begins with https://");
  auto const authority = rest.substr(3, rest.find_first_of("/?#", 3) - 3);
  if (authority.find('@') != std::string_view::npos)
    return refuse("the URL carries a user name: Composio adds the credential of the connection");
  if (!is_plain_authority(authority)) {
    return refuse(
        "the URL's host is of letters, digits, dots and dashes, and its port a number: nothing is escaped, "
        "and "
        "a name in other letters begins with xn--");
  }
  return {};
}

Result<void> check_header(ProxyField const& header) {
  if (!is_token(header.name)) return refuse("a header's name is of letters, digits and dashes");
  if (has_control(header.value))
    return refuse("the header " + header.name + " has a control character in its value");
  constexpr std::array<std::string_view, 2> kCredentials{"authorization", "proxy-authorization"};
  constexpr std::array<std::string_view, 5> kFraming{"host", "content-length", "transfer-encoding",
                                                     "connection", "upgrade"};
  auto const name = to_lower(header.name);
  if (std::ranges::find(kCredentials, name) != kCredentials.end())
    return refuse("the header " + header.name +
                  " is not taken: Composio adds the credential of the connection");
  if (std::ranges::find(kFraming, name) != kFraming.end())
    return refuse("the header " + header.name + " is not taken: Composio writes it itself");
  return {};
}

/// An object of them; one name more than once becomes a list.
std::string object_of(std::vector<ProxyField> const& fields) {
  std::string out = "{";
  for (std::size_t i = 0; i < fields.size(); ++i) {
    auto const same = [&](ProxyField const& each) { return each.name == fields[i].name; };
    auto const begin = fields.begin();
    auto const here = begin + static_cast<std::ptrdiff_t>(i);
    if (std::find_if(begin, here, same) != here) continue;
    std::string values;
    for (auto each = here; each != fields.end(); ++each) {
      if (same(*each)) values.append(values.empty() ? "" : ",").append(write_string(each->value));
    }
    bool const many = std::count_if(here, fields.end(), same) > 1;
    if (out.size() > 1) out += ',';
    out += write_string(fields[i].name) + ":" + (many ? "[" + values + "]" : values);
  }
  return out + "}";
}

/// The parameters of the call: those of the URL, and those beside it.
std::vector<ProxyField> query_of(ProxyCall const& call) {
  std::vector<ProxyField> query;
  auto const mark = call.url.find('?');
  if (mark != std::string::npos) {
    auto const text = std::string_view{call.url}.substr(mark + 1);
    auto const parsed = parse_query(text.substr(0, text.find('#')));
    // What cannot be read cannot be told from a secret.
    if (!parsed) query.push_back({"?", "[redacted]"});
    for (auto const& each : parsed.value_or(std::vector<QueryParameter>{}))
      query.push_back({each.name, each.value});
  }
  query.insert(query.end(), call.query.begin(), call.query.end());
  return query;
}

/// Values that were given in secret, wherever they come back.
std::string without_secrets(std::string text, ProxyCall const& call) {
  constexpr std::size_t kTellsApart = 6;  // a shorter one would be found in anything
  auto given = query_of(call);
  given.insert(given.end(), call.headers.begin(), call.headers.end());
  for (ProxyField const& each : given) {
    if (each.value.size() < kTellsApart || !schema::is_secret_name(each.name)) continue;
    auto const escaped = write_string(each.value);
    text = replace_all(text, escaped.substr(1, escaped.size() - 2), "[redacted]");
  }
  return text;
}

/// A JSON value: the document as it came, else its text.
std::string value_of(ProxyReply const& reply) {
  return reply.is_json ? reply.body : write_string(reply.body);
}

}  // namespace

Result<void> check_proxy_call(ProxyCall const& call) {
  if (!is_proxy_method(call.method))
    return refuse("the method is one of GET, POST, PUT, DELETE, PATCH and HEAD");
  if (auto checked = check_url(call.url); !checked) return checked;
  for (ProxyField const& header : call.headers) {
    if (auto checked = check_header(header); !checked) return checked;
  }
  if (call.body && call.binary) return refuse("the request has a body and a body of bytes: give one");
  return {};
}

ToolSlug proxy_tool(std::string_view method) { return {"PROXY_" + std::string{method}}; }

std::optional<std::string> proxy_method(ToolSlug const& slug) {
  constexpr std::string_view kPrefix = "PROXY_";
  if (!slug.text.starts_with(kPrefix)) return std::nullopt;
  std::string method = slug.text.substr(kPrefix.size());
  if (!is_proxy_method(method)) return std::nullopt;
  return method;
}

std::string path_of(std::string_view url) { return std::string{url.substr(0, url.find_first_of("?#"))}; }

JsonText record_of(ProxyCall const& call, std::size_t most) {
  std::string out =
      "{\"method\":" + write_string(call.method) + ",\"url\":" + write_string(path_of(call.url));
  if (auto const query = query_of(call); !query.empty()) out += ",\"query\":" + object_of(query);
  if (!call.headers.empty()) out += ",\"headers\":" + object_of(call.headers);
  if (call.body && call.body->text.size() <= most) {
    out += ",\"body\":" + call.body->text;
  } else if (call.body) {
    out += ",\"body_bytes\":" + std::to_string(call.body->text.size());
  }
  if (call.binary) {
    std::size_t const padding = static_cast<std::size_t>(std::ranges::count(call.binary->base64, '='));
    out += ",\"body_bytes\":" + std::to_string(call.binary->base64.size() / 4 * 3 - padding);
    if (!call.binary->content_type.empty())
      out += ",\"content_type\":" + write_string(call.binary->content_type);
  }
  return schema::redact(JsonText{out + "}"});
}

JsonText record_of(ProxyCall const& call, ProxyReply const& reply, std::size_t most) {
  std::string out =
      "{\"status\":" + std::to_string(reply.status) + ",\"headers\":" + object_of(reply.headers);
  if (reply.file) {
    out += ",\"file\":{\"content_type\":" + write_string(reply.file->content_type) +
           ",\"size\":" + std::to_string(reply.file->size) + "}";
  } else if (reply.body.size() > most) {
    out += ",\"body_bytes\":" + std::to_string(reply.body.size());
  } else if (!reply.body.empty()) {
    out += ",\"body\":" + value_of(reply);
  }
  return schema::redact(JsonText{without_secrets(out + "}", call)});
}

std::string words_of(ProxyReply const& reply) {
  constexpr std::size_t kMost = 300;
  if (!reply.is_json) return reply.body.size() <= kMost ? std::string{trim(reply.body)} : std::string{};
  for (std::string_view const name : {"/message", "/error/message", "/error_description", "/error"}) {
    auto const value = protocol::find_pointer(reply.body, name);
    auto const text = value ? protocol::read_string(*value) : std::nullopt;
    if (text && !text->empty()) return text->substr(0, kMost);
  }
  return reply.body.size() <= kMost ? reply.body : std::string{};
}

std::string refusal_of(ProxyReply const& reply) {
  constexpr unsigned kUnauthorized = 401;
  constexpr unsigned kForbidden = 403;
  constexpr unsigned kBadRequest = 400;
  if (reply.status == kUnauthorized || reply.status == kForbidden || reply.status == kBadRequest)
    return reply.body;
  if (!reply.is_json || protocol::find_member(reply.body, "ok") != "false") return {};
  return protocol::read_string(protocol::find_member(reply.body, "error").value_or("null")).value_or("");
}

}  // namespace agenta::daemon
