#include "cli/clients/toml_edit.hpp"

#include <algorithm>

#include "cli/clients/text_place.hpp"
#include "cli/clients/toml_scan.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::cli {
namespace {

using Kind = TomlStatement::Kind;
using Path = std::vector<std::string>;
using Statements = std::vector<TomlStatement>;

constexpr std::string_view kApprovals = "tools";
constexpr std::string_view kVariables = "env";
constexpr std::string_view kApprove = "{ approval_mode = \"approve\" }";

bool begins_with(Path const& path, Path const& beginning) {
  return path.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), path.begin());
}

std::string header_of(Path const& path) {
  std::vector<std::string> keys;
  for (std::string const& key : path) keys.push_back(write_toml_key(key));
  return "[" + join(keys, ".") + "]\n";
}

std::string approval_line(std::string const& tool) {
  return write_toml_key(tool) + " = " + std::string{kApprove} + "\n";
}

bool is_plain_approval(std::string_view text, TomlStatement const& pair) {
  std::string_view const value = text.substr(pair.value_begin, pair.value_end - pair.value_begin);
  return plain_toml(value) == plain_toml(kApprove);
}

/// The index of the table's header.
std::optional<std::size_t> find_table(Statements const& all, Path const& path) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].kind == Kind::table && all[i].path == path) return i;
  }
  return std::nullopt;
}

/// Behind the last line of what stands in the table.
std::size_t end_of_table(Statements const& all, std::size_t header) {
  std::size_t end = all[header].end;
  for (std::size_t i = header + 1; i < all.size() && all[i].kind == Kind::pair; ++i) end = all[i].end;
  return end;
}

/// What is there a second time: a table of the entry, or a key of one.
Result<void> check_once(std::string_view text, Statements const& all, Path const& entry) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    TomlStatement const& each = all[i];
    if (each.kind == Kind::array_of_tables || !begins_with(each.path, entry)) continue;
    bool const is_again = std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i),
                                      [&](TomlStatement const& before) {
                                        return before.kind == each.kind && before.path == each.path &&
                                               (each.kind == Kind::table || before.table == each.table);
                                      });
    if (is_again)
      return misread_at(text, each.begin, join(each.path, ".") + " is here a second time; leave one of them");
  }
  return {};
}

/// Refuses what these edits would not understand: the entry, or what holds it, as a value, or twice.
Result<void> check_form(std::string_view text, Statements const& all, Path const& entry) {
  AGENTA_CHECK(check_once(text, all, entry));
  for (TomlStatement const& each : all) {
    bool const is_value = each.kind == Kind::pair && begins_with(entry, each.path);
    bool const is_array = each.kind == Kind::array_of_tables && begins_with(entry, each.path);
    bool const is_dotted = each.kind == Kind::pair && begins_with(each.path, entry) &&
                           each.path.size() - each.key_count < entry.size();
    if (!is_value && !is_array && !is_dotted) continue;
    return misread_at(text, each.begin,
                      join(each.path, ".") +
                          " stands here in a form that only a person can change; edit the "
                          "file");
  }
  return {};
}

std::string with_pair(std::string text, Path const& table, std::string const& key, std::string const& value,
                      Statements const& all) {
  std::size_t const header = *find_table(all, table);
  Path path = table;
  path.push_back(key);
  for (TomlStatement const& each : all) {
    if (each.kind != Kind::pair || each.path != path) continue;
    std::size_t const size = each.value_end - each.value_begin;
    if (plain_toml(std::string_view{text}.substr(each.value_begin, size)) == plain_toml(value)) return text;
    return text.replace(each.value_begin, size, value);
  }
  return put_block(text, end_of_table(all, header), key + " = " + value + "\n");
}

/// Where a block begins with the empty line that parts it from what is above.
std::size_t with_empty_line(std::string_view text, std::size_t begin) {
  if (begin == 0) return begin;
  std::size_t const above = line_begin(text, begin - 1);
  bool const is_empty = trim(text.substr(above, begin - above)).empty();
  return is_empty ? std::max(above, mark_size(text)) : begin;
}

/// The text with the approvals that the entry wants, and without plain ones that it does not.
Result<std::string> put_approvals(std::string text, TomlEntry const& entry) {
  Path const table{entry.container, entry.name, std::string{kApprovals}};
  AGENTA_TRY(auto all, scan_toml(text));
  for (TomlStatement const& each : all) {
    bool const is_value = each.kind == Kind::pair && each.path == table;
    if (is_value && !entry.approved.empty()) {
      return misread_at(text, each.begin, "tools stands here as a value; make it a table, or take it out");
    }
  }
  for (std::size_t i = all.size(); i-- > 0;) {
    TomlStatement const& each = all[i];
    bool const is_ours = each.kind == Kind::pair && each.key_count == 1 &&
                         each.path.size() == table.size() + 1 && begins_with(each.path, table) &&
                         is_plain_approval(text, each);
    if (is_ours && std::ranges::find(entry.approved, each.path.back()) == entry.approved.end()) {
      text = cut_block(text, each.begin, each.end);
    }
  }
  AGENTA_TRY(all, scan_toml(text));
  std::string lines;
  for (std::string const& tool : entry.approved) {
    Path path = table;
    path.push_back(tool);
    bool const is_there =
        std::ranges::any_of(all, [&](TomlStatement const& each) { return begins_with(each.path, path); });
    if (!is_there) lines += approval_line(tool);
  }
  auto const header = find_table(all, table);
  if (header && !lines.empty()) return put_block(text, end_of_table(all, *header), lines);
  if (header && end_of_table(all, *header) == all[*header].end) {
    return cut_block(text, with_empty_line(text, all[*header].begin), all[*header].end);
  }
  if (lines.empty()) return text;
  std::size_t const main = *find_table(all, {entry.container, entry.name});
  return put_block(text, end_of_table(all, main), "\n" + header_of(table) + lines);
}

/// Where a table of variables begins that is not there yet: behind the entry's own, and its approvals.
std::size_t end_of_entry(Statements const& all, TomlEntry const& entry) {
  Path const table{entry.container, entry.name};
  Path const approvals{entry.container, entry.name, std::string{kApprovals}};
  auto const last = find_table(all, approvals);
  return end_of_table(all, last ? *last : *find_table(all, table));
}

/// The text with one variable, where variables stand already, or in a table of their own.
Result<std::string> put_variable(std::string text, TomlEntry const& entry, std::string const& key,
                                 std::string const& value) {
  Path const table{entry.container, entry.name, std::string{kVariables}};
  AGENTA_TRY(auto const all, scan_toml(text));
  std::string const line = write_toml_key(key) + " = " + value + "\n";
  Path path = table;
  path.push_back(key);
  TomlStatement const* neighbour = nullptr;
  for (TomlStatement const& each : all) {
    if (each.kind != Kind::pair || !begins_with(each.path, table)) continue;
    std::string_view const said =
        std::string_view{text}.substr(each.value_begin, each.value_end - each.value_begin);
    if (each.path == path) {
      if (plain_toml(said) == plain_toml(value)) return text;
      return text.replace(each.value_begin, each.value_end - each.value_begin, value);
    }
    if (each.path == table) {
      if (plain_toml(said).find(plain_toml(line)) != std::string::npos) return text;
      return misread_at(
          text, each.begin,
          "env stands here as a value, and " + key + " belongs in it: make it a table, or put it in");
    }
    neighbour = &each;
  }
  if (auto const header = find_table(all, table)) return put_block(text, end_of_table(all, *header), line);
  if (neighbour != nullptr) return put_block(text, neighbour->end, std::string{kVariables} + "." + line);
  return put_block(text, end_of_entry(all, entry), "\n" + header_of(table) + line);
}

Result<std::string> put_variables(std::string text, TomlEntry const& entry) {
  for (auto const& [key, value] : entry.variables) {
    AGENTA_TRY(text, put_variable(std::move(text), entry, key, value));
  }
  return text;
}

}  // namespace

std::string write_toml_entry(TomlEntry const& entry) {
  std::string lines = header_of({entry.container, entry.name});
  for (auto const& [key, value] : entry.pairs) lines += key + " = " + value + "\n";
  if (!entry.approved.empty()) {
    lines += "\n" + header_of({entry.container, entry.name, std::string{kApprovals}});
    for (std::string const& tool : entry.approved) lines += approval_line(tool);
  }
  if (!entry.variables.empty()) {
    lines += "\n" + header_of({entry.container, entry.name, std::string{kVariables}});
    for (auto const& [key, value] : entry.variables) lines += write_toml_key(key) + " = " + value + "\n";
  }
  return lines;
}

Result<std::string> put_toml_entry(std::optional<std::string_view> text, TomlEntry const& entry) {
  if (!text) return write_toml_entry(entry);
  Path const table{entry.container, entry.name};
  AGENTA_TRY(auto all, scan_toml(*text));
  AGENTA_CHECK(check_form(*text, all, table));
  std::string changed{*text};
  if (!find_table(all, table)) {
    bool const is_empty = text->size() == mark_size(*text);
    TomlEntry main = entry;
    main.approved.clear();
    main.variables.clear();
    changed = put_block(*text, text->size(), (is_empty ? "" : "\n") + write_toml_entry(main));
    AGENTA_TRY(changed, put_approvals(std::move(changed), entry));
    return put_variables(std::move(changed), entry);
  }
  for (auto const& [key, value] : entry.pairs) {
    changed = with_pair(std::move(changed), table, key, value, all);
    AGENTA_TRY(all, scan_toml(changed));
  }
  AGENTA_TRY(changed, put_approvals(std::move(changed), entry));
  return put_variables(std::move(changed), entry);
}

Result<std::optional<TomlEntry>> find_toml_entry(std::string_view text, std::string_view container,
                                                 std::string_view name) {
  Path const table{std::string{container}, std::string{name}};
  Path approvals = table;
  approvals.emplace_back(kApprovals);
  AGENTA_TRY(auto const all, scan_toml(text));
  AGENTA_CHECK(check_form(text, all, table));
  bool const is_there =
      std::ranges::any_of(all, [&](TomlStatement const& each) { return begins_with(each.path, table); });
  if (!is_there) return std::optional<TomlEntry>{};
  TomlEntry found{.container = table.front(), .name = table.back()};
  for (TomlStatement const& each : all) {
    if (each.kind != Kind::pair || !begins_with(each.path, table)) continue;
    std::string_view const value = text.substr(each.value_begin, each.value_end - each.value_begin);
    if (each.path.size() == table.size() + 1) found.pairs.emplace_back(each.path.back(), plain_toml(value));
    if (each.path.size() == table.size() + 2 && each.path[table.size()] == kVariables)
      found.variables.emplace_back(each.path.back(), plain_toml(value));
    bool const approves = each.key_count == 1 && each.path.size() == approvals.size() + 1 &&
                          begins_with(each.path, approvals) && is_plain_approval(text, each);
    if (approves) found.approved.push_back(each.path.back());
  }
  return std::optional{std::move(found)};
}

Result<std::optional<std::string>> drop_toml_entry(std::string_view text, std::string_view container,
                                                   std::string_view name) {
  Path const table{std::string{container}, std::string{name}};
  AGENTA_TRY(auto const all, scan_toml(text));
  AGENTA_CHECK(check_form(text, all, table));
  std::string changed{text};
  bool is_made = false;
  for (std::size_t i = all.size(); i-- > 0;) {
    if (all[i].kind == Kind::pair || !begins_with(all[i].path, table)) continue;
    std::size_t const begin = with_empty_line(changed, all[i].begin);
    // Taking out what stood behind may have taken this one's line end with it.
    std::size_t const end = std::min(end_of_table(all, i), changed.size());
    is_made = is_made || (end == text.size() && text.ends_with('\n'));
    changed = cut_block(changed, begin, end);
  }
  if (changed.empty() && is_made) return std::optional<std::string>{};
  return std::optional{std::move(changed)};
}

}  // namespace agenta::cli
