#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/domain/error.hpp"

/// Ids as people name them and tables show them: whole, or by a part that tells one from the others.
namespace agenta::cli {

struct Context;

/// The last 12 digits of an id, for tables: ids made at the same time begin alike, and differ there.
std::string short_id(std::string_view id);

/// The digits of what may be part of an id: its first 8 or more, or its last 12 or more, dashes or none, in
/// either case. Nothing where `named` is a whole id, or part of none. `USAGE` for too little of one.
Result<std::optional<std::string>> read_id_part(std::string const& named, std::vector<std::string> step);

/// Whether an id has these digits at its beginning, or enough of them at its end.
bool is_part_of_id(std::string_view id, std::string_view digits);

/// One that `named` may mean.
struct Candidate {
  std::string id{};
  std::string told{};      ///< what a person knows it by
  std::string document{};  ///< an object, for programs
};

/// So many are told of at most; a person is shown fewer.
inline constexpr std::size_t kMostCandidates = 20;

/// The refusal, whose context has them; a person is shown them first, a line each. `kind` in the plural:
/// "executions".
Error ambiguous_id(Context const& context, ErrorCode code, std::string const& named, std::string_view kind,
                   std::vector<Candidate> const& candidates, std::vector<std::string> step);

}  // namespace agenta::cli
