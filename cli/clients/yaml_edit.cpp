#include "cli/clients/yaml_edit.hpp"

#include <algorithm>

#include "cli/clients/text_place.hpp"
#include "cli/clients/yaml_check.hpp"
#include "cli/clients/yaml_scan.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

// An `extensions: {}` or an `extensions:` that says nothing gets the entry in flow style on its own line, the
// second with a blank inside the braces: so taking it out again knows what was there before. A container in
// block style that is left without members was made here.
namespace agenta::cli {
namespace {

std::string spaces(std::size_t count) { return std::string(count, ' '); }

std::string_view slice(std::string_view text, std::size_t begin, std::size_t end) {
  return text.substr(begin, end - begin);
}

std::vector<std::string> texts_of(std::string_view json) {
  std::vector<std::string> texts;
  for (std::string_view const each : protocol::elements_of(json).value_or(std::vector<std::string_view>{})) {
    texts.push_back(protocol::read_string(each).value_or(std::string{each}));
  }
  return texts;
}

std::string field_lines(YamlField const& field, std::size_t indent) {
  std::string lines = spaces(indent) + field.key + ":";
  if (!field.json.starts_with('[')) {
    auto const text = protocol::read_string(field.json);
    return lines + " " + (text ? write_yaml_scalar(*text) : field.json) + "\n";
  }
  for (std::string const& each : texts_of(field.json)) {
    lines += "\n" + spaces(indent) + "- " + write_yaml_scalar(each);
  }
  return lines + "\n";
}

std::string entry_lines(YamlEntry const& entry, std::size_t indent, std::size_t step) {
  std::string lines = spaces(indent) + entry.name + ":\n";
  for (YamlField const& field : entry.fields) lines += field_lines(field, indent + step);
  return lines;
}

std::string flow_entry(YamlEntry const& entry) {
  std::string fields;
  for (YamlField const& field : entry.fields) {
    fields.append(fields.empty() ? "" : ", ").append(protocol::write_string(field.key));
    fields.append(": ").append(field.json);
  }
  return protocol::write_string(entry.name) + ": {" + fields + "}";
}

bool says_the_same(std::string_view value, YamlField const& field) {
  if (field.json.starts_with('[')) return read_yaml_texts(value) == texts_of(field.json);
  auto const text = read_yaml_scalar(value);
  return text && *text == protocol::read_string(field.json).value_or(field.json);
}

Result<YamlMember const*> find_member(std::string_view text, YamlMapping const& mapping,
                                      std::string_view key) {
  YamlMember const* found = nullptr;
  for (YamlMember const& member : mapping.members) {
    if (member.key != key) continue;
    if (found != nullptr) {
      return misread_at(text, member.begin, std::string{key} + " is here a second time; leave one of them");
    }
    found = &member;
  }
  return found;
}

std::size_t lines_begin(std::string_view text, YamlMember const& member) {
  return next_line(text, member.line_end - 1);
}

std::string_view own_value(std::string_view text, YamlMember const& member) {
  return trim(slice(text, member.value_begin, member.line_end));
}

/// The mapping in block style that the member is; nothing where it says nothing at all.
Result<std::optional<YamlMapping>> get_block(std::string_view text, YamlMember const& member) {
  if (!own_value(text, member).empty()) {
    return misread_at(text, member.begin,
                      member.key + " stands here in a form that only a person can change; edit the file");
  }
  return read_yaml_mapping(text, lines_begin(text, member), member.end);
}

/// Whether the value is a mapping in flow style that has this entry alone, as it is written here.
bool is_flow_entry(std::string_view value, std::string_view name) {
  if (!value.starts_with('{') || !protocol::is_json(value)) return false;
  auto const members = protocol::members_of(value);
  return members && members->size() == 1 && members->front().name == name;
}

std::string with_value(std::string_view text, YamlMember const& member, std::string_view value) {
  return std::string{text.substr(0, member.value_begin)} + std::string{value} +
         std::string{text.substr(member.line_end)};
}

/// The text with a variable among those that a person gave the entry.
Result<std::string> put_variable(std::string_view text, YamlMember const& variables,
                                 protocol::JsonMember const& wanted) {
  std::string const said = protocol::read_string(wanted.value).value_or("");
  AGENTA_TRY(auto const block, read_yaml_mapping(text, lines_begin(text, variables), variables.end));
  if (!block)
    return with_value(text, variables,
                      " {" + protocol::write_string(wanted.name) + ": " + std::string{wanted.value} + "}");
  AGENTA_TRY(auto const* present, find_member(text, *block, wanted.name));
  std::string const line = spaces(block->indent) + wanted.name + ": " + write_yaml_scalar(said) + "\n";
  if (present == nullptr) return put_block(text, variables.end, line);
  if (read_yaml_scalar(slice(text, present->value_begin, present->end)) == said) return std::string{text};
  std::size_t const begin = present->begin;
  std::string const cut = cut_block(text, begin, present->end);
  return put_block(cut, std::min(begin, cut.size()), line);
}

Result<std::string> put_variables(std::string_view text, YamlMember const& variables,
                                  YamlField const& field) {
  auto const wanted = protocol::members_of(field.json).value_or(std::vector<protocol::JsonMember>{});
  if (wanted.empty()) return std::string{text};
  std::string_view const value = own_value(text, variables);
  if (value.empty()) {
    // One at a time, and found anew by the caller: each moves what is behind it.
    for (protocol::JsonMember const& each : wanted) {
      AGENTA_TRY(auto changed, put_variable(text, variables, each));
      if (changed != text) return changed;
    }
    return std::string{text};
  }
  if (!value.starts_with('{') || !protocol::is_json(value)) {
    return misread_at(text, variables.begin,
                      variables.key + " stands here in a form that only a person can change; edit the file");
  }
  bool const says_all = std::ranges::all_of(wanted, [&](protocol::JsonMember const& each) {
    return protocol::find_member(value, each.name) == each.value;
  });
  if (says_all) return std::string{text};
  std::string members;
  auto const add = [&](std::string_view name, std::string_view json) {
    members.append(members.empty() ? "" : ", ").append(protocol::write_string(name));
    members.append(": ").append(json);
  };
  for (protocol::JsonMember const& each :
       protocol::members_of(value).value_or(std::vector<protocol::JsonMember>{})) {
    auto const ours = std::ranges::find(wanted, each.name, &protocol::JsonMember::name);
    add(each.name, ours == wanted.end() ? each.value : ours->value);
  }
  for (protocol::JsonMember const& each : wanted) {
    if (!protocol::find_member(value, each.name)) add(each.name, each.value);
  }
  return with_value(text, variables, " {" + members + "}");
}

/// The entry's fields as they are to be, one after the other: each changes where the next ones stand.
Result<std::string> update_entry(std::string text, YamlEntry const& entry) {
  for (YamlField const& field : entry.fields) {
    AGENTA_TRY(auto const root, read_yaml_mapping(text, mark_size(text), text.size()));
    AGENTA_TRY(auto const* container, find_member(text, *root, entry.container));
    AGENTA_TRY(auto const block, get_block(text, *container));
    AGENTA_TRY(auto const* ours, find_member(text, *block, entry.name));
    AGENTA_TRY(auto const fields, get_block(text, *ours));
    if (!fields) return misread_at(text, ours->begin, entry.name + " says nothing here; take the line out");
    AGENTA_TRY(auto const* present, find_member(text, *fields, field.key));
    std::string const lines = field_lines(field, fields->indent);
    if (present == nullptr) {
      text = put_block(text, ours->end, lines);
    } else if (field.present == YamlField::Present::merged) {
      AGENTA_TRY(auto changed, put_variables(text, *present, field));
      if (changed == text) continue;
      text = std::move(changed);
      return update_entry(std::move(text), entry);
    } else if (field.present == YamlField::Present::mended &&
               !says_the_same(slice(text, present->value_begin, present->end), field)) {
      std::size_t const begin = present->begin;
      text = put_block(cut_block(text, begin, present->end), std::min(begin, text.size()), lines);
    }
  }
  return text;
}

Result<std::string> put_in_line(std::string_view text, YamlMember const& container, YamlEntry const& entry) {
  std::string_view const value = own_value(text, container);
  std::string const flow = flow_entry(entry);
  if (value.empty()) return with_value(text, container, " { " + flow + " }");
  if (value == "{}") return with_value(text, container, " {" + flow + "}");
  if (!is_flow_entry(value, entry.name)) {
    return misread_at(text, container.begin,
                      container.key + " stands here in a form that only a person can change; edit the file");
  }
  bool const said_nothing = value.starts_with("{ ");
  return with_value(text, container, said_nothing ? " { " + flow + " }" : " {" + flow + "}");
}

std::string whole_entry(YamlEntry const& entry) { return entry.container + ":\n" + entry_lines(entry, 2, 2); }

Result<std::string> put_entry(std::string_view text, YamlEntry const& entry) {
  AGENTA_TRY(auto const root, read_yaml_mapping(text, mark_size(text), text.size()));
  if (!root) return put_block(text, text.size(), whole_entry(entry));
  if (root->indent != 0)
    return misread_at(text, root->members.front().begin, "the root is indented; edit the file");
  AGENTA_TRY(auto const* container, find_member(text, *root, entry.container));
  if (container == nullptr) return put_block(text, text.size(), whole_entry(entry));
  bool const has_no_lines = trim(slice(text, lines_begin(text, *container), container->end)).empty();
  if (!own_value(text, *container).empty() || has_no_lines) return put_in_line(text, *container, entry);
  AGENTA_TRY(auto const block, get_block(text, *container));
  if (!block) return put_in_line(text, *container, entry);
  AGENTA_TRY(auto const* ours, find_member(text, *block, entry.name));
  if (ours != nullptr) return update_entry(std::string{text}, entry);
  return put_block(text, container->end,
                   entry_lines(entry, block->indent, std::max<std::size_t>(block->indent, 2)));
}

using Texts = std::vector<std::pair<std::string, std::string>>;

/// The variables of an object in JSON, as far as they are texts.
Texts variables_in_flow(std::string_view json) {
  Texts found;
  if (!json.starts_with('{')) return found;
  for (protocol::JsonMember const& each :
       protocol::members_of(json).value_or(std::vector<protocol::JsonMember>{})) {
    if (auto text = protocol::read_string(each.value)) found.emplace_back(each.name, std::move(*text));
  }
  return found;
}

YamlServer server_in_flow(std::string_view value) {
  auto const members = protocol::members_of(value);
  YamlServer server;
  std::string_view const entry = members ? members->front().value : std::string_view{};
  if (!entry.starts_with('{')) return server;
  server.variables = variables_in_flow(protocol::find_member(entry, "envs").value_or(""));
  auto const program = protocol::read_string(protocol::find_member(entry, "cmd").value_or(""));
  if (!program) return server;
  server.command.push_back(*program);
  std::string_view const args = protocol::find_member(entry, "args").value_or("[]");
  if (!args.starts_with('[')) return server;
  for (std::string& each : texts_of(args)) server.command.push_back(std::move(each));
  return server;
}

Result<Texts> read_variables(std::string_view text, YamlMember const& member) {
  std::string_view const value = own_value(text, member);
  if (!value.empty()) return protocol::is_json(value) ? variables_in_flow(value) : Texts{};
  Texts found;
  AGENTA_TRY(auto const block, read_yaml_mapping(text, lines_begin(text, member), member.end));
  if (!block) return found;
  for (YamlMember const& each : block->members) {
    if (auto said = read_yaml_scalar(slice(text, each.value_begin, each.end)))
      found.emplace_back(each.key, std::move(*said));
  }
  return found;
}

Result<YamlServer> read_server(std::string_view text, YamlMember const& ours) {
  YamlServer server;
  // One in flow style, or one that says nothing, is not as it is written here.
  if (!own_value(text, ours).empty()) return server;
  AGENTA_TRY(auto const fields, get_block(text, ours));
  if (!fields) return server;
  AGENTA_TRY(auto const* variables, find_member(text, *fields, "envs"));
  if (variables != nullptr) {
    AGENTA_TRY(server.variables, read_variables(text, *variables));
  }
  AGENTA_TRY(auto const* program, find_member(text, *fields, "cmd"));
  auto const read =
      program ? read_yaml_scalar(slice(text, program->value_begin, program->end)) : std::nullopt;
  if (!read) return server;
  server.command.push_back(*read);
  AGENTA_TRY(auto const* args, find_member(text, *fields, "args"));
  auto rest = args ? read_yaml_texts(slice(text, args->value_begin, args->end)) : std::nullopt;
  if (rest) server.command.insert(server.command.end(), rest->begin(), rest->end());
  return server;
}

Result<std::optional<YamlServer>> find_server(std::string_view text, std::string_view container_name,
                                              std::string_view name) {
  std::optional<YamlServer> const none;
  AGENTA_TRY(auto const root, read_yaml_mapping(text, mark_size(text), text.size()));
  if (!root) return none;
  AGENTA_TRY(auto const* container, find_member(text, *root, container_name));
  if (container == nullptr) return none;
  std::string_view const value = own_value(text, *container);
  if (is_flow_entry(value, name)) return std::optional{server_in_flow(value)};
  if (value.empty() && trim(slice(text, lines_begin(text, *container), container->end)).empty()) return none;
  if (value == "{}") return none;
  AGENTA_TRY(auto const block, get_block(text, *container));
  if (!block) return none;
  AGENTA_TRY(auto const* ours, find_member(text, *block, name));
  if (ours == nullptr) return none;
  AGENTA_TRY(auto server, read_server(text, *ours));
  return std::optional{std::move(server)};
}

Result<std::optional<std::string>> drop_entry(std::string_view text, std::string_view container_name,
                                              std::string_view name) {
  auto const same = std::optional{std::string{text}};
  AGENTA_TRY(auto const root, read_yaml_mapping(text, mark_size(text), text.size()));
  if (!root) return same;
  AGENTA_TRY(auto const* container, find_member(text, *root, container_name));
  if (container == nullptr) return same;
  std::string_view const value = own_value(text, *container);
  if (is_flow_entry(value, name)) {
    return std::optional{with_value(text, *container, value.starts_with("{ ") ? "" : " {}")};
  }
  if (value.empty() && trim(slice(text, lines_begin(text, *container), container->end)).empty()) return same;
  if (value == "{}") return same;
  AGENTA_TRY(auto const block, get_block(text, *container));
  if (!block) return same;
  AGENTA_TRY(auto const* ours, find_member(text, *block, name));
  if (ours == nullptr) return same;
  bool const is_alone = block->members.size() == 1 && ours->begin == lines_begin(text, *container) &&
                        container->end == ours->end;
  std::size_t const begin = is_alone ? container->begin : ours->begin;
  std::string changed = cut_block(text, begin, ours->end);
  if (changed.empty() && text.ends_with('\n')) return std::optional<std::string>{};
  return std::optional{std::move(changed)};
}

/// An answer about a text that is YAML as a whole. Where it is not, and no edit met the place, that is said.
template <class T>
Result<T> judged(std::string_view text, Result<T> done) {
  if (!done) return done;
  AGENTA_CHECK(check_yaml(text));
  return done;
}

/// What is about to be written is read once more: a file that was good stays so.
Result<void> check_written(std::string_view before, std::string_view after) {
  if (check_yaml(after)) return {};
  return misread_at(before, before.size(),
                    "the entry cannot be put here or taken out; edit the file by hand");
}

}  // namespace

std::string write_yaml_entry(YamlEntry const& entry) { return whole_entry(entry); }

Result<std::string> put_yaml_entry(std::optional<std::string_view> text, YamlEntry const& entry) {
  if (!text) return whole_entry(entry);
  AGENTA_TRY(auto changed, judged(*text, put_entry(*text, entry)));
  AGENTA_CHECK(check_written(*text, changed));
  return changed;
}

Result<std::optional<YamlServer>> find_yaml_server(std::string_view text, std::string_view container,
                                                   std::string_view name) {
  return judged(text, find_server(text, container, name));
}

Result<std::optional<std::string>> drop_yaml_entry(std::string_view text, std::string_view container,
                                                   std::string_view name) {
  AGENTA_TRY(auto changed, judged(text, drop_entry(text, container, name)));
  if (changed) {
    AGENTA_CHECK(check_written(text, *changed));
  }
  return changed;
}

}  // namespace agenta::cli
