#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "shared/domain/error.hpp"

namespace agenta::daemon::store {

/// The name of the network or host-shared file system that `magic` (statfs `f_type`) and `type` (of the mount
/// table, such as `fuse.sshfs`; may be empty) stand for; nothing where it is a local one. WAL needs memory
/// that every process of the file sees, and locks that hold: such file systems promise neither. Pure.
std::optional<std::string_view> name_network_file_system(std::uint64_t magic, std::string_view type);

/// The file system type of a device in the text of /proc/self/mountinfo; empty where it is not listed. Pure.
std::string_view find_mount_type(std::string_view mountinfo, unsigned major, unsigned minor);

/// `STORAGE_UNAVAILABLE` where `folder` is on a file system that a database must not be on.
Result<void> check_local_file_system(std::filesystem::path const& folder);

}  // namespace agenta::daemon::store
