#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/mcp/toolbox.hpp"
#include "shared/domain/error.hpp"

/// What calls come to, in the words of the protocol. The envelope of every result is ours:
/// `{successful,data,error,execution_id,connection}`.
namespace agenta::mcp {

/// An error as it is told in this run: its next step is completed (`--sandbox`, `--project`), or is in the
/// message's words, and no step, where it is somebody else's to take.
using CompleteStep = std::function<Error(Error)>;

/// The schema of the envelope.
std::string_view envelope_schema();

/// From the document of an execution (`POST /executions`). A tool that failed is an error to the model too,
/// with what it returned.
ToolResult result_of_execution(std::string_view document, CompleteStep const& complete);
/// A result that is too large to be handed over: where it is kept, and how to read it.
ToolResult result_too_large(std::string const& execution_id, std::size_t limit, CompleteStep const& complete);
/// Anything that went wrong on the way: a sentence, the next step, and the error as a document.
ToolResult result_of_error(Error const& error, CompleteStep const& complete);

/// A connection is missing or has expired.
struct ConnectionWish {
  std::string integration{};
  std::string message{};               ///< what is wrong
  std::string reason{};                ///< the error's code: `NOT_CONNECTED`, …
  std::string connect_url{};           ///< empty: there is none to open
  std::vector<std::string> command{};  ///< that connects, in a terminal
};
ToolResult result_of_wish(ConnectionWish const& wish, CompleteStep const& complete);

/// The same document as text and as structured content.
ToolResult result_of_document(std::string document);
/// A sentence before the document, in the text.
ToolResult result_of_failure(std::string_view sentence, std::string document);

}  // namespace agenta::mcp
