#include "daemon/custom/http_runner.hpp"

#include <algorithm>
#include <set>

#include "daemon/custom/outcomes.hpp"
#include "shared/base/private_dir.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/base/version.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon {
namespace {

unexpected<Error> no_secret(std::string message) {
  return fail(ErrorCode::not_configured, std::move(message));
}

/// Reads what the file only names, and notes what was read.
class Secrets {
 public:
  explicit Secrets(Variables const& variables) : variables_(variables) {}

  Result<std::string> resolve(custom::Source const& source, std::string const& what) {
    if (source.from == custom::Source::From::literal) return source.name;
    std::string secret;
    if (source.from == custom::Source::From::environment) {
      auto const value = variables_(source.name);
      if (!value || value->empty()) {
        return no_secret(what + ": the daemon has no variable " + source.name +
                         "; a daemon that a command started has none of its shell's: name a file "
                         "(file:/path) instead, or run the daemon with the variable; nothing ran");
      }
      secret = *value;
    } else {
      AGENTA_TRY(secret, read(source.name, what));
    }
    auto const is_control = [](char const c) { return static_cast<unsigned char>(c) < 0x20; };
    if (std::ranges::any_of(secret, is_control))
      return no_secret(what + ": what " + source.name + " holds has a control character; nothing ran");
    read_.push_back(secret);
    return source.prefix + secret;
  }

  std::string blot(std::string text) const {
    constexpr std::size_t kTooShort = 6;  // would be found in anything
    for (std::string const& each : read_) {
      if (each.size() >= kTooShort) text = replace_all(text, each, "***");
    }
    return text;
  }

 private:
  static Result<std::string> read(std::string const& path, std::string const& what) {
    constexpr std::size_t kLargest = 64 << 10;
    if (auto const is_private = check_private_file(path); !is_private)
      return no_secret(what + ": " + is_private.error().message() + "; nothing ran");
    auto const text = read_file(path, kLargest);
    if (!text) return no_secret(what + ": " + text.error().message() + "; nothing ran");
    std::string secret{trim(*text)};
    if (secret.empty()) return no_secret(what + ": " + path + " is empty; nothing ran");
    return secret;
  }

  Variables const& variables_;
  std::vector<std::string> read_{};
};

void note_places(custom::Template const& text, std::set<std::string>& names) {
  for (custom::Template::Part const& part : text.parts) {
    if (part.place) names.insert(part.place->name);
  }
}

Result<std::string> target_of(custom::Http const& http, custom::Values const& values, Secrets& secrets) {
  AGENTA_TRY(std::string target, custom::fill_path(http.target, values));
  char separator = target.find('?') == std::string::npos ? '?' : '&';
  auto const add = [&](std::string const& name, std::string const& value) {
    target += std::exchange(separator, '&') + percent_encode(name) + "=" + percent_encode(value);
  };
  for (auto const& [name, value] : http.query) {
    if (auto const* const source = std::get_if<custom::Source>(&value)) {
      AGENTA_TRY(auto const secret, secrets.resolve(*source, "query." + name));
      add(name, secret);
    } else {
      AGENTA_TRY(auto const texts, custom::fill_values(std::get<custom::Template>(value), values));
      for (std::string const& text : texts) add(name, text);
    }
  }
  return target;
}

void write_body(custom::Http const& http, custom::Values const& values, WebRequest& request) {
  if (http.body == custom::Body::none) return;
  std::set<std::string> used;
  note_places(http.target, used);
  for (auto const& [name, value] : http.query) {
    if (auto const* const text = std::get_if<custom::Template>(&value)) note_places(*text, used);
  }
  if (http.body == custom::Body::json) {
    request.body = values.without(used);
    request.fields.emplace_back("content-type", "application/json");
    return;
  }
  for (auto const& [name, value] : values.fields_without(used)) {
    request.body += (request.body.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
  }
  request.fields.emplace_back("content-type", "application/x-www-form-urlencoded");
}

Result<WebRequest> request_of(custom::Http const& http, custom::Values const& values, Secrets& secrets) {
  WebRequest request;
  request.base_url = http.base_url;
  request.method = http.method;
  request.only_public = !http.allow_private;
  AGENTA_TRY(request.target, target_of(http, values, secrets));
  bool names_accept = false;
  bool names_agent = false;
  for (auto const& [name, source] : http.headers) {
    AGENTA_TRY(std::string value, secrets.resolve(source, "headers." + name));
    names_accept = names_accept || equal_ignoring_case(name, "accept");
    names_agent = names_agent || equal_ignoring_case(name, "user-agent");
    request.fields.emplace_back(to_lower(name), std::move(value));
  }
  if (!names_accept) request.fields.emplace_back("accept", "application/json, */*;q=0.5");
  if (!names_agent)
    request.fields.emplace_back("user-agent", "agenta-tools/" + std::string{product_version()});
  write_body(http, values, request);
  return request;
}

std::string texts_of(WebReply const& reply, std::string const& body) {
  bool const is_json = protocol::is_json(body);
  return "{\"status\":" + std::to_string(reply.status) +
         ",\"body\":" + (is_json ? body : protocol::write_string(body)) + "}";
}

ExecuteOutcome not_replied(custom::Declaration const& declared, WebReply const& reply) {
  using Trouble = WebReply::Trouble;
  std::string const what = declared.tool.slug.text + ": " + reply.detail;
  if (reply.trouble == Trouble::too_large) {
    return tool_failed("the reply is larger than " + std::to_string(declared.max_output) +
                           " bytes (max_output); the request was acted on all the same",
                       "null");
  }
  if (reply.fate == WebReply::Fate::unknown)
    return begun(ErrorCode::outcome_unknown, Fate::unknown, what + "; it may have run");
  if (reply.trouble == Trouble::refused)
    return not_run(fail(ErrorCode::forbidden, what + "; nothing was sent").error());
  ErrorCode const code = reply.trouble == Trouble::timed_out ? ErrorCode::timeout
                         : reply.trouble == Trouble::stopped ? ErrorCode::cancelled
                                                             : ErrorCode::provider_unavailable;
  return begun(code, Fate::nothing_ran, what + "; nothing was sent");
}

}  // namespace

ExecuteOutcome run_http(ProviderCall const& call, SteadyTime until, custom::Declaration const& declared,
                        custom::Http const& http, JsonText const& arguments, Variables const& variables,
                        WebClient& web) {
  Secrets secrets{variables};
  auto request = request_of(http, custom::Values{arguments}, secrets);
  if (!request) return not_run(std::move(request).error());
  request->deadline = until;
  request->stop = call.stop;
  request->most_output = declared.max_output;
  WebReply reply = web.send(*request);
  reply.detail = secrets.blot(std::move(reply.detail));
  if (reply.fate != WebReply::Fate::replied) return not_replied(declared, reply);
  std::string const body = secrets.blot(std::move(reply.body));
  constexpr unsigned kOther = 300;
  if (reply.status >= kOther) {
    constexpr std::size_t kMostTold = 500;
    std::string const words{trim(std::string_view{body}.substr(0, kMostTold))};
    return tool_failed(
        "the service answered " + std::to_string(reply.status) + (words.empty() ? "" : ": " + words),
        texts_of(reply, body));
  }
  if (declared.output == custom::Output::text) return succeeded(texts_of(reply, body));
  if (trim(body).empty()) return succeeded("null");
  if (!protocol::is_json(body)) {
    return tool_failed("the service answered " + std::to_string(reply.status) + ", and not in JSON",
                       texts_of(reply, body));
  }
  return succeeded(std::string{trim(body)});
}

}  // namespace agenta::daemon
