#include "daemon/composio/composio_client.hpp"

#include <algorithm>
#include <set>

#include "daemon/composio/api_version.hpp"
#include "daemon/composio/composio_codec.hpp"
#include "daemon/composio/credential_header.hpp"
#include "daemon/composio/execute_fate.hpp"
#include "daemon/composio/proxy_fate.hpp"
#include "daemon/composio/proxy_file.hpp"
#include "daemon/composio/result_spill.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/base/version.hpp"

namespace agenta::daemon {
namespace {

/// What Composio allows at most in one page of configs and accounts.
constexpr auto kSmallPage = 50;
constexpr auto kLargePage = 1000;
/// 10,000 rows of one project are more than anyone has: a provider that goes on beyond is out of order.
constexpr auto kMostPages = 200;

/// A path with its query, percent-encoded on the way in.
class Target {
 public:
  explicit Target(std::string_view path) : text_(std::string{kApi} + std::string{path}) {}
  Target& segment(std::string_view value) {
    // A segment of dots would name another resource, encoded or not.
    auto encoded = percent_encode(value);
    if (encoded == "." || encoded == "..") encoded = replace_all(encoded, ".", "%2E");
    text_ += '/' + encoded;
    return *this;
  }
  Target& query(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    text_ += has_query_ ? '&' : '?';
    has_query_ = true;
    text_ += std::string{name} + '=' + percent_encode(value);
    return *this;
  }
  /// Literal text of a path, such as `/input`.
  Target& path(std::string_view literal) {
    text_ += literal;
    return *this;
  }
  std::string text() const { return text_; }

 private:
  std::string text_;
  bool has_query_ = false;
};

std::string page_size(int wanted, int most) { return std::to_string(std::clamp(wanted, 1, most)); }

/// Adds the provider's id of the reply to an error found while reading it.
template <class T>
Result<T> with_request_id(Result<T> result, HttpReply const& reply, Scrubber const& scrubber) {
  if (!result) result.error().request_id = scrubber.scrub(request_id_of(reply, std::nullopt));
  return result;
}

/// The reply where it is one of success, and what else it means where it is not.
Result<HttpReply> answer_of(HttpOutcome outcome, Asked const& asked, Scrubber const& scrubber) {
  if (outcome.progress != HttpProgress::replied) return fail(error_from_trouble(outcome, asked));
  if (outcome.reply.status < 200 || outcome.reply.status >= 300)
    return fail(error_from_reply(outcome.reply, asked, scrubber));
  // A credential of ours that comes back in an answer goes no further.
  if (!scrubber.is_clean(outcome.reply.body)) outcome.reply.body = scrubber.scrub(outcome.reply.body);
  return std::move(outcome.reply);
}

/// Composio drops sessions in its own time.
bool is_gone(HttpOutcome const& outcome) {
  return outcome.progress == HttpProgress::replied &&
         (outcome.reply.status == 404 || outcome.reply.status == 410);
}

/// Composio counts what JavaScript counts: UTF-16 units.
Result<void> check_search(std::string_view words) {
  constexpr std::size_t kLongest = 1024;
  if (trim(words).empty()) return fail(ErrorCode::invalid_request, "a search needs words");
  auto units = std::size_t{0};
  for (auto const c : words) {
    auto const byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) units += byte >= 0xF0 ? 2 : 1;
  }
  if (units <= kLongest) return {};
  return fail(ErrorCode::invalid_request, "a search at Composio has at most " + std::to_string(kLongest) +
                                              " characters, and this one " + std::to_string(units));
}

template <class Slug>
std::string comma_list(std::vector<Slug> const& slugs) {
  auto list = std::string{};
  for (auto const& each : slugs) list.append(list.empty() ? "" : ",").append(each.text);
  return list;
}

unexpected<Error> endless(std::string_view what) {
  return fail(ErrorCode::composio_error, "Composio's pages of " + std::string{what} + " do not end");
}

/// Reads pages until the last. `next(cursor)` reads one.
template <class T, class Next>
Result<std::vector<T>> all_pages(std::string_view what, Next next) {
  auto items = std::vector<T>{};
  auto seen = std::set<std::string>{};
  auto cursor = std::string{};
  for (auto page = 0; page < kMostPages; ++page) {
    AGENTA_TRY(auto read, next(cursor));
    std::ranges::move(read.items, std::back_inserter(items));
    if (!read.next_cursor) return items;
    cursor = std::move(*read.next_cursor);
    if (!seen.insert(cursor).second) return endless(what);
  }
  return endless(what);
}

}  // namespace

HttpCall ComposioClient::frame(ProviderCall const& call, std::string method, std::string target,
                               std::string body) {
  auto http = HttpCall{};
  http.base_url = call.access.base_url;
  http.method = std::move(method);
  http.target = std::move(target);
  http.fields = {{"accept", "application/json"},
                 {"user-agent", "agenta-tools/" + std::string{product_version()}}};
  add_credential(http.fields, call.access);
  if (!body.empty()) http.fields.emplace_back("content-type", "application/json");
  http.body = std::move(body);
  http.deadline = call.deadline;
  http.stop = call.stop;
  return http;
}

HttpOutcome ComposioClient::send(ProviderCall const& call, std::string method, std::string target,
                                 std::string body, MayRepeat may_repeat) const {
  auto http = frame(call, std::move(method), std::move(target), std::move(body));
  http.may_repeat = may_repeat;
  return pool_.send(http);
}

Result<HttpReply> ComposioClient::ask(ProviderCall const& call, std::string method, std::string target,
                                      std::string body, Asked const& asked, Scrubber const& scrubber) const {
  return answer_of(send(call, std::move(method), std::move(target), std::move(body)), asked, scrubber);
}

Result<HttpReply> ComposioClient::read(ProviderCall const& call, std::string target,
                                       Asked const& asked) const {
  return ask(call, "GET", std::move(target), {}, asked, Scrubber{call.access.api_key});
}

Result<void> ComposioClient::verify_key(ProviderCall const& call) {
  auto target = Target{"/toolkits"};
  target.query("limit", "1");
  AGENTA_TRY(auto const reply, read(call, target.text(), {.operation = Operation::verify_key}));
  // A captive portal answers 200 to everything.
  AGENTA_CHECK(with_request_id(parse_integrations(reply.body), reply, Scrubber{call.access.api_key}));
  return {};
}

Result<Page<Integration>> ComposioClient::list_integrations(ProviderCall const& call,
                                                            IntegrationFilter const& filter) {
  auto target = Target{"/toolkits"};
  target.query("category", filter.category).query("search", filter.search).query("cursor", filter.cursor);
  target.query("limit", page_size(filter.limit, kLargePage));
  AGENTA_TRY(auto const reply, read(call, target.text(), {.operation = Operation::list_integrations}));
  return with_request_id(parse_integrations(reply.body), reply, Scrubber{call.access.api_key});
}

Result<IntegrationDetail> ComposioClient::get_integration(ProviderCall const& call,
                                                          IntegrationSlug const& slug) {
  auto target = Target{"/toolkits"};
  target.segment(slug.text);
  auto const asked = Asked{Operation::get_integration, slug.text, slug.text};
  AGENTA_TRY(auto const reply, read(call, target.text(), asked));
  AGENTA_TRY(auto detail,
             with_request_id(parse_integration(reply.body), reply, Scrubber{call.access.api_key}));
  if (equal_ignoring_case(detail.integration.slug.text, slug.text)) return detail;
  return fail(ErrorCode::composio_error, slug.text + ": Composio answered with another integration");
}

Result<Page<Tool>> ComposioClient::list_tools(ProviderCall const& call, ToolFilter const& filter) {
  auto target = Target{"/tools"};
  auto const integrations = comma_list(filter.integrations);
  target.query("toolkit_slug", integrations)
      .query("tool_slugs", comma_list(filter.slugs))
      .query("query", filter.search)
      .query("cursor", filter.cursor);
  target.query("toolkit_versions", "latest").query("include_deprecated", "false");
  target.query("limit", page_size(filter.limit, kLargePage));
  auto const subject = filter.integrations.size() == 1 ? integrations : std::string{};
  auto const asked = Asked{Operation::list_tools, subject, subject};
  AGENTA_TRY(auto const reply, read(call, target.text(), asked));
  return with_request_id(parse_tools(reply.body), reply, Scrubber{call.access.api_key});
}

Result<Tool> ComposioClient::get_tool(ProviderCall const& call, ToolSlug const& slug,
                                      std::string const& version) {
  auto target = Target{"/tools"};
  target.segment(to_upper(slug.text));
  if (version.empty() || version == "latest") {
    target.query("toolkit_versions", "latest");
  } else {
    target.query("version", version);
  }
  AGENTA_TRY(auto const reply, read(call, target.text(), {Operation::get_tool, slug.text, {}}));
  AGENTA_TRY(auto tool, with_request_id(parse_tool(reply.body), reply, Scrubber{call.access.api_key}));
  // What was asked for is what will be run: another tool's schema and hints would decide on it.
  if (equal_ignoring_case(tool.slug.text, slug.text)) return tool;
  return fail(ErrorCode::composio_error, slug.text + ": Composio answered with another tool");
}

Result<std::string> ComposioClient::create_search_session(ProviderCall const& call,
                                                          std::string const& user_id) const {
  auto const scrubber = Scrubber{call.access.api_key};
  auto outcome = send(call, "POST", Target{"/tool_router/session"}.text(), encode_search_session(user_id),
                      MayRepeat::yes);
  AGENTA_TRY(auto const reply, answer_of(std::move(outcome), {.operation = Operation::find_tools}, scrubber));
  return with_request_id(parse_search_session(reply.body), reply, scrubber);
}

Result<std::vector<ToolSlug>> ComposioClient::find_tools(ProviderCall const& call, std::string const& user_id,
                                                         std::string const& words) {
  AGENTA_CHECK(check_search(words));
  auto session = sessions_.find(call.access, user_id);
  auto const is_remembered = session.has_value();
  if (!session) {
    AGENTA_TRY(session, create_search_session(call, user_id));
    sessions_.remember(call.access, user_id, *session);
  }
  auto const search = [&] {
    auto target = Target{"/tool_router/session"};
    target.segment(*session).segment("search");
    return send(call, "POST", target.text(), encode_search(words), MayRepeat::yes);
  };
  auto outcome = search();
  if (is_remembered && is_gone(outcome)) {
    sessions_.forget(call.access, user_id, *session);
    AGENTA_TRY(session, create_search_session(call, user_id));
    sessions_.remember(call.access, user_id, *session);
    outcome = search();
  }
  auto const scrubber = Scrubber{call.access.api_key};
  AGENTA_TRY(auto const reply, answer_of(std::move(outcome), {.operation = Operation::find_tools}, scrubber));
  auto found = with_request_id(parse_found_tools(reply.body), reply, scrubber);
  // The words of a failure may hold what only their escapes hid from a search of the text.
  if (!found) found.error().message = scrubber.scrub(found.error().message);
  return found;
}

Result<std::vector<AuthConfig>> ComposioClient::list_auth_configs(ProviderCall const& call,
                                                                  IntegrationSlug const& slug) {
  auto const asked = Asked{Operation::list_auth_configs, slug.text, slug.text};
  auto configs =
      all_pages<AuthConfig>("auth configs", [&](std::string const& cursor) -> Result<Page<AuthConfig>> {
        auto target = Target{"/auth_configs"};
        target.query("toolkit_slug", slug.text)
            .query("limit", std::to_string(kSmallPage))
            .query("cursor", cursor);
        AGENTA_TRY(auto const reply, read(call, target.text(), asked));
        return with_request_id(parse_auth_configs(reply.body), reply, Scrubber{call.access.api_key});
      });
  if (!configs) return configs;
  // A filter that a server ignores would hand us another integration's.
  std::erase_if(*configs, [&](AuthConfig const& each) {
    return !each.enabled || !equal_ignoring_case(each.integration.text, slug.text);
  });
  return configs;
}

Result<AuthConfig> ComposioClient::create_auth_config(ProviderCall const& call,
                                                      AuthConfigRequest const& request) {
  auto const& slug = request.integration.text;
  auto scrubber = Scrubber{call.access.api_key};
  scrubber.add(request.credentials);
  AGENTA_TRY(auto const reply, ask(call, "POST", Target{"/auth_configs"}.text(), encode_auth_config(request),
                                   {Operation::create_auth_config, slug, slug}, scrubber));
  AGENTA_TRY(auto config, with_request_id(parse_created_auth_config(reply.body), reply, scrubber));
  if (config.integration.empty()) config.integration = request.integration;
  return config;
}

Result<Link> ComposioClient::create_link(ProviderCall const& call, LinkRequest const& request) {
  auto scrubber = Scrubber{call.access.api_key};
  scrubber.add(request.fields);
  AGENTA_TRY(auto const reply, ask(call, "POST", Target{"/connected_accounts/link"}.text(),
                                   encode_link(request), {.operation = Operation::create_link}, scrubber));
  return with_request_id(parse_link(reply.body), reply, scrubber);
}

Result<Account> ComposioClient::create_account(ProviderCall const& call, AccountRequest const& request) {
  auto scrubber = Scrubber{call.access.api_key};
  scrubber.add(request.fields);
  AGENTA_TRY(auto const reply,
             ask(call, "POST", Target{"/connected_accounts"}.text(), encode_account(request),
                 {.operation = Operation::create_account}, scrubber));
  return with_request_id(parse_created_account(reply.body, request), reply, scrubber);
}

Result<Account> ComposioClient::get_account(ProviderCall const& call, AccountId const& id) {
  auto target = Target{"/connected_accounts"};
  target.segment(id.text);
  AGENTA_TRY(auto const reply, read(call, target.text(), {Operation::get_account, id.text, {}}));
  AGENTA_TRY(auto account, with_request_id(parse_account(reply.body), reply, Scrubber{call.access.api_key}));
  Scrubber const scrubber{call.access.api_key};
  for (std::string* words : {&account.error, &account.error_description, &account.status_reason}) {
    *words = scrubber.scrub(*words);
  }
  if (account.id == id) return account;
  return fail(ErrorCode::composio_error, id.text + ": Composio answered with another connected account");
}

Result<std::vector<Account>> ComposioClient::list_accounts(ProviderCall const& call,
                                                           std::string const& user_id) {
  // Without a user, or with a name the server does not know, the list would be everybody's.
  if (user_id.empty())
    return fail(ErrorCode::internal, "connected accounts were asked for without a user id");
  auto accounts =
      all_pages<Account>("connected accounts", [&](std::string const& cursor) -> Result<Page<Account>> {
        auto target = Target{"/connected_accounts"};
        target.query("user_ids", user_id).query("limit", std::to_string(kSmallPage)).query("cursor", cursor);
        AGENTA_TRY(auto const reply, read(call, target.text(), {.operation = Operation::list_accounts}));
        return with_request_id(parse_accounts(reply.body), reply, Scrubber{call.access.api_key});
      });
  if (!accounts) return accounts;
  // The field is deprecated: where it is missing, the filter is believed; where it differs, it is not.
  std::erase_if(*accounts,
                [&](Account const& each) { return !each.user_id.empty() && each.user_id != user_id; });
  for (auto& each : *accounts) each.user_id = user_id;
  return accounts;
}

Result<void> ComposioClient::delete_account(ProviderCall const& call, AccountId const& id) {
  auto target = Target{"/connected_accounts"};
  target.segment(id.text).query("revoke_on_delete", "true");
  AGENTA_TRY(auto const reply, ask(call, "DELETE", target.text(), {},
                                   {Operation::delete_account, id.text, {}}, Scrubber{call.access.api_key}));
  return {};
}

Result<void> ComposioClient::set_alias(ProviderCall const& call, AccountId const& id,
                                       std::string const& alias) {
  auto target = Target{"/connected_accounts"};
  target.segment(id.text);
  AGENTA_TRY(auto const reply, ask(call, "PATCH", target.text(), encode_alias(alias),
                                   {Operation::set_alias, id.text, {}}, Scrubber{call.access.api_key}));
  return {};
}

ProxyOutcome ComposioClient::proxy(ProviderCall const& call, ProxyRequest const& request) {
  auto http = frame(call, "POST", Target{"/tools/execute/proxy"}.text(), encode_proxy(request));
  http.answer_by = request.answer_by;
  http.on_written = request.on_written;
  auto const sent = pool_.send(http);
  // What follows the path may hold a secret.
  auto const path = request.endpoint.substr(0, request.endpoint.find_first_of("?#"));
  auto outcome =
      proxy_outcome(sent, {Operation::proxy, request.method + " " + path, {}}, Scrubber{call.access.api_key});
  if (sent.progress == HttpProgress::replied) outcome.rate = rate_facts_of(sent.reply);
  return outcome;
}

Result<void> ComposioClient::read_file(ProviderCall const& call, ProxyFile const& file,
                                       BodySink const& sink) {
  return read_proxy_file(pool_, call, file, sink);
}

Result<JsonText> ComposioClient::generate_input(ProviderCall const& call, InputRequest const& request) {
  auto const scrubber = Scrubber{call.access.api_key};
  auto target = Target{"/tools/execute"};
  target.segment(to_upper(request.tool.text)).path("/input");
  auto outcome = send(call, "POST", target.text(), encode_input(request), MayRepeat::yes);
  AGENTA_TRY(auto const reply,
             answer_of(std::move(outcome), {Operation::generate_input, request.tool.text, {}}, scrubber));
  auto arguments = with_request_id(parse_input(reply.body), reply, scrubber);
  // The words of a failure may hold what only their escapes hid from a search of the text.
  if (!arguments) arguments.error().message = scrubber.scrub(arguments.error().message);
  return arguments;
}

ExecuteOutcome ComposioClient::execute(ProviderCall const& call, ExecuteRequest const& request) {
  auto target = Target{"/tools/execute"};
  target.segment(to_upper(request.tool.text));
  auto const scrubber = Scrubber{call.access.api_key};
  auto spill = ResultSpill{request.result_file, scrubber};
  auto http = frame(call, "POST", target.text(), encode_execute(request));
  http.answer_by = request.answer_by;
  http.on_written = request.on_written;
  http.max_body = request.most_result_bytes;
  http.on_reply = [&spill](unsigned status, HttpFields const&) { spill.begin(status); };
  http.sink = [&spill](std::string_view bytes) {
    spill.take(bytes);
    return true;
  };
  auto sent = pool_.send(http);
  auto const asked = Asked{Operation::execute, request.tool.text, {}};
  bool const has_replied = sent.progress == HttpProgress::replied;
  bool const is_spilled = has_replied && spill.is_spilled();
  if (!is_spilled) sent.reply.body = spill.take_held();
  auto outcome = is_spilled ? read_outcome(sent.reply, spill.finish(), asked, scrubber)
                            : execute_outcome(sent, asked, scrubber);
  if (has_replied) outcome.rate = rate_facts_of(sent.reply);
  return outcome;
}

}  // namespace agenta::daemon
