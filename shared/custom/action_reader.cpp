#include "shared/custom/action_reader.hpp"

#include <algorithm>
#include <array>

#include "shared/base/text.hpp"

namespace agenta::custom {
namespace {

bool is_token(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char const c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool is_variable(std::string_view name) {
  return is_token(name) && name.find('-') == std::string_view::npos && (name[0] < '0' || name[0] > '9');
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char const c) { return static_cast<unsigned char>(c) < 0x20; });
}

/// Names that never leave the daemon.
bool is_ours(std::string_view name) {
  return name.starts_with("COMPOSIO_") || name == "CREDENTIALS_DIRECTORY";
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host.starts_with("127.") || host == "[::1]";
}

}  // namespace

Source read_source(std::string_view text) {
  Source source;
  std::string_view rest = text;
  if (auto const space = text.find(' '); space != std::string_view::npos && is_token(text.substr(0, space)))
    rest.remove_prefix(space + 1);
  for (auto const& [mark, from] : {std::pair{std::string_view{"env:"}, Source::From::environment},
                                   std::pair{std::string_view{"file:"}, Source::From::file}}) {
    for (std::string_view const each : {text, rest}) {
      if (!each.starts_with(mark)) continue;
      source.from = from;
      source.prefix = text.substr(0, text.size() - each.size());
      source.name = each.substr(mark.size());
      return source;
    }
  }
  source.name = text;
  return source;
}

bool looks_secret(std::string_view name) {
  constexpr std::array kParts{"authorization", "cookie", "token",    "secret",  "password",
                              "passwd",        "apikey", "api-key",  "api_key", "credential",
                              "appid",         "x-auth", "signature"};
  std::string const lower = to_lower(name);
  return lower == "key" || lower == "auth" || lower.ends_with("-key") || lower.ends_with("_key") ||
         std::ranges::any_of(kParts, [&](char const* part) { return lower.find(part) != std::string::npos; });
}

std::optional<Template> ActionReader::read_template(toml::source_region const& where, std::string_view text,
                                                    std::string const& what) {
  auto parsed = parse_template(text);
  if (!parsed) {
    tool_.problems().add(where, tool_.subject() + ": " + what + ": " + parsed.error().message);
    return std::nullopt;
  }
  if (text.find('\0') != std::string_view::npos)
    tool_.problems().add(where, tool_.subject() + ": " + what + " has a NUL");
  check_places(where, *parsed, what);
  return std::move(*parsed);
}

void ActionReader::check_places(toml::source_region const& where, Template const& text,
                                std::string const& what) {
  auto const complain = [&](std::string const& message) {
    tool_.problems().add(where, std::string{tool_.subject()}.append(": ").append(what + ": " + message));
  };
  for (Template::Part const& part : text.parts) {
    if (!part.place) continue;
    std::string const& name = part.place->name;
    if (!names_.properties.contains(name)) {
      std::vector<std::string> const known{names_.properties.begin(), names_.properties.end()};
      auto const meant = nearest(name, known);
      complain("the input has no " + name + (meant ? "; did you mean " + *meant + "?" : ""));
    } else if (part.place->kind == Place::Kind::one && !names_.required.contains(name)) {
      complain(name + " may be missing: add it to the input's required, or write {" + name + "?}");
    } else if (part.place->kind == Place::Kind::spread && text.parts.size() > 1) {
      complain("{" + name + "...} stands alone: each element is a text of its own");
    }
  }
}

Command ActionReader::read_command() {
  Command command;
  auto const words = tool_.texts("command");
  auto const* const node = tool_.find("command");
  auto const* const array = node == nullptr ? nullptr : node->as_array();
  if (words.empty() && array != nullptr) tool_.complain("command", "names no program");
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto const where = array != nullptr && i < array->size() ? array->get(i)->source() : node->source();
    auto word = read_template(where, words[i], "command");
    if (!word) continue;
    if (i == 0 && (!word->literal() || word->literal()->empty()))
      tool_.problems().add(where, tool_.subject() + ": the program may not come from an argument");
    if (i == 0 && word->literal() && word->literal()->find('/') != std::string::npos &&
        !word->literal()->starts_with('/'))
      tool_.problems().add(where, tool_.subject() + ": the program is a whole path, or a name on PATH");
    command.argv.push_back(std::move(*word));
  }
  command.json_input = tool_.word("stdin", {"none", "json"}) == "json";
  command.environment = tool_.texts("env");
  for (std::string const& name : command.environment) {
    if (!is_variable(name)) tool_.complain("env", "has names of variables, without values, not " + name);
    if (is_ours(name)) tool_.complain("env", "may not have " + name + ": it leads to your Composio key");
  }
  command.directory = tool_.text("cwd").value_or("");
  if (!command.directory.empty() && !command.directory.starts_with('/'))
    tool_.complain("cwd", "is a whole path");
  return command;
}

Http ActionReader::read_http(toml::table const& table) {
  TableReader http{table, tool_.subject() + ": http", tool_.problems()};
  http.refuse_others({"method", "url", "query", "headers", "body", "allow_private"});
  Http request;
  request.method = http.word("method", {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"});
  request.allow_private = http.boolean("allow_private", false);
  bool const has_body = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  auto const body = has_body ? http.word("body", {"json", "form", "none"}) : http.word("body", {"none"});
  request.body = body == "json" ? Body::json : body == "form" ? Body::form : Body::none;
  read_url(http, request);
  read_query(http, request);
  read_headers(http, request);
  return request;
}

void ActionReader::read_url(TableReader& http, Http& into) {
  auto const url = http.text("url");
  if (!url) {
    if (http.find("url") == nullptr) http.complain("url", "is missing");
    return;
  }
  bool const secure = url->starts_with("https://");
  if (!secure && !url->starts_with("http://")) return http.complain("url", "begins with https://");
  auto const begin = secure ? std::string_view{"https://"}.size() : std::string_view{"http://"}.size();
  auto const end = std::min(url->find_first_of("/?", begin), url->size());
  std::string const authority = url->substr(begin, end - begin);
  into.base_url = url->substr(0, end);
  if (authority.empty()) return http.complain("url", "names no host");
  if (authority.find_first_of("{}") != std::string::npos)
    return http.complain("url", "has its host from an argument; who calls the tool may not choose that");
  if (authority.find('@') != std::string::npos)
    return http.complain("url", "holds a user or password; take a header with env: or file:");
  if (url->find('#') != std::string::npos) return http.complain("url", "has a fragment (#), never sent");
  if (has_control(*url) || url->find(' ') != std::string::npos)
    return http.complain("url", "has a space or a control character");
  std::string const host = authority.substr(
      0, authority.rfind(':') == std::string::npos || authority.ends_with(']') ? authority.size()
                                                                               : authority.rfind(':'));
  if (!secure && !is_loopback(to_lower(host)))
    return http.complain("url", "is plain http to another machine; take https://");
  if (is_loopback(to_lower(host)) && !into.allow_private)
    return http.complain("url", "is on this machine; say allow_private = true where that is meant");
  std::string const path = url->substr(end);
  auto target = read_template(http.where("url"), path.starts_with('/') ? path : "/" + path, "url");
  if (!target) return;
  for (Template::Part const& part : target->parts) {
    if (part.place && part.place->kind != Place::Kind::one)
      http.complain("url", "has {" + part.place->name + "} in the path as {" + part.place->name +
                               "} alone: what may be missing, and lists, belong into query");
  }
  into.target = std::move(*target);
}

void ActionReader::check_source(toml::source_region const& where, std::string const& what,
                                Source const& source) {
  if (source.from == Source::From::environment && (!is_variable(source.name) || is_ours(source.name)))
    tool_.problems().add(where, what + " names no variable that it may have: " + source.name);
  if (source.from == Source::From::file && !source.name.starts_with('/'))
    tool_.problems().add(where, what + " names its file by a whole path");
}

void ActionReader::read_query(TableReader& http, Http& into) {
  toml::table const* const query = http.inner("query");
  if (query == nullptr) return;
  for (auto const& [key, node] : *query) {
    std::string const name{key.str()};
    auto const* const text = node.as_string();
    if (text == nullptr) {
      http.problems().add(node.source(), http.subject() + ": query." + name + " is a text, in quotes");
      continue;
    }
    Source source = read_source(text->get());
    if (source.from != Source::From::literal) {
      check_source(node.source(), http.subject() + ": query." + name, source);
      into.query.emplace_back(name, std::move(source));
      continue;
    }
    auto value = read_template(node.source(), text->get(), "query." + name);
    if (!value) continue;
    if (looks_secret(name) && value->literal())
      http.problems().add(node.source(), http.subject() + ": query." + name +
                                             " looks like a secret: write \"env:NAME\" or \"file:/path\"");
    into.query.emplace_back(name, std::move(*value));
  }
}

void ActionReader::read_headers(TableReader& http, Http& into) {
  toml::table const* const headers = http.inner("headers");
  if (headers == nullptr) return;
  constexpr std::array kOurs{"host", "content-length", "transfer-encoding", "connection"};
  for (auto const& [key, node] : *headers) {
    std::string const name{key.str()};
    auto const complain = [&](std::string const& message) {
      http.problems().add(node.source(), http.subject() + ": headers." + name + " " + message);
    };
    auto const* const text = node.as_string();
    if (text == nullptr) {
      complain("is a text, in quotes");
      continue;
    }
    bool const is_set_by_us =
        std::ranges::any_of(kOurs, [&](char const* each) { return equal_ignoring_case(name, each); });
    if (!is_token(name) || is_set_by_us) complain("is no header that a tool may set");
    if (has_control(text->get())) complain("has a control character");
    Source source = read_source(text->get());
    if (source.from == Source::From::literal && looks_secret(name))
      complain("looks like a secret: write \"env:NAME\" or \"file:/path\", \"Bearer env:NAME\" too");
    check_source(node.source(), http.subject() + ": headers." + name, source);
    into.headers.emplace_back(name, std::move(source));
  }
}

}  // namespace agenta::custom
