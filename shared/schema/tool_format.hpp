#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/json_text.hpp"
#include "shared/domain/catalog.hpp"
#include "shared/domain/tool.hpp"
#include "shared/schema/arguments.hpp"

/// Tools in the words of the model APIs and protocols, and the way back from there.
namespace agenta::schema {

enum class ToolFormat {
  json_schema,       ///< the input schema itself
  openai,            ///< chat completions: `{"type":"function","function":{…}}`
  openai_responses,  ///< the Responses API: the same, flat
  anthropic,         ///< the Messages API
  gemini,            ///< a function declaration, in its subset of OpenAPI 3.0
  mcp,               ///< an item of `tools/list`
  example,           ///< `{"tool":"SLUG","arguments":{…}}`, ready to be run
};

/// Reads `json-schema`, `openai`, `openai-responses`, `anthropic`, `gemini`, `mcp` and `example`; case does
/// not matter.
std::optional<ToolFormat> parse_tool_format(std::string_view name);
std::string_view name_of(ToolFormat format);
/// All of them, in the order above.
std::vector<std::string> tool_format_names();

struct FormatOptions {
  ToolFormat format = ToolFormat::json_schema;
  /// Of `openai`, `openai-responses` and `anthropic`: arguments that the model cannot get wrong. Every object
  /// is closed and all its properties are required; those that were optional take null. A tool that cannot be
  /// described so is given without, and `strict` of the definition is false.
  bool strict = false;
  /// What Composio's own SDK would send, losses and all: nothing is mended, shortened or, beyond what it
  /// renames, renamed. For the formats it has a provider for.
  bool composio = false;
};

/// Never fails: a schema that cannot be read becomes one that takes anything, and a note says so.
///
/// What an MCP client may read from the annotations: `readOnlyHint` and `idempotentHint` are the tool's tags.
/// `destructiveHint` is false for tools tagged read-only and for no other, and `openWorldHint` is always
/// true: a tag that is missing promises nothing, and every tool acts on a service elsewhere.
ToolDefinition define_tool(Tool const& tool, FormatOptions const& options);

/// What becomes of a null that only stands for "not given": that of a property which is optional and does not
/// take null.
enum class Nulls : bool { keep, leave_out };

/// Arguments as the service wants them: a property that a definition renamed, in any format, gets its name
/// back, at every depth, and nulls that say nothing are left out. Everything else keeps its bytes. Unchanged
/// where either is not JSON. `text_paths` follow the names. Nearly free where no name in the schema is one
/// that a format refuses and the arguments hold no null.
Arguments restore_arguments(JsonText const& input_schema, Arguments arguments,
                            Nulls nulls = Nulls::leave_out);
JsonText restore_arguments(JsonText const& input_schema, JsonText const& arguments);

/// The name under which a tool is offered where names end at `limit` characters: the slug itself, or as much
/// of it as fits, `_`, and seven hexadecimal digits (upper case, like slugs) of its 64-bit FNV-1a hash.
/// Always the same for the same slug and limit; a limit below 16 counts as 16.
std::string offered_name(ToolSlug const& slug, std::size_t limit = 64);
/// Whether `name` is one that `offered_name` could have shortened, under any limit; gives what stands before
/// the hash, with which the slug begins. Of the slugs with that beginning it is the one for which
/// `offered_name(slug, name.size())` is `name`, case aside.
std::optional<std::string> shortened_prefix(std::string_view name);

}  // namespace agenta::schema
