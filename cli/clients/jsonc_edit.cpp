#include "cli/clients/jsonc_edit.hpp"

#include <algorithm>

#include "cli/clients/jsonc_scan.hpp"
#include "cli/clients/text_place.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

// Taking an entry out again must know whether the object around it was there before. It is told by what
// stands between the bracket and the entry: an object that was empty gets the entry right behind its `{`; one
// that is made here has a blank or a line's end there.
namespace agenta::cli {
namespace {

using protocol::write_string;

std::string_view slice(std::string_view text, std::size_t begin, std::size_t end) {
  return text.substr(begin, end - begin);
}

bool is_blank(std::string_view text) { return trim(text).empty(); }

/// How a text is laid out.
struct Layout {
  std::string indent{"  "};
  std::string_view line_end{"\n"};
  bool is_compact = false;
};

Layout layout_of(std::string_view text, JsoncObject const& root) {
  Layout layout;
  layout.line_end = line_end_of(text);
  if (root.members.empty()) return layout;
  std::size_t const first = root.members.front().begin;
  layout.is_compact = slice(text, root.open, root.close).find('\n') == std::string_view::npos;
  std::string_view const lead = slice(text, line_begin(text, first), first);
  if (!lead.empty() && is_blank(lead)) layout.indent = lead;
  return layout;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string many;
  for (std::size_t i = 0; i < times; ++i) many += text;
  return many;
}

std::string member_text(std::string_view name, std::string_view value, Layout const& layout,
                        std::string_view line_start) {
  if (layout.is_compact) return write_string(name) + ":" + std::string{value};
  return write_string(name) + ": " + lay_json_out(value, layout.indent, line_start, layout.line_end);
}

/// Behind the last thing that is not blank before an object's `}`: its last comment, or its last comma or
/// value.
std::size_t end_of_content(std::string_view text, JsoncObject const& object) {
  std::string_view const before = text.substr(0, object.close);
  std::size_t const last = before.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos ? 0 : last + 1;
}

/// The text with one more member, the object's last.
std::string with_new_member(std::string_view text, JsoncObject const& object, std::size_t depth,
                            std::string_view name, std::string_view value, Layout layout) {
  if (object.members.empty()) {
    std::string const start = repeated(layout.indent, depth);
    std::size_t const at = object.open + 1;
    return std::string{text.substr(0, at)} + member_text(name, value, layout, start) +
           std::string{text.substr(at)};
  }
  JsoncMember const& last = object.members.back();
  std::size_t const first = object.members.front().begin;
  layout.is_compact = slice(text, object.open, object.close).find('\n') == std::string_view::npos;
  std::string_view const lead = slice(text, line_begin(text, first), first);
  std::string const start = is_blank(lead) ? std::string{lead} : repeated(layout.indent, depth + 1);
  std::string member = member_text(name, value, layout, start);
  member =
      layout.is_compact ? (last.comma ? " " : "") + member : std::string{layout.line_end} + start + member;
  std::size_t const at = end_of_content(text, object);
  if (last.comma) return std::string{text.substr(0, at)} + member + "," + std::string{text.substr(at)};
  return std::string{text.substr(0, last.end)} + "," + std::string{slice(text, last.end, at)} + member +
         std::string{text.substr(at)};
}

std::string with_value(std::string_view text, JsoncMember const& member, std::string_view value) {
  return std::string{text.substr(0, member.value_begin)} + std::string{value} +
         std::string{text.substr(member.end)};
}

Result<JsoncMember const*> find_member(std::string_view text, JsoncObject const& object,
                                       std::string_view name) {
  JsoncMember const* found = nullptr;
  for (JsoncMember const& member : object.members) {
    if (member.name != name) continue;
    if (found != nullptr) {
      return misread_at(text, member.begin, std::string{name} + " is here a second time; leave one of them");
    }
    found = &member;
  }
  return found;
}

Result<JsoncObject> get_object(std::string_view text, std::size_t at, std::string_view what) {
  auto object = read_jsonc_object(text, at);
  if (!object) return misread_at(text, at, std::string{what} + " is no object here; edit the file");
  return std::move(*object);
}

/// A whole text for the entry, without a line's end behind it.
std::string document_of(JsonEntry const& entry) {
  std::string compact =
      "{" + write_string(entry.container) + ":{" + write_string(entry.name) + ":" + entry.value + "}}";
  return lay_json_out(compact, "  ", "", "\n");
}

/// The text with one member of the entry as it is to be.
Result<std::string> put_member(std::string_view text, JsonEntry const& entry,
                               protocol::JsonMember const& wanted) {
  AGENTA_TRY(auto const root_at, find_jsonc_root(text));
  AGENTA_TRY(auto const root, get_object(text, root_at.value_or(text.size()), "the file"));
  Layout const layout = layout_of(text, root);
  AGENTA_TRY(auto const* container, find_member(text, root, entry.container));
  AGENTA_TRY(auto const servers, get_object(text, container->value_begin, entry.container));
  AGENTA_TRY(auto const* ours, find_member(text, servers, entry.name));
  AGENTA_TRY(auto const object, get_object(text, ours->value_begin, entry.name));
  AGENTA_TRY(auto const* member, find_member(text, object, wanted.name));
  if (member == nullptr) return with_new_member(text, object, 3, wanted.name, wanted.value, layout);
  if (plain_json(slice(text, member->value_begin, member->end)) == plain_json(wanted.value)) {
    return std::string{text};
  }
  std::string_view const lead = slice(text, line_begin(text, member->begin), member->begin);
  bool const is_compact = slice(text, object.open, object.close).find('\n') == std::string_view::npos;
  return with_value(text, *member,
                    is_compact ? std::string{wanted.value}
                               : lay_json_out(wanted.value, layout.indent,
                                              is_blank(lead) ? lead : std::string_view{}, layout.line_end));
}

/// Whether the entry has every member as it is to be.
Result<bool> says_all(std::string_view text, JsoncObject const& object, JsonEntry const& entry) {
  auto const members = protocol::members_of(entry.value).value_or(std::vector<protocol::JsonMember>{});
  for (protocol::JsonMember const& wanted : members) {
    AGENTA_TRY(auto const* member, find_member(text, object, wanted.name));
    if (member == nullptr ||
        plain_json(slice(text, member->value_begin, member->end)) != plain_json(wanted.value))
      return false;
  }
  return true;
}

Result<std::string> update_entry(std::string text, JsonEntry const& entry) {
  auto const members = protocol::members_of(entry.value).value_or(std::vector<protocol::JsonMember>{});
  for (protocol::JsonMember const& wanted : members) {
    AGENTA_TRY(text, put_member(text, entry, wanted));
  }
  return text;
}

/// The text without the member, and without what parted it from its neighbour.
std::string without_member(std::string_view text, JsoncObject const& object, JsoncMember const& member) {
  bool const is_last = &member == &object.members.back();
  bool const is_first = &member == &object.members.front();
  std::size_t const blank = text.substr(0, member.begin).find_last_not_of(" \t\r\n");
  std::size_t const begin = blank == std::string_view::npos ? 0 : blank + 1;
  std::size_t const end = member.comma ? *member.comma + 1 : member.end;
  std::string rest{text.substr(end)};
  if (is_last && !is_first && !member.comma) {
    std::size_t const comma = (&member - 1)->comma.value_or(begin);
    return std::string{text.substr(0, comma)} + std::string{slice(text, comma + 1, begin)} + rest;
  }
  return std::string{text.substr(0, begin)} + rest;
}

/// Whether the object has this member alone and was made for it.
bool is_made_for(std::string_view text, JsoncObject const& object, JsoncMember const& member) {
  std::string_view const before = slice(text, object.open + 1, member.begin);
  std::size_t const end = member.comma ? *member.comma + 1 : member.end;
  return object.members.size() == 1 && !before.empty() && is_blank(before) &&
         is_blank(slice(text, end, object.close));
}

}  // namespace

std::string lay_json_out(std::string_view compact, std::string_view indent, std::string_view line_start,
                         std::string_view line_end) {
  std::string const inner = std::string{line_start} + std::string{indent};
  auto const members = protocol::members_of(compact);
  if (members && !members->empty()) {
    std::string lines;
    for (protocol::JsonMember const& member : *members) {
      lines.append(lines.empty() ? "" : ",").append(line_end).append(inner).append(write_string(member.name));
      lines.append(": ").append(lay_json_out(member.value, indent, inner, line_end));
    }
    return "{" + lines + std::string{line_end} + std::string{line_start} + "}";
  }
  auto const elements = protocol::elements_of(compact);
  if (!elements || elements->empty()) return std::string{compact};
  std::string line;
  for (std::string_view const element : *elements) {
    line.append(line.empty() ? "" : ", ").append(element);
  }
  return "[" + line + "]";
}

Result<std::string> put_json_entry(std::optional<std::string_view> text, JsonEntry const& entry) {
  if (!text) return document_of(entry) + "\n";
  AGENTA_TRY(auto const root_at, find_jsonc_root(*text));
  // What is blank has no line's end behind it afterwards: so it is known again.
  if (!root_at) {
    std::string_view const end = line_end_of(*text);
    bool const is_in_comment =
        trim(slice(*text, line_begin(*text, text->size()), text->size())).starts_with("//");
    return std::string{*text} + (is_in_comment ? std::string{end} : "") +
           with_line_ends(document_of(entry), end);
  }
  AGENTA_TRY(auto const root, get_object(*text, *root_at, "the file"));
  Layout const layout = layout_of(*text, root);
  AGENTA_TRY(auto const* container, find_member(*text, root, entry.container));
  if (container == nullptr) {
    if (layout.is_compact) {
      std::string const made = "{ " + write_string(entry.name) + ":" + entry.value + "}";
      return with_new_member(*text, root, 0, entry.container, made, layout);
    }
    std::string const made = "{" + write_string(entry.name) + ":" + entry.value + "}";
    return with_new_member(*text, root, 0, entry.container, made, layout);
  }
  AGENTA_TRY(auto const servers, get_object(*text, container->value_begin, entry.container));
  AGENTA_TRY(auto const* ours, find_member(*text, servers, entry.name));
  if (ours == nullptr) return with_new_member(*text, servers, 1, entry.name, entry.value, layout);
  AGENTA_TRY(auto const object, get_object(*text, ours->value_begin, entry.name));
  AGENTA_TRY(bool const is_there, says_all(*text, object, entry));
  if (is_there) return std::string{*text};
  return update_entry(std::string{*text}, entry);
}

Result<std::optional<std::string>> find_json_entry(std::string_view text, std::string_view container_name,
                                                   std::string_view name) {
  std::optional<std::string> const none;
  AGENTA_TRY(auto const root_at, find_jsonc_root(text));
  if (!root_at) return none;
  AGENTA_TRY(auto const root, get_object(text, *root_at, "the file"));
  AGENTA_TRY(auto const* container, find_member(text, root, container_name));
  if (container == nullptr) return none;
  AGENTA_TRY(auto const servers, get_object(text, container->value_begin, container_name));
  AGENTA_TRY(auto const* entry, find_member(text, servers, name));
  if (entry == nullptr) return none;
  AGENTA_CHECK(get_object(text, entry->value_begin, name));
  return std::optional{plain_json(slice(text, entry->value_begin, entry->end))};
}

Result<std::optional<std::string>> drop_json_entry(std::string_view text, std::string_view container_name,
                                                   std::string_view name) {
  auto const same = std::optional{std::string{text}};
  AGENTA_TRY(auto const root_at, find_jsonc_root(text));
  if (!root_at) return same;
  AGENTA_TRY(auto const root, get_object(text, *root_at, "the file"));
  AGENTA_TRY(auto const* container, find_member(text, root, container_name));
  if (container == nullptr) return same;
  AGENTA_TRY(auto const servers, get_object(text, container->value_begin, container_name));
  AGENTA_TRY(auto const* ours, find_member(text, servers, name));
  if (ours == nullptr) return same;
  if (!is_made_for(text, servers, *ours)) return std::optional{without_member(text, servers, *ours)};
  if (!is_made_for(text, root, *container)) return std::optional{without_member(text, root, *container)};
  std::string_view const before = text.substr(0, root.open);
  std::string_view const after = text.substr(root.close + 1);
  if (before.empty() && is_blank(after) && !after.empty()) return std::optional<std::string>{};
  if (after.empty()) return std::optional{std::string{before}};
  return std::optional{without_member(text, root, *container)};
}

}  // namespace agenta::cli
