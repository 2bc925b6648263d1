#pragma once

#include <filesystem>
#include <optional>

#include "shared/domain/error.hpp"

namespace agenta::daemon::store {

class Locked;

/// `tools.db.backup-<version>`, beside the database.
std::filesystem::path backup_path(std::filesystem::path const& database, int version);

/// Copies the database, whole and durable, to its backup of that version at mode 0600. A crash leaves no half
/// of one. An older backup of the same version is replaced.
Result<void> back_up(Locked& db, int version);

/// The backup of the highest version beside the database.
std::optional<std::filesystem::path> find_newest_backup(std::filesystem::path const& database);

}  // namespace agenta::daemon::store
