#pragma once

#include <string>
#include <string_view>

#include "cli/command/context.hpp"
#include "cli/terminal/style.hpp"

/// Executions as people name and see them.
namespace agenta::cli {

/// The help of an argument that `find_execution` reads.
inline constexpr char const* kExecutionArgument =
    "Id of an execution: its last 12 digits, as listed, or all of it";

/// The whole id of the execution that `named` means, by the rules of `read_id_part`. What is no part of an id
/// is given back as it is: the daemon says what it thinks of it.
///
/// A beginning tells the time, and only what began about then is asked for; for an end, and where that finds
/// nothing, the newest 100,000 are gone through.
///
/// `USAGE` for too little of an id, `EXECUTION_NOT_FOUND`, and `EXECUTION_AMBIGUOUS` with the candidates.
Result<std::string> find_execution(Context& context, std::string const& named);

/// The colour of an execution's state in a table.
Ink ink_of_execution(std::string_view state);

}  // namespace agenta::cli
