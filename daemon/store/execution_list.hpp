#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/store/execution_journal.hpp"

namespace agenta::daemon::store {

/// The SQL of one page under this filter: `?1` project, `?2` tool, `?3` connection, `?4` before which `seq`,
/// `?5` how many rows. Pure; one text for each combination of filters and state, so that statements can be
/// kept by it.
std::string page_sql(ExecutionFilter const& filter);
/// The SQL that counts what such a filter lets through, with the same `?1` to `?3` and no further than `?4`.
std::string count_sql(ExecutionFilter const& filter);

/// A cursor is the `seq` of the last row of the page before.
std::optional<std::int64_t> parse_cursor(std::string_view cursor);

}  // namespace agenta::daemon::store
