#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/domain/error.hpp"

/// Reading of what Composio sends: never throws, and takes what a field might also be (missing, null, a
/// number where a text belongs and the other way round). Any thread.
namespace agenta::daemon::wire {

using Json = nlohmann::ordered_json;  // schemas keep the order their author chose

/// A JSON object, at most 512 deep. Nothing for any other text.
std::optional<Json> parse_object(std::string_view body);

/// The member, or null where there is none.
Json const& member(Json const& object, char const* name);
std::string text_at(Json const& object, char const* name);  ///< empty where there is none; numbers as text
std::int64_t number_at(Json const& object, char const* name, std::int64_t otherwise = 0);
std::optional<bool> find_flag(Json const& object, char const* name);  ///< `true`, `"true"`, `1`
bool flag_at(Json const& object, char const* name);
std::vector<std::string> texts_at(Json const& object,
                                  char const* name);  ///< also of one text, split at commas
std::optional<WallTime> find_time(Json const& object, char const* name);

/// COMPOSIO_ERROR: an answer with status 2xx that does not hold what it should.
unexpected<Error> unreadable(std::string_view what);

}  // namespace agenta::daemon::wire
