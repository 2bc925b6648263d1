#include "cli/command/execute_text.hpp"

#include <algorithm>

#include "cli/terminal/json_print.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec_tool_input.hpp"
#include "shared/protocol/json_slice.hpp"
#include "shared/schema/redact.hpp"

namespace agenta::cli {
namespace {

bool is_object(std::string_view json) { return trim(json).starts_with('{'); }

/// The members of both; where both have one, objects are merged and anything else is `over`'s.
std::string merged(std::string_view base, std::string_view over) {
  auto const below = protocol::members_of(base).value_or(std::vector<protocol::JsonMember>{});
  auto const above = protocol::members_of(over).value_or(std::vector<protocol::JsonMember>{});
  std::string out = "{";
  auto const add = [&](std::string const& name, std::string_view value) {
    if (out.size() > 1) out += ',';
    out.append(protocol::write_string(name)).append(":").append(value);
  };
  for (protocol::JsonMember const& each : below) {
    auto const found = std::ranges::find(above, each.name, &protocol::JsonMember::name);
    if (found == above.end()) {
      add(each.name, each.value);
    } else if (is_object(each.value) && is_object(found->value)) {
      add(each.name, merged(each.value, found->value));
    } else {
      add(each.name, found->value);
    }
  }
  for (protocol::JsonMember const& each : above) {
    if (std::ranges::find(below, each.name, &protocol::JsonMember::name) == below.end())
      add(each.name, each.value);
  }
  return out + "}";
}

/// Asks whether the call is to be run as it is shown.
Result<void> confirm(Context& context, ToolCall const& call, std::string const& shown) {
  Error instead;
  instead.code = ErrorCode::input_needed;
  instead.message =
      "the arguments of " + call.tool +
      " were written from words: running it needs a yes, and there is nobody to ask (--yes runs it as it is)";
  instead.context.text =
      with_member(with_member("{}", "tool", protocol::write_string(call.tool)), "arguments", shown);
  Prompt prompt = context.prompt();
  if (!context.flags.quiet || prompt.may_ask()) {
    if (context.terminal.out_is_tty()) context.terminal.flush();
    context.terminal.err(visible(call.tool) + " with these arguments:\n" +
                         pretty_json(shown, context.terminal.err_has_color()) + "\n");
  }
  if (context.flags.yes) return {};
  AGENTA_TRY(bool const agreed, prompt.confirm("Run it?", instead, context.stop));
  if (!agreed) return fail(ErrorCode::cancelled, "nothing was run");
  return {};
}

}  // namespace

Result<ToolCall> fill_from_text(Context& context, ToolCall call, std::string const& text) {
  AGENTA_TRY(std::string const words, read_data(context, text));
  if (trim(words).empty()) return fail(ErrorCode::usage, "--text has no words to make arguments of");
  AGENTA_TRY(auto const reply,
             context.call_far(protocol::write_tool_input(call.tool, words, call.tool_version)));
  AGENTA_TRY(auto const written, protocol::decode_tool_input(reply.body));
  std::string const given = call.arguments.text;
  call.arguments.text = merged(written.arguments.text, given);
  // What was looked at is what is run: a newer version may take other arguments.
  if (call.tool_version.empty()) call.tool_version = written.tool_version;
  if (call.dry_run) return call;
  std::string const shown = merged(written.shown.text, schema::redact(JsonText{given}).text);
  AGENTA_CHECK(confirm(context, call, shown));
  return call;
}

}  // namespace agenta::cli
