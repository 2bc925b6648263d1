#include <array>
#include <vector>

#include "cli/mcp/fixture_tools.hpp"
#include "cli/mcp/turn.hpp"

// The fixtures that come back for input: each asks for all of its answers that are not there yet.
namespace agenta::mcp {
namespace {

struct Question {
  std::string key{};
  std::string request{};
};

std::string sampling_request(std::string_view prompt, int most) {
  return JsonObject{}
      .text("method", "sampling/createMessage")
      .raw("params", R"({"messages":[{"role":"user","content":{"type":"text","text":)" +
                         protocol::write_string(prompt) + R"(}}],"maxTokens":)" + std::to_string(most) + "}")
      .done();
}

std::string roots_request() { return R"({"method":"roots/list","params":{}})"; }

/// The answer to a question; nothing where it is missing or nonsense.
std::optional<std::string> answer_to(Turn const& turn, std::string_view key) {
  if (turn.responses().empty()) return std::nullopt;
  auto const answer = protocol::find_member(turn.responses(), key);
  if (!answer || !answer->starts_with('{')) return std::nullopt;
  return std::string{*answer};
}

InputRequired ask(std::vector<Question> const& questions, std::string state = {}) {
  JsonObject requests;
  for (Question const& each : questions) requests.raw(each.key, each.request);
  return {.requests = requests.done(), .state = std::move(state)};
}

std::string text_at(std::string_view answer, std::string_view pointer) {
  return protocol::read_string(protocol::find_pointer(answer, pointer).value_or("")).value_or("");
}

RpcError bad_state() { return {.code = kInvalidParams, .message = "requestState is not what was given"}; }

/// Without state: asks, or says what was answered.
CallEnd ask_once(Turn& turn, Question const& question, std::string_view before, std::string_view pointer,
                 std::string_view after) {
  auto const answer = answer_to(turn, question.key);
  auto const value = answer ? protocol::find_pointer(*answer, pointer) : std::nullopt;
  if (!value) return ask({question});
  return fixture_text(std::string{before} + protocol::read_string(*value).value_or(std::string{*value}) +
                      std::string{after});
}

/// Asks with a state, which has to come back as it was.
CallEnd confirm(Turn& turn) {
  if (!turn.raw_state().empty() && !turn.open_state()) return bad_state();
  if (turn.raw_state().empty() || !answer_to(turn, "confirm"))
    return ask({{"confirm", elicit_request("Please confirm", R"("ok":{"type":"boolean"})")}},
               turn.seal_state("ok"));
  return fixture_text("state-ok");
}

CallEnd ask_all(Turn& turn) {
  if (!turn.raw_state().empty() && !turn.open_state()) return bad_state();
  std::vector<Question> const all{
      {"user_name", elicit_request("What is your name?", R"("name":{"type":"string"})")},
      {"greeting", sampling_request("Generate a greeting", 50)},
      {"client_roots", roots_request()}};
  bool complete = !turn.raw_state().empty();
  for (Question const& each : all) complete = complete && answer_to(turn, each.key);
  if (!complete) return ask(all, turn.seal_state("all"));
  return fixture_text("Hello, " + text_at(*answer_to(turn, "user_name"), "/content/name") + "!");
}

CallEnd ask_in_rounds(Turn& turn) {
  std::string const state = turn.open_state().value_or("");
  if (!turn.raw_state().empty() && state.empty()) return bad_state();
  if (state == "2" && answer_to(turn, "step2")) return fixture_text("Both steps are done");
  if (!state.empty() && answer_to(turn, "step1")) {
    return ask(
        {{"step2", elicit_request("Step 2: What is your favorite color?", R"("color":{"type":"string"})")}},
        turn.seal_state("2"));
  }
  return ask({{"step1", elicit_request("Step 1: What is your name?", R"("name":{"type":"string"})")}},
             turn.seal_state("1"));
}

CallEnd ask_what_is_declared(Turn& turn) {
  std::vector<Question> questions;
  if (turn.speech().client.form)
    questions.push_back({"user_name", elicit_request("What is your name?", R"("name":{"type":"string"})")});
  if (turn.speech().client.sampling)
    questions.push_back({"greeting", sampling_request("Generate a greeting", 50)});
  if (questions.empty() || !turn.responses().empty()) return fixture_text("Nothing to ask");
  return ask(questions);
}

}  // namespace

std::string elicit_request(std::string_view message, std::string_view property) {
  std::string const name{property.substr(0, property.find(':'))};
  std::string const schema =
      R"({"type":"object","properties":{)" + std::string{property} + R"(},"required":[)" + name + "]}";
  return JsonObject{}
      .text("method", "elicitation/create")
      .raw("params",
           JsonObject{}.text("mode", "form").text("message", message).raw("requestedSchema", schema).done())
      .done();
}

std::optional<CallEnd> call_input_fixture(Turn& turn) {
  std::string_view tool = turn.tool();
  if (tool == "test_streaming_elicitation") tool = "test_input_required_result_elicitation";
  constexpr std::string_view kPrefix = "test_input_required_result_";
  if (!tool.starts_with(kPrefix)) return std::nullopt;
  tool.remove_prefix(kPrefix.size());
  if (turn.speech().era == Era::legacy)
    return ToolResult{.content = R"([{"type":"text","text":"Only in the modern era"}])", .is_error = true};
  if (tool == "elicitation") {
    return ask_once(turn, {"user_name", elicit_request("What is your name?", R"("name":{"type":"string"})")},
                    "Hello, ", "/content/name", "!");
  }
  if (tool == "sampling") {
    return ask_once(turn, {"capital_question", sampling_request("What is the capital of France?", 100)},
                    "The client said: ", "/content/text", "");
  }
  if (tool == "list_roots") return ask_once(turn, {"client_roots", roots_request()}, "Roots: ", "/roots", "");
  if (tool == "request_state" || tool == "tampered_state") return confirm(turn);
  if (tool == "multiple_inputs") return ask_all(turn);
  if (tool == "multi_round") return ask_in_rounds(turn);
  if (tool == "capabilities") return ask_what_is_declared(turn);
  return std::nullopt;
}

}  // namespace agenta::mcp
