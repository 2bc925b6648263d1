#pragma once

#include <span>

#include "daemon/store/migrations.hpp"

namespace agenta::daemon::store {

/// The schema of a catalogue's file. A cache: one of another version is thrown away and fetched again, so
/// there is a single step, and changing it means raising its number.
std::span<Migration const> catalog_schema();

}  // namespace agenta::daemon::store
