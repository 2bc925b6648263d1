#pragma once

#include <span>

#include "shared/domain/error.hpp"

namespace agenta::daemon::store {

class Locked;

/// One step of the schema. What was released is never edited: a change is a new step.
struct Migration {
  int version = 0;
  char const* sql = "";
};

/// This program's schema, from 1 upward.
std::span<Migration const> migrations();

/// The schema version of the open file; 0 for a new one.
Result<int> load_schema_version(Locked& db);

/// `VERSION_SKEW` where the file is of a newer schema than the last of `steps`.
Result<void> check_schema_version(Locked& db, int version, std::span<Migration const> steps);

/// Applies the steps that the file lacks, each with its version in one durable transaction, after a backup
/// where there is something to lose. Killed at any moment, the file is at the version before or after a step.
Result<void> migrate(Locked& db, int version, std::span<Migration const> steps);

}  // namespace agenta::daemon::store
