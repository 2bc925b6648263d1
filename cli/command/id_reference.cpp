#include "cli/command/id_reference.hpp"

#include <algorithm>

#include "cli/command/context.hpp"
#include "shared/base/id.hpp"
#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kShortId = 12;       // the last group of a UUID
constexpr std::size_t kShortestStart = 8;  // the first one: with it, a minute of time

std::string digits_of(std::string_view id) { return to_lower(replace_all(id, "-", "")); }

bool is_hex(std::string_view digits) {
  return digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::string short_id(std::string_view id) {
  return std::string{id.size() > kShortId ? id.substr(id.size() - kShortId) : id};
}

Result<std::optional<std::string>> read_id_part(std::string const& named, std::vector<std::string> step) {
  std::string digits = digits_of(named);
  if (is_uuid(named) || digits.empty() || !is_hex(digits)) return std::optional<std::string>{};
  if (digits.size() < kShortestStart) {
    return fail(ErrorCode::usage,
                named + " is too little of an id: give all of it, its first 8 digits or more, or its last 12",
                std::move(step));
  }
  return std::optional{std::move(digits)};
}

bool is_part_of_id(std::string_view id, std::string_view digits) {
  std::string const whole = digits_of(id);
  return whole.starts_with(digits) || (digits.size() >= kShortId && whole.ends_with(digits));
}

Error ambiguous_id(ErrorCode code, std::string const& named, std::string_view kind,
                   std::vector<Candidate> const& candidates, std::vector<std::string> step) {
  std::string items;
  std::string listed;
  std::size_t const shown = std::min(candidates.size(), kMostCandidates);
  for (std::size_t i = 0; i < shown; ++i) {
    Candidate const& each = candidates[i];
    listed.append(i == 0 ? "" : ", ").append(each.id).append(" (").append(each.told).append(")");
    items.append(i == 0 ? "" : ",").append(each.document);
  }
  std::string const number = (candidates.size() > shown ? "more than " : "") + std::to_string(shown);
  Error error;
  error.code = code;
  error.message = named + " is part of the ids of " + number + " " + std::string{kind} + ": " + listed;
  error.context.text = with_member("{}", "items", "[" + items + "]");
  error.next_step = std::move(step);
  return error;
}

}  // namespace agenta::cli
