#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace agenta::daemon::sandbox {

/// Arguments found in a sentence, without understanding it: what stands as `name: value` or `name=value` for
/// a property of the schema, and the first e-mail address for a property that asks for one. An empty object
/// where there is nothing of that.
nlohmann::ordered_json find_arguments(nlohmann::json const& schema, std::string_view text);

}  // namespace agenta::daemon::sandbox
