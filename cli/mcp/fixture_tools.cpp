#include "cli/mcp/fixture_tools.hpp"

#include <array>
#include <thread>

#include "cli/mcp/turn.hpp"

namespace agenta::mcp {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kStep{50};
constexpr milliseconds kAskPatience{30'000};

struct Fixture {
  std::string_view name;
  std::string_view schema;
};

constexpr std::string_view kNone = R"({"type":"object","additionalProperties":false})";
constexpr std::string_view kMessage =
    R"({"type":"object","properties":{"message":{"type":"string"}},"required":["message"]})";
constexpr std::string_view kPrompt =
    R"({"type":"object","properties":{"prompt":{"type":"string"}},"required":["prompt"]})";
constexpr std::string_view kSchema2020 =
    R"({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","$defs":{"address":{"$anchor":"addressDef","type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"}}}},"properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},"contactMethod":{"type":"string","enum":["phone","email"]},"phone":{"type":"string"},"email":{"type":"string"}},"allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],"if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},"then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false})";

constexpr std::array kFixtures{
    Fixture{"json_schema_2020_12_tool", kSchema2020},
    Fixture{"test_audio_content", kNone},
    Fixture{"test_elicitation", kMessage},
    Fixture{"test_elicitation_sep1034_defaults", kNone},
    Fixture{"test_elicitation_sep1330_enums", kNone},
    Fixture{"test_embedded_resource", kNone},
    Fixture{"test_error_handling", kNone},
    Fixture{"test_image_content", kNone},
    Fixture{"test_input_required_result_capabilities", kNone},
    Fixture{"test_input_required_result_elicitation", kNone},
    Fixture{"test_input_required_result_list_roots", kNone},
    Fixture{"test_input_required_result_multi_round", kNone},
    Fixture{"test_input_required_result_multiple_inputs", kNone},
    Fixture{"test_input_required_result_request_state", kNone},
    Fixture{"test_input_required_result_sampling", kNone},
    Fixture{"test_input_required_result_tampered_state", kNone},
    Fixture{"test_logging_tool", kNone},
    Fixture{"test_missing_capability", kNone},
    Fixture{"test_multiple_content_types", kNone},
    Fixture{"test_sampling", kPrompt},
    Fixture{"test_simple_text", kNone},
    Fixture{"test_streaming_elicitation", kNone},
    Fixture{"test_tool_with_logging", kNone},
    Fixture{"test_tool_with_progress", kNone},
    Fixture{"test_trigger_tool_change", kNone},
};

constexpr std::string_view kDefaults =
    R"({"type":"object","properties":{"name":{"type":"string","default":"John Doe"},"age":{"type":"integer","default":30},"score":{"type":"number","default":95.5},"status":{"type":"string","enum":["active","inactive","pending"],"default":"active"},"verified":{"type":"boolean","default":true}}})";
constexpr std::string_view kEnums =
    R"({"type":"object","properties":{"untitledSingle":{"type":"string","enum":["option1","option2","option3"]},"titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"},{"const":"value2","title":"Second Option"},{"const":"value3","title":"Third Option"}]},"legacyEnum":{"type":"string","enum":["opt1","opt2","opt3"],"enumNames":["Option One","Option Two","Option Three"]},"untitledMulti":{"type":"array","items":{"type":"string","enum":["option1","option2","option3"]}},"titledMulti":{"type":"array","items":{"anyOf":[{"const":"value1","title":"First Choice"},{"const":"value2","title":"Second Choice"},{"const":"value3","title":"Third Choice"}]}}}})";
constexpr std::string_view kUser =
    R"({"type":"object","properties":{"username":{"type":"string","description":"User's response"},"email":{"type":"string","description":"User's email address"}},"required":["username","email"]})";

ToolResult content_of(std::string content) { return {.content = std::move(content)}; }

std::string image() {
  return JsonObject{}.text("type", "image").text("data", fixture_png()).text("mimeType", "image/png").done();
}

/// A WAV without a sample.
std::string audio() {
  constexpr std::string_view kWav = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";
  return JsonObject{}.text("type", "audio").text("data", kWav).text("mimeType", "audio/wav").done();
}

std::string resource(std::string_view uri, std::string_view type, std::string_view text) {
  return JsonObject{}
      .text("type", "resource")
      .raw("resource", JsonObject{}.text("uri", uri).text("mimeType", type).text("text", text).done())
      .done();
}

std::string text_block(std::string_view text) {
  return JsonObject{}.text("type", "text").text("text", text).done();
}

/// A form put to the client of a legacy call.
CallEnd elicit(Turn& turn, std::string_view message, std::string_view schema, std::string_view prefix) {
  if (turn.speech().era == Era::modern || !turn.speech().client.form)
    return ToolResult{.content = "[" + text_block("The client takes no forms") + "]", .is_error = true};
  auto const answer =
      turn.ask_raw("elicitation/create",
                   JsonObject{}.text("message", message).raw("requestedSchema", schema).done(), kAskPatience);
  auto const part = [&](std::string_view name) {
    auto const value = protocol::find_member(answer.result, name);
    return std::string{value.value_or("null")};
  };
  std::string const action = protocol::read_string(part("action")).value_or("none");
  return fixture_text(std::string{prefix} + "action=" + action + ", content=" + part("content"));
}

CallEnd sample(Turn& turn) {
  if (turn.speech().era == Era::modern || !turn.speech().client.sampling)
    return ToolResult{.content = "[" + text_block("The client samples nothing") + "]", .is_error = true};
  std::string const prompt{protocol::find_member(turn.arguments(), "prompt").value_or("\"\"")};
  std::string const params =
      R"({"messages":[{"role":"user","content":{"type":"text","text":)" + prompt + R"(}}],"maxTokens":100})";
  auto const answer = turn.ask_raw("sampling/createMessage", params, kAskPatience);
  auto const said = protocol::find_pointer(answer.result, "/content/text");
  return fixture_text("LLM response: " + protocol::read_string(said.value_or("\"\"")).value_or(""));
}

ToolResult log_steps(Turn& turn) {
  turn.log("info", "\"Tool execution started\"");
  std::this_thread::sleep_for(kStep);
  turn.log("info", "\"Tool processing data\"");
  std::this_thread::sleep_for(kStep);
  turn.log("info", "\"Tool execution completed\"");
  return fixture_text("Tool with logging executed successfully");
}

ToolResult progress_steps(Turn& turn) {
  for (int done = 0; done <= 100; done += 50) {
    if (done > 0) std::this_thread::sleep_for(kStep);
    turn.progress(done, "100", "");
  }
  return fixture_text("Tool with progress executed successfully");
}

RpcError missing_sampling() {
  return {.code = kMissingCapability,
          .message = "The client has to declare sampling",
          .data = R"({"requiredCapabilities":{"sampling":{}}})"};
}

std::optional<CallEnd> call_plain(Turn& turn) {
  std::string const& tool = turn.tool();
  if (tool == "json_schema_2020_12_tool") return fixture_text("JSON Schema 2020-12");
  if (tool == "test_simple_text") return fixture_text("This is a simple text response for testing.");
  if (tool == "test_image_content") return content_of("[" + image() + "]");
  if (tool == "test_audio_content") return content_of("[" + audio() + "]");
  if (tool == "test_embedded_resource") {
    return content_of(
        "[" + resource("test://embedded-resource", "text/plain", "This is an embedded resource content.") +
        "]");
  }
  if (tool == "test_multiple_content_types") {
    return content_of(
        "[" + text_block("Multiple content types test:") + "," + image() + "," +
        resource("test://mixed-content-resource", "application/json", R"({"test":"data","value":123})") +
        "]");
  }
  if (tool == "test_error_handling") {
    return ToolResult{
        .content = "[" + text_block("This tool intentionally returns an error for testing") + "]",
        .is_error = true};
  }
  if (tool == "test_tool_with_logging" || tool == "test_logging_tool") return log_steps(turn);
  if (tool == "test_tool_with_progress") return progress_steps(turn);
  return std::nullopt;
}

}  // namespace

std::string_view fixture_png() {
  return "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
}

ToolResult fixture_text(std::string_view text) { return {.content = "[" + text_block(text) + "]"}; }

expected<ToolPage, RpcError> FixtureTools::list(ToolService&, Speech const& speech,
                                                std::optional<std::string> const& cursor, std::stop_token) {
  if (cursor && !cursor->empty())
    return unexpected(RpcError{.code = kInvalidParams, .message = "this is no cursor of this list"});
  ToolPage page;
  page.tools = "[";
  for (Fixture const& each : kFixtures) {
    if (page.tools.size() > 1) page.tools += ',';
    JsonObject out;
    out.text("name", each.name);
    if (speech.at_least("2025-06-18")) out.text("title", each.name);
    page.tools +=
        out.text("description", "Of the protocol's conformance suite").raw("inputSchema", each.schema).done();
  }
  page.tools += ']';
  return page;
}

CallEnd FixtureTools::call(Turn& turn) {
  if (auto end = call_plain(turn)) return *std::move(end);
  if (auto end = call_input_fixture(turn)) return *std::move(end);
  std::string const& tool = turn.tool();
  if (tool == "test_sampling") return sample(turn);
  if (tool == "test_elicitation") {
    auto const message = protocol::find_member(turn.arguments(), "message").value_or("\"\"");
    return elicit(turn, protocol::read_string(message).value_or(""), kUser, "User response: ");
  }
  if (tool == "test_elicitation_sep1034_defaults")
    return elicit(turn, "Please confirm", kDefaults, "Elicitation completed: ");
  if (tool == "test_elicitation_sep1330_enums")
    return elicit(turn, "Please choose", kEnums, "Elicitation completed: ");
  if (tool == "test_missing_capability") {
    if (!turn.speech().client.sampling) return missing_sampling();
    return fixture_text("sampling is declared");
  }
  if (tool == "test_trigger_tool_change") {
    if (on_change) on_change();
    return fixture_text("told");
  }
  return RpcError{.code = kInvalidParams, .message = "Unknown tool: " + tool};
}

}  // namespace agenta::mcp
