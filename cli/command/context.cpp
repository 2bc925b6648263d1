#include "cli/command/context.hpp"

#include <algorithm>
#include <set>

#include "cli/terminal/json_print.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/private_dir.hpp"
#include "shared/base/readable_time.hpp"
#include "shared/base/secret.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kMostInput = 16 << 20;  // what the daemon takes as a body

}  // namespace

Result<ServiceReply> Context::ask(ServiceRequest request, BodySink const* sink) {
  if (timeout && !request.timeout) request.timeout = timeout;
  auto reply = sink == nullptr ? tools.call(request, stop) : tools.call_streaming(request, *sink, stop);
  Secret const sent{std::move(request.body)};
  if (!reply) return reply;
  keep_oldest(stale, find_staleness(*reply));
  notices.take(*reply);
  return reply;
}

Result<ServiceReply> Context::call(ServiceRequest request) {
  auto reply = ask(std::move(request));
  say_notices(*this);
  return reply;
}

Result<ServiceReply> Context::call_streaming(ServiceRequest request, BodySink const& sink) {
  auto reply = ask(std::move(request), &sink);
  say_notices(*this);
  return reply;
}

Result<ServiceReply> Context::call_far(ServiceRequest request) {
  auto reply = [&] {
    Spinner spinner{terminal, verbosity(), quietness()};
    spinner.say("asking the daemon");
    return ask(std::move(request));
  }();
  say_notices(*this);
  return reply;
}

Prompt Context::prompt() const { return Prompt{terminal, is_attended(), was_interrupted}; }

bool Context::is_attended() const {
  std::string const ci = to_lower(environment ? environment("CI").value_or("") : "");
  bool const is_automation = !ci.empty() && ci != "0" && ci != "false";
  return !flags.no_input && !is_automation;
}

void Context::say(std::string_view line) const {
  if (flags.quiet) return;
  if (terminal.out_is_tty()) terminal.flush();
  std::string const text = terminal.err_is_tty() ? visible(line, Lines::kept) : std::string{line};
  terminal.err(text + "\n");
}

Result<void> present(Context& context, std::string const& document,
                     std::function<Result<void>()> const& render) {
  if (!context.wants_json()) return render();
  print_json(context.terminal, document);
  return {};
}

std::string with_member(std::string_view document, std::string_view name, std::string_view json) {
  std::size_t const end = document.rfind('}');
  std::string out{document.substr(0, end)};
  if (auto const last = out.find_last_not_of(" \t\r\n"); last != std::string::npos && out[last] != '{')
    out += ',';
  return out.append(protocol::write_string(name)).append(":").append(json).append("}");
}

std::string write_argv(std::vector<std::string> const& argv) {
  std::string out = "[";
  for (std::string const& word : argv) {
    if (out.size() > 1) out += ',';
    out += protocol::write_string(word);
  }
  return out + "]";
}

std::vector<std::string> step_here(std::vector<std::string> step, GlobalFlags const& flags) {
  if (step.empty() || step.front() != "agenta-tools") return step;
  auto const says = [&](std::string_view word) { return std::ranges::find(step, word) != step.end(); };
  if (!flags.project.empty() && !says("--project"))
    step.insert(step.begin() + 1, {"--project", flags.project});
  if (flags.sandbox && !says("--sandbox")) step.insert(step.begin() + 1, "--sandbox");
  return step;
}

Result<std::string> read_input(Context& context, std::string const& path) {
  if (path == "-") return context.terminal.read_all(kMostInput, context.stop);
  auto content = read_file(path, kMostInput);
  if (!content) return fail(error_from(content.error(), ErrorCode::usage));
  return std::move(*content);
}

Result<std::string> read_data(Context& context, std::string const& data) {
  if (data == "-") return read_input(context, "-");
  if (data.starts_with('@')) return read_input(context, data.substr(1));
  return data;
}

Result<std::string> fetch_list(Context& context, bool all,
                               std::function<ServiceRequest(std::string const& cursor)> const& request) {
  std::string items;
  std::set<std::string> seen;
  for (std::string cursor;;) {
    AGENTA_TRY(auto const reply, context.call_far(request(cursor)));
    if (!all) return reply.body;
    auto const page = protocol::find_member(reply.body, "items").value_or("[]");
    std::string_view const inner = trim(page.substr(1, page.size() - 2));
    if (!inner.empty()) items.append(items.empty() ? "" : ",").append(inner);
    auto const next =
        protocol::read_string(protocol::find_member(reply.body, "next_cursor").value_or("null"));
    if (!next || next->empty()) {
      auto const total = protocol::find_member(reply.body, "total").value_or("0");
      return "{\"items\":[" + items + "],\"total\":" + std::string{total} + ",\"next_cursor\":null}";
    }
    if (!seen.insert(*next).second) {
      return fail(ErrorCode::composio_error, "this list goes in circles: its page " + *next + " came twice");
    }
    cursor = *next;
  }
}

Result<std::optional<int>> read_page_size(std::string_view limit, bool all) {
  constexpr int kLargestPage = 1000;  // more than that is `INVALID_REQUEST`
  AGENTA_TRY(auto size, read_count("--limit", limit));
  if (!size && all) size = kLargestPage;
  return size;
}

std::string short_time(WallTime time) {
  constexpr std::size_t kMinute = 16;
  return readable_time(time).substr(0, kMinute);
}

std::string shorter_time(WallTime time, WallTime now) {
  constexpr std::size_t kYear = 5;  // with its dash
  constexpr std::size_t kDay = 10;
  std::string text = short_time(time);
  return text.starts_with(short_time(now).substr(0, kYear)) ? text.substr(kYear) : text.substr(0, kDay);
}

}  // namespace agenta::cli
