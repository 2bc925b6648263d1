#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/custom/declaration.hpp"
#include "shared/domain/error.hpp"

namespace agenta::custom {

/// The text of a file that the tool file names: a schema.
using ReadText = std::function<Result<std::string>(std::filesystem::path const& path)>;

/// The declarations, in the order of their slugs. Every mistake at once: `INVALID_REQUEST` whose message has
/// the first with file, line and column and how many more there are, and whose context is
/// `{"file", "problems": [{"line", "column", "message"}…]}`. `read_schema` is asked for schemas in files of
/// their own, by their whole path.
Result<std::vector<Declaration>> parse_tool_file(std::string const& text, std::filesystem::path const& file,
                                                 ReadText const& read_schema);

/// What was read from disk, and which text it was.
struct ToolFile {
  std::vector<Declaration> tools{};
  std::string text{};  ///< of the file and of the schemas it names
};

/// The same from disk. Refuses a file that anyone but its owner can write (`FORBIDDEN` with the command that
/// mends it), or that another user but root owns: what is declared there is run. A file that is not there is
/// `INVALID_REQUEST`.
Result<ToolFile> load_tool_file(std::filesystem::path const& file);

}  // namespace agenta::custom
