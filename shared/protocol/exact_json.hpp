#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

/// JSON whose numbers are what they are written as, not what a double makes of them.
namespace agenta::protocol {

/// One spelling for equal documents: members sorted, no white space, 1.0 and 10e-1 as 1. Numbers that differ
/// in any digit differ here. For digests and comparing, not for sending. What is no JSON, or has a number
/// that no double comes near, is left as it is.
std::string canonical_json(std::string_view document);

/// The number `text`, which JSON must allow, in the one spelling for what it says: without zeros that say
/// nothing, and with an exponent only where it would be long without.
std::string canonical_number(std::string_view text);

/// The document as a tree, to be written by `write_exact` only: a number that is no integer of 64 bits is
/// held as the bytes of its spelling. False where it is none, as above.
bool read_exact(std::string_view document, nlohmann::ordered_json& out);
std::string write_exact(nlohmann::ordered_json const& value);

}  // namespace agenta::protocol
