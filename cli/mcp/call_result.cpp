#include "cli/mcp/call_result.hpp"

#include <algorithm>

#include "cli/mcp/json_object.hpp"
#include "shared/base/shell_words.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/error_table.hpp"

namespace agenta::mcp {
namespace {

using protocol::find_member;

std::string text_block(std::string_view text) {
  return "[" + JsonObject{}.text("type", "text").text("text", text).done() + "]";
}

/// `message` as a sentence that ends, and what to do next.
std::string sentence_of(std::string message, std::vector<std::string> const& step) {
  if (!message.empty() && std::string_view{".!?"}.find(message.back()) == std::string_view::npos)
    message += '.';
  if (!step.empty()) message += " Next step: " + shell_words(step);
  return message;
}

std::string envelope(std::string_view data, std::string_view error, std::string_view execution_id,
                     std::string_view connection = "null") {
  return JsonObject{}
      .boolean("successful", error == "null")
      .raw("data", data)
      .raw("error", error)
      .raw("execution_id", execution_id)
      .raw("connection", connection)
      .done();
}

std::string text_or_null(std::string const& text) {
  return text.empty() ? std::string{"null"} : protocol::write_string(text);
}

/// The error as the contract writes it, with all that a person would be told in its message.
std::string error_document(Error error, std::string sentence) {
  error.message = std::move(sentence);
  std::string const document = protocol::encode_cli_error(error);
  return std::string{find_member(document, "error").value_or("null")};
}

}  // namespace

std::string_view envelope_schema() {
  return R"({"type":"object","properties":{)"
         R"("successful":{"type":"boolean"},)"
         R"("data":{"description":"What the tool returned"},)"
         R"("error":{"type":["object","null"],"properties":{"code":{"type":"string"},"message":{"type":"string"}}},)"
         R"("execution_id":{"type":["string","null"]},)"
         R"("connection":{"type":["string","null"]}},)"
         R"("required":["successful","data","error","execution_id"]})";
}

ToolResult result_of_document(std::string document) {
  ToolResult out;
  out.content = text_block(document);
  out.structured = std::move(document);
  return out;
}

ToolResult result_of_failure(std::string_view sentence, std::string document) {
  ToolResult out;
  out.content = text_block(std::string{sentence} + "\n" + document);
  out.structured = std::move(document);
  out.is_error = true;
  return out;
}

ToolResult result_of_execution(std::string_view document, CompleteStep const& complete) {
  auto const raw = [&](std::string_view name) {
    return std::string{find_member(document, name).value_or("null")};
  };
  std::string const connection = raw("connection");
  std::string const slug{find_member(connection, "slug").value_or("null")};
  if (raw("error") == "null")
    return result_of_document(envelope(raw("data"), "null", raw("execution_id"), slug));

  auto const execution = protocol::decode_execution(document);
  Error error;
  error.message = "the tool failed";
  if (execution && execution->error) error = *execution->error;
  error = complete(std::move(error));
  std::string const sentence = sentence_of(error.message, error.next_step);
  return result_of_failure(sentence,
                           envelope(raw("data"), error_document(error, sentence), raw("execution_id"), slug));
}

ToolResult result_too_large(std::string const& execution_id, std::size_t limit,
                            CompleteStep const& complete) {
  Error read;
  read.next_step = {"agenta-tools", "history", "result", execution_id};
  std::vector<std::string> const step = complete(std::move(read)).next_step;
  std::string const note =
      "The tool has run. Its result is larger than " + std::to_string(limit >> 20U) +
      " MiB and is kept; read it, or with --select /json/pointer a part of it: " + shell_words(step);
  return result_of_document(JsonObject{}
                                .boolean("successful", true)
                                .raw("data", "null")
                                .raw("error", "null")
                                .text("execution_id", execution_id)
                                .boolean("truncated", true)
                                .text("note", note)
                                .done());
}

ToolResult result_of_error(Error const& failure, CompleteStep const& complete) {
  Error const error = complete(failure);
  std::string const sentence = sentence_of(error.message, error.next_step);
  return result_of_failure(
      sentence, envelope("null", error_document(error, sentence), text_or_null(error.execution_id)));
}

ToolResult result_of_wish(ConnectionWish const& wish, CompleteStep const& complete) {
  Error missing;
  missing.message = wish.message;
  missing.next_step = wish.command;
  missing = complete(std::move(missing));
  std::vector<std::string> const& command = missing.next_step;
  std::string const typed = shell_words(command);
  std::string sentence = sentence_of(missing.message, {});
  if (wish.connect_url.empty()) {
    sentence += command.empty() ? "" : " Ask the user to run: " + typed + ".";
  } else {
    sentence += " Ask the user to open this link and to finish there: " + wish.connect_url +
                " (or to run: " + typed + ").";
  }
  sentence += " Then repeat this call: it will work.";
  std::string words = "[";
  for (std::string const& word : command)
    words += (words.size() > 1 ? "," : "") + protocol::write_string(word);
  JsonObject error;
  error.text("code", "connection_required")
      .text("message", sentence)
      .boolean("retryable", true)
      .text("reason", wish.reason)
      .text("toolkit", wish.integration)
      .text("integration", wish.integration)
      .raw("connect_url", text_or_null(wish.connect_url))
      .raw("command", text_or_null(typed))
      .raw("next_step", words + "]");
  return result_of_failure(sentence, envelope("null", error.done(), "null"));
}

}  // namespace agenta::mcp
