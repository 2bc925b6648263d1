#include <algorithm>

#include "cli/command/commands.hpp"
#include "cli/command/daemon_process.hpp"
#include "cli/command/loopback_http.hpp"
#include "cli/terminal/json_print.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/json_slice.hpp"
#include "shared/schema/arguments.hpp"

namespace agenta::cli {
namespace {

constexpr std::chrono::milliseconds kPatience{10'000};

struct ControlOptions {
  std::string url{};
  std::vector<std::string> items{};
  std::string data{};
  bool clear = false;
};

/// A served sandbox where `--url` names one, else the one inside the `--sandbox` daemon.
Result<std::string> control(Context& context, ControlOptions const& options, std::string method,
                            std::string_view what, std::string body) {
  if (!options.url.empty()) {
    return call_loopback(options.url, method, "/_sandbox/" + std::string{what}, body,
                         context.timeout.value_or(kPatience));
  }
  if (!context.flags.sandbox) {
    return fail(ErrorCode::usage,
                "this is about the sandbox: say --sandbox for the daemon's own, or --url for a served one",
                {"agenta-tools", "--sandbox", "sandbox", std::string{what}});
  }
  AGENTA_TRY(auto reply, context.call(protocol::sandbox_control(std::move(method), what, std::move(body))));
  return std::move(reply.body);
}

Result<void> present_control(Context& context, Result<std::string> body) {
  if (!body) return fail(std::move(body).error());
  print_json(context.terminal, body->empty() ? "{}" : *body);
  return {};
}

/// `times=2 status=503`: numbers here are numbers.
Result<std::string> build_body(Context& context, ControlOptions const& options) {
  std::optional<std::string> data;
  if (!options.data.empty()) {
    AGENTA_TRY(data, read_data(context, options.data));
  }
  std::vector<std::string> items = options.items;
  for (std::string& item : items) {
    std::size_t const at = item.find('=');
    if (at == std::string::npos || at == 0 || item[at - 1] == ':') continue;
    std::string_view const value = std::string_view{item}.substr(at + 1);
    bool const is_number =
        !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
    if (is_number && (value == "0" || value.front() != '0')) item.insert(at, ":");
  }
  auto const read = [&context](std::string const& path) { return read_input(context, path); };
  AGENTA_TRY(auto arguments, schema::build_arguments(items, data, read));
  return std::move(arguments.json.text);
}

Result<void> run_faults(Context& context, ControlOptions const& options) {
  if (options.clear) return present_control(context, control(context, options, "DELETE", "faults", ""));
  if (options.items.empty() && options.data.empty()) {
    return present_control(context, control(context, options, "GET", "faults", ""));
  }
  AGENTA_TRY(auto body, build_body(context, options));
  return present_control(context, control(context, options, "POST", "faults", std::move(body)));
}

struct ClockOptions {
  ControlOptions control{};
  std::string advance{};
};

Result<void> run_clock(Context& context, ClockOptions const& options) {
  AGENTA_TRY(auto const advance, read_duration("the argument DURATION", options.advance));
  if (!advance) return present_control(context, control(context, options.control, "GET", "clock", ""));
  std::string body = "{\"advance_ms\":" + std::to_string(advance->count()) + "}";
  return present_control(context, control(context, options.control, "POST", "clock", std::move(body)));
}

struct ConsentOptions {
  ControlOptions control{};
  std::string mode{};
  std::string delay{};
};

Result<void> run_consent(Context& context, ConsentOptions const& options) {
  AGENTA_TRY(auto const delay, read_duration("--delay", options.delay));
  if (options.mode.empty())
    return present_control(context, control(context, options.control, "GET", "auto_approve", ""));
  if (options.mode != "approve" && options.mode != "deny" && options.mode != "off") {
    return fail(ErrorCode::usage, "the sandbox's consent is approve, deny or off");
  }
  std::string body = with_member("{}", "mode", protocol::write_string(options.mode));
  body = with_member(body, "delay_ms", std::to_string(delay.value_or(std::chrono::milliseconds{0}).count()));
  return present_control(context, control(context, options.control, "POST", "auto_approve", std::move(body)));
}

struct ServeOptions {
  std::string port = "0";
  std::string catalog{};
  std::string state{};
};

}  // namespace

RunFn add_sandbox_serve(Syntax& syntax) {
  auto options = std::make_shared<ServeOptions>();
  syntax.option("--port", "N", options->port, "Listen on this port of 127.0.0.1 (default: one that is free)")
      .option("--catalog", "DIR", options->catalog, "Serve this catalogue instead of the sandbox's own")
      .option("--state", "FILE", options->state, "Keep accounts and tool state in this file")
      .note(
          "Serves Composio's API offline, in the foreground. Says where, and by which key, in one line of "
          "JSON.")
      .example("agenta-tools sandbox serve --port 8787");
  return [options](Context& context) {
    std::vector<std::string> arguments{"sandbox-serve", "--port", options->port};
    if (!options->catalog.empty()) arguments.insert(arguments.end(), {"--catalog", options->catalog});
    if (!options->state.empty()) arguments.insert(arguments.end(), {"--state", options->state});
    return exec_daemon(context, std::move(arguments));
  };
}

RunFn add_sandbox_faults(Syntax& syntax) {
  auto options = std::make_shared<ControlOptions>();
  syntax
      .arguments("K=V", options->items,
                 "A fault to plant: kind=lost_reply match.tool=GITHUB_CREATE_AN_ISSUE times=1")
      .option("-d,--data", "JSON", options->data, "The fault as JSON, @FILE or -")
      .flag("--clear", options->clear, "Take all faults away")
      .option("--url", "URL", options->url,
              "A sandbox that `sandbox serve` serves, instead of the daemon's own")
      .note(
          "Without a fault, lists those that are planted. Kinds: status, delay, reset, lost_reply, "
          "truncated, cut_document, garbage, html_502, rate_limit, expired_account, same_cursor, "
          "endless_list, broken_items. It hits the next `times` requests that fit match.method, "
          "match.path_prefix and match.tool. agenta-tools(1) says what each does.")
      .example("agenta-tools --sandbox sandbox faults kind=status status=503 times=2")
      .example("agenta-tools --sandbox sandbox faults kind=same_cursor match.path_prefix=/tools");
  return [options](Context& context) { return run_faults(context, *options); };
}

RunFn add_sandbox_reset(Syntax& syntax) {
  auto options = std::make_shared<ControlOptions>();
  syntax
      .option("--url", "URL", options->url,
              "A sandbox that `sandbox serve` serves, instead of the daemon's own")
      .note("Forgets every account, fault and thing that tools have made.");
  return [options](Context& context) {
    return present_control(context, control(context, *options, "POST", "reset", "{}"));
  };
}

RunFn add_sandbox_clock(Syntax& syntax) {
  auto options = std::make_shared<ClockOptions>();
  syntax
      .optional_argument("DURATION", options->advance,
                         "Move the clock on by so much; without it, only say the time")
      .option("--url", "URL", options->control.url,
              "A sandbox that `sandbox serve` serves, instead of the daemon's own")
      .example("agenta-tools --sandbox sandbox clock 10m");
  return [options](Context& context) { return run_clock(context, *options); };
}

RunFn add_sandbox_consent(Syntax& syntax) {
  auto options = std::make_shared<ConsentOptions>();
  syntax
      .optional_argument("approve|deny|off", options->mode,
                         "Answer consent pages by itself, or leave them to a person")
      .one_of({"approve", "deny", "off"})
      .option("--delay", "DURATION", options->delay, "After this time (default: at once)")
      .option("--url", "URL", options->control.url,
              "A sandbox that `sandbox serve` serves, instead of the daemon's own")
      .note("For scripts that have nobody to click.")
      .example("agenta-tools --sandbox sandbox consent approve");
  return [options](Context& context) { return run_consent(context, *options); };
}

}  // namespace agenta::cli
