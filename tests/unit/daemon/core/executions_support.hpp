#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "daemon/core/executions.hpp"
#include "daemon/store/sha256.hpp"
#include "tests/unit/daemon/core/core_test_support.hpp"

namespace agenta::daemon {

inline constexpr char const* kWrite = "GITHUB_CREATE_AN_ISSUE";
inline constexpr char const* kRead = "GITHUB_LIST_ISSUES";
inline constexpr char const* kRepeatable = "GITHUB_STAR_A_REPOSITORY";
inline constexpr char const* kOpen = "HACKERNEWS_GET_FRONTPAGE";

/// Waits until a stop is requested: what a provider does whose caller has had enough.
inline void await_stop(std::stop_token const& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock{mutex};
  changed.wait(lock, stop, [] { return false; });
}

/// Executions over a provider that knows a tool that writes, one that reads, one that may be repeated, and
/// one that needs no connection; with one ACTIVE connection, `work`.
struct ExecutionsTest : CoreTest {
  Executions executions{projects, rows, journal, catalog, credentials, provider, clock, execution_options()};
  Connection const work = add_connection("work");

  ExecutionsTest() {
    provider.on_get_tool = [](ToolSlug const& slug, std::string const&) -> Result<Tool> {
      Tool tool;
      tool.slug = slug;
      tool.integration.text = "github";
      tool.version = "20251119_00";
      tool.input_schema.text =
          R"({"type":"object","required":["title"],"properties":{"title":{"type":"string"},)"
          R"("count":{"type":"integer"},"api_key":{"type":"string"}}})";
      if (slug.text == kRead)
        tool.tags = {"readOnlyHint"};
      else if (slug.text == kRepeatable)
        tool.tags = {"idempotentHint"};
      else if (slug.text == kOpen)
        tool.no_auth = true;
      else if (slug.text != kWrite)
        return fail(ErrorCode::tool_not_found, "there is no tool " + slug.text);
      return tool;
    };
  }

  static Executions::Options execution_options() {
    Executions::Options options;
    options.most_kept_result_bytes = 1000;
    options.most_in_flight = 100;
    options.digest = store::sha256_hex;
    options.proves_dead_credential = [](std::string_view words) { return words == "invalid_grant"; };
    return options;
  }
  static ToolCall call_of(std::string tool, std::string arguments = R"({"title":"hello"})") {
    ToolCall call;
    call.tool = std::move(tool);
    call.arguments.text = std::move(arguments);
    return call;
  }
  static ToolCall keyed(std::string key, std::string arguments = R"({"title":"hello"})") {
    auto call = call_of(kWrite, std::move(arguments));
    call.idempotency_key = std::move(key);
    return call;
  }
  /// Answers the calls in order; the last answer serves on.
  void answer_with(std::vector<ExecuteOutcome> outcomes) {
    provider.on_execute = [outcomes = std::move(outcomes), at = std::size_t{0}](auto const&,
                                                                                auto const&) mutable {
      return outcomes[std::min(at++, outcomes.size() - 1)];
    };
  }
  Result<Execution> run(ToolCall const& call) { return executions.run(caller, call); }
  std::vector<Execution> history() { return value_of(journal.list(project, {})).items; }
  Execution journaled(std::string const& id) { return value_of(journal.find({id})).value(); }
  /// The journal's only row, whole.
  Execution only_row() {
    auto const all = history();
    if (all.size() != 1) throw std::runtime_error("expected one row, not " + std::to_string(all.size()));
    return journaled(all.front().id.text);
  }
};

}  // namespace agenta::daemon
