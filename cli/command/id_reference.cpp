#include "cli/command/id_reference.hpp"

#include <algorithm>

#include "cli/command/context.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/id.hpp"
#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

constexpr std::size_t kShortId = 12;  // the last group of a UUID
constexpr std::size_t kMostShown = 10;
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
                named + " is too little of an id: give its last 12 digits, which lists show, or all of it",
                std::move(step));
  }
  return std::optional{std::move(digits)};
}

bool is_part_of_id(std::string_view id, std::string_view digits) {
  std::string const whole = digits_of(id);
  return whole.starts_with(digits) || (digits.size() >= kShortId && whole.ends_with(digits));
}

Error ambiguous_id(Context const& context, ErrorCode code, std::string const& named, std::string_view kind,
                   std::vector<Candidate> const& candidates, std::vector<std::string> step) {
  std::string items;
  std::string listed;
  std::size_t const told = std::min(candidates.size(), kMostCandidates);
  std::string const over = candidates.size() > told ? "more than " : "";
  for (std::size_t i = 0; i < told; ++i) {
    Candidate const& each = candidates[i];
    if (i < kMostShown)
      listed.append("  ").append(each.id).append("  ").append(visible(each.told)).append("\n");
    items.append(i == 0 ? "" : ",").append(each.document);
  }
  if (told > kMostShown) listed.append("  and " + over + std::to_string(told - kMostShown) + " more\n");
  context.terminal.err(listed);
  Error error;
  error.code = code;
  error.message = named + " is part of the ids of " + over + std::to_string(told) + " " + std::string{kind} +
                  ": name one by its end, or by all of it";
  error.context.text = with_member("{}", "items", "[" + items + "]");
  error.next_step = std::move(step);
  return error;
}

}  // namespace agenta::cli
