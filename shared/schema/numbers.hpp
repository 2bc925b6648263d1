#pragma once

#include <nlohmann/json_fwd.hpp>

/// Numbers of JSON compared as what they are written as, not as what a double makes of them. Private to
/// `shared/schema`.
namespace agenta::schema {

/// Holds every integer of 64 bits and every double exactly.
long double exact(nlohmann::json const& number);

/// Whether `value` is `of` taken a whole number of times, in decimals: 0.3 is a multiple of 0.1.
bool is_multiple(nlohmann::json const& value, nlohmann::json const& of);

}  // namespace agenta::schema
