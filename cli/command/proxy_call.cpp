#include "cli/command/proxy_call.hpp"

#include <algorithm>

#include "shared/base/base64.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"
#include "shared/schema/redact.hpp"

namespace agenta::cli {
namespace {

unexpected<Error> usage(std::string message) { return fail(ErrorCode::usage, std::move(message)); }

Result<ProxyField> parse_header(std::string_view line) {
  std::size_t const colon = line.find(':');
  std::string_view const name = trim(line.substr(0, colon));
  if (colon == std::string_view::npos || name.empty())
    return usage("-H takes 'Name: value', or @FILE with such lines");
  return ProxyField{std::string{name}, std::string{trim(line.substr(colon + 1))}};
}

bool is_credential(std::string_view name) {
  return equal_ignoring_case(name, "authorization") || equal_ignoring_case(name, "proxy-authorization");
}

unexpected<Error> adds_it_itself(std::string const& name) {
  return usage("the header " + name + " is not taken: Composio adds the credential of the connection");
}

Result<void> read_header_file(Context& context, std::string const& path, std::vector<ProxyField>& into) {
  AGENTA_TRY(std::string const text, read_input(context, path));
  for (std::string const& line : split(text, '\n')) {
    std::string_view const content = trim(line);
    if (content.empty() || content.starts_with('#')) continue;
    AGENTA_TRY(auto header, parse_header(content));
    if (is_credential(header.name)) return adds_it_itself(header.name);
    into.push_back(std::move(header));
  }
  return {};
}

Result<std::vector<ProxyField>> read_headers(Context& context, std::vector<std::string> const& given) {
  std::vector<ProxyField> headers;
  for (std::string const& each : given) {
    if (each.starts_with('@')) {
      AGENTA_CHECK(read_header_file(context, each.substr(1), headers));
      continue;
    }
    AGENTA_TRY(auto header, parse_header(each));
    if (is_credential(header.name)) return adds_it_itself(header.name);
    if (schema::is_secret_name(header.name)) {
      return usage(
          "the header " + header.name +
          " holds a secret, which everybody on this machine can read on a command line: put the line "
          "into a file, and give -H @FILE");
    }
    headers.push_back(std::move(header));
  }
  return headers;
}

unexpected<Error> secret_parameter(std::string const& name) {
  return usage("the parameter " + name +
               " holds a secret, which everybody on this machine can read on a command line: put the value "
               "into a file, and give --query " +
               name + "=@FILE");
}

Result<std::vector<ProxyField>> read_query(Context& context, std::vector<std::string> const& given) {
  std::vector<ProxyField> query;
  for (std::string const& each : given) {
    std::size_t const equals = each.find('=');
    if (equals == std::string::npos || equals == 0) return usage("--query takes NAME=VALUE or NAME=@FILE");
    ProxyField field{each.substr(0, equals), each.substr(equals + 1)};
    if (field.value.starts_with('@')) {
      AGENTA_TRY(field.value, read_input(context, field.value.substr(1)));
      while (field.value.ends_with('\n') || field.value.ends_with('\r')) field.value.pop_back();
    } else if (schema::is_secret_name(field.name)) {
      return secret_parameter(field.name);
    }
    query.push_back(std::move(field));
  }
  return query;
}

Result<void> check_url(std::string const& url) {
  std::size_t const mark = url.find('?');
  if (mark == std::string::npos) return {};
  auto const parameters = parse_query(std::string_view{url}.substr(mark + 1));
  if (!parameters) return usage("the query of the URL is malformed");
  for (QueryParameter const& each : *parameters) {
    if (schema::is_secret_name(each.name) && !each.value.empty()) return secret_parameter(each.name);
  }
  return {};
}

std::string content_type_of(ProxyCall const& call) {
  for (ProxyField const& each : call.headers) {
    if (equal_ignoring_case(each.name, "content-type")) return each.value;
  }
  return {};
}

/// JSON as it is; another text where a Content-Type says that it is one.
Result<JsonText> read_text_body(Context& context, ProxyCall const& call, std::string const& data) {
  AGENTA_TRY(std::string const text, read_data(context, data));
  if (protocol::is_json(text)) return JsonText{std::string{trim(text)}};
  std::string const type = to_lower(content_type_of(call));
  if (type.empty() || type.find("json") != std::string::npos) {
    return usage(
        "-d is no JSON document: for another text give its type with -H 'Content-Type: …', and for bytes "
        "--data-binary");
  }
  return JsonText{protocol::write_string(text)};
}

Result<BinaryBody> read_binary_body(Context& context, ProxyCall const& call, std::string const& data) {
  if (data != "-" && !data.starts_with('@')) return usage("--data-binary takes @FILE, or - for stdin");
  AGENTA_TRY(std::string const bytes, read_data(context, data));
  constexpr std::size_t kMost = std::size_t{12} << 20;
  if (bytes.size() >= kMost - 4096) {
    return usage("the body has " + std::to_string(bytes.size()) +
                 " bytes, and a request through a connection takes less than 12 MiB");
  }
  if (bytes.empty()) return usage("--data-binary was given no bytes");
  BinaryBody body;
  body.base64 = base64_encode(bytes);
  body.content_type = content_type_of(call);
  if (body.content_type.empty()) body.content_type = "application/octet-stream";
  return body;
}

}  // namespace

Result<ProxyCall> build_proxy_call(Context& context, ProxyOptions const& options) {
  ProxyCall call;
  call.id.text = make_uuid_v7();
  call.integration.text = to_lower(options.integration);
  call.method = to_upper(options.method);
  call.url = options.url;
  call.connection = options.connection;
  if (!is_proxy_method(call.method))
    return usage("the method is one of GET, POST, PUT, DELETE, PATCH and HEAD");
  if (!options.data.empty() && !options.data_binary.empty())
    return usage("-d and --data-binary are two bodies: give one");
  if (options.force && (options.output.empty() || options.output == "-"))
    return usage("--force goes with -o FILE");
  AGENTA_CHECK(check_url(options.url));
  AGENTA_TRY(call.session, session_of(context, options.session));
  AGENTA_TRY(call.headers, read_headers(context, options.headers));
  AGENTA_TRY(call.query, read_query(context, options.query));
  if (!options.data.empty()) {
    AGENTA_TRY(call.body, read_text_body(context, call, options.data));
  }
  if (!options.data_binary.empty()) {
    AGENTA_TRY(call.binary, read_binary_body(context, call, options.data_binary));
  }
  return call;
}

}  // namespace agenta::cli
