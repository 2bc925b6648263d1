#pragma once

#include <string>

#include "cli/command/context.hpp"

/// Approvals as people name them.
namespace agenta::cli {

/// The help of an argument that `find_approval` reads.
inline constexpr char const* kApprovalArgument =
    "Id of an approval: its last 12 digits, as listed, or all of it";

/// The whole id of the approval that `named` means, by the rules of `read_id_part`. What is no part of an id
/// is given back as it is: the daemon says what it thinks of it. The newest 10,000 are gone through.
///
/// `USAGE` for too little of an id, `EXECUTION_NOT_FOUND` as of a whole id, and `APPROVAL_AMBIGUOUS` with
/// the candidates: whoever says yes must mean the one call, so none is preferred, not even the one that
/// waits.
Result<std::string> find_approval(Context& context, std::string const& named);

}  // namespace agenta::cli
