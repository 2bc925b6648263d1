#include "cli/mcp/fixture_extras.hpp"

#include "cli/mcp/fixture_tools.hpp"

namespace agenta::mcp {
namespace {

using protocol::find_member;

constexpr std::string_view kPrompts =
    R"({"prompts":[)"
    R"({"name":"test_input_required_result_prompt","description":"Asks before it answers"},)"
    R"({"name":"test_prompt_with_arguments","description":"With arguments","arguments":[{"name":"arg1","description":"First test argument","required":true},{"name":"arg2","description":"Second test argument","required":true}]},)"
    R"({"name":"test_prompt_with_embedded_resource","description":"With a resource","arguments":[{"name":"resourceUri","description":"URI of the resource to embed","required":true}]},)"
    R"({"name":"test_prompt_with_image","description":"With an image"},)"
    R"({"name":"test_simple_prompt","description":"A simple prompt"}]})";
constexpr std::string_view kResources =
    R"({"resources":[)"
    R"({"uri":"test://static-binary","name":"static-binary","description":"A picture","mimeType":"image/png"},)"
    R"({"uri":"test://static-text","name":"static-text","description":"A text","mimeType":"text/plain"},)"
    R"({"uri":"test://watched-resource","name":"watched-resource","description":"One to watch","mimeType":"text/plain"}]})";
constexpr std::string_view kTemplates =
    R"({"resourceTemplates":[{"uriTemplate":"test://template/{id}/data","name":"template","description":"By id","mimeType":"application/json"}]})";

std::string text_of(std::string_view document, std::string_view name) {
  return protocol::read_string(find_member(document, name).value_or("")).value_or("");
}

RpcError bad_params(std::string message) { return {.code = kInvalidParams, .message = std::move(message)}; }

std::string message_of(std::string_view content) {
  return JsonObject{}.text("role", "user").raw("content", content).done();
}

std::string text_content(std::string_view text) {
  return JsonObject{}.text("type", "text").text("text", text).done();
}

PlainResult messages(std::string const& all) {
  return {.object = JsonObject{}.raw("messages", "[" + all + "]").done()};
}

CallEnd ask_for_prompt(Turn& turn) {
  auto const answer = turn.responses().empty() ? std::nullopt : find_member(turn.responses(), "user_context");
  if (!answer || !answer->starts_with('{')) {
    std::string const request =
        elicit_request("What context should the prompt use?", R"("context":{"type":"string"})");
    return InputRequired{.requests = JsonObject{}.raw("user_context", request).done()};
  }
  auto const context = protocol::find_pointer(*answer, "/content/context").value_or("\"\"");
  return messages(message_of(text_content("Context: " + protocol::read_string(context).value_or(""))));
}

CallEnd get_prompt(std::string_view params, Turn& turn) {
  std::string const name = text_of(params, "name");
  std::string_view const given = find_member(params, "arguments").value_or("{}");
  if (name == "test_simple_prompt")
    return messages(message_of(text_content("This is a simple prompt for testing.")));
  if (name == "test_prompt_with_arguments") {
    return messages(message_of(text_content("Prompt with arguments: arg1='" + text_of(given, "arg1") +
                                            "', arg2='" + text_of(given, "arg2") + "'")));
  }
  if (name == "test_prompt_with_embedded_resource") {
    std::string const resource = JsonObject{}
                                     .text("uri", text_of(given, "resourceUri"))
                                     .text("mimeType", "text/plain")
                                     .text("text", "Embedded resource content for testing.")
                                     .done();
    return messages(message_of(JsonObject{}.text("type", "resource").raw("resource", resource).done()) + "," +
                    message_of(text_content("Please process the embedded resource above.")));
  }
  if (name == "test_prompt_with_image") {
    std::string const image =
        JsonObject{}.text("type", "image").text("data", fixture_png()).text("mimeType", "image/png").done();
    return messages(message_of(image) + "," + message_of(text_content("Please analyze the image above.")));
  }
  if (name == "test_input_required_result_prompt" && turn.speech().era == Era::modern)
    return ask_for_prompt(turn);
  return bad_params("Unknown prompt: " + name);
}

PlainResult contents(JsonObject item) {
  return {.object = JsonObject{}.raw("contents", "[" + item.done() + "]").done(), .is_cacheable = true};
}

CallEnd read_resource(std::string const& uri) {
  constexpr std::string_view kBegin = "test://template/";
  constexpr std::string_view kEnd = "/data";
  JsonObject out;
  out.text("uri", uri);
  if (uri == "test://static-text" || uri == "test://watched-resource") {
    out.text("mimeType", "text/plain").text("text", "This is the content of the static text resource.");
    return contents(std::move(out));
  }
  if (uri == "test://static-binary") {
    out.text("mimeType", "image/png").text("blob", fixture_png());
    return contents(std::move(out));
  }
  if (uri.starts_with(kBegin) && uri.ends_with(kEnd) && uri.size() > kBegin.size() + kEnd.size()) {
    std::string const id = uri.substr(kBegin.size(), uri.size() - kBegin.size() - kEnd.size());
    std::string const data =
        JsonObject{}.text("id", id).boolean("templateTest", true).text("data", "Data for ID: " + id).done();
    out.text("mimeType", "application/json").text("text", data);
    return contents(std::move(out));
  }
  RpcError error = bad_params("Resource not found");
  error.data = JsonObject{}.text("uri", uri).done();
  return error;
}

}  // namespace

std::string FixtureExtras::capabilities() const {
  return R"("prompts":{},"resources":{"subscribe":true},"completions":{})";
}

std::optional<CallEnd> FixtureExtras::answer(std::string_view method, std::string_view params, Turn& turn) {
  bool const legacy = turn.speech().era == Era::legacy;
  if (method == "prompts/list") return PlainResult{.object = std::string{kPrompts}, .is_cacheable = true};
  if (method == "prompts/get") return get_prompt(params, turn);
  if (method == "resources/list") return PlainResult{.object = std::string{kResources}, .is_cacheable = true};
  if (method == "resources/templates/list")
    return PlainResult{.object = std::string{kTemplates}, .is_cacheable = true};
  if (method == "resources/read") return read_resource(text_of(params, "uri"));
  if (method == "completion/complete")
    return PlainResult{.object =
                           R"({"completion":{"values":["paris","park","party"],"total":3,"hasMore":false}})"};
  if (legacy && (method == "resources/subscribe" || method == "resources/unsubscribe")) return PlainResult{};
  return std::nullopt;
}

}  // namespace agenta::mcp
