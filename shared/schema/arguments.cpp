#include "shared/schema/arguments.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::schema {
namespace {

/// One argument as typed, split into its parts.
struct Item {
  std::vector<std::string> path{};  ///< names, outermost first
  std::string shown{};              ///< `a.b=…`: never the value
  bool is_json = false;
  std::string value{};
};

/// What the arguments hold at one place.
struct Slot {
  enum class Kind { json, texts, object };
  Kind kind = Kind::json;
  std::string json{};
  std::vector<std::string> texts{};  ///< one, or those of a repeated name
  std::vector<std::pair<std::string, Slot>> members{};
  std::string origin{};  ///< who put it here, for errors; of `data` while `from_data`
  bool from_data = false;

  Slot* find(std::string const& name) {
    auto const found = std::ranges::find(members, name, &std::pair<std::string, Slot>::first);
    return found == members.end() ? nullptr : &found->second;
  }
};

unexpected<Error> refuse(std::string message) {
  return agenta::fail(ErrorCode::usage, std::move(message), {"agenta-tools", "execute", "--help"});
}

bool is_utf8(std::string_view text) { return protocol::read_string(protocol::write_string(text)) == text; }

/// Where the name ends: the first `=` that no backslash stands before. The name's parts, unescaped, go to
/// `path`.
Result<Item> parse_item(std::string const& text) {
  Item item;
  item.path.emplace_back();
  std::size_t at = 0;
  bool colon = false;  // a bare colon stands just before
  for (; at < text.size() && text[at] != '='; ++at) {
    char const c = text[at];
    colon = c == ':';
    if (c == '\\' && at + 1 < text.size() &&
        std::string_view{".=:\\"}.find(text[at + 1]) != std::string_view::npos) {
      item.path.back() += text[++at];
    } else if (c == '.') {
      item.path.emplace_back();
    } else {
      item.path.back() += c;
    }
  }
  if (at == text.size()) {
    return refuse("an argument is written name=value or name:=JSON; this one has no '='");
  }
  constexpr std::size_t kDeepest = 64;
  if (item.path.size() > kDeepest)
    return refuse("the name of an argument is over " + std::to_string(kDeepest) + " levels deep");
  item.is_json = colon;
  if (colon) item.path.back().pop_back();
  item.shown = text.substr(0, at + 1) + "…";
  item.value = text.substr(at + 1);
  if (std::ranges::any_of(item.path, &std::string::empty))
    return refuse("the argument " + item.shown + " has an empty name");
  return item;
}

Result<void> load_value(Item& item, ReadFile const& read_file) {
  if (item.value.starts_with("@@") && !item.is_json) {
    item.value.erase(0, 1);
  } else if (item.value.starts_with('@')) {
    auto content = read_file(item.value.substr(1));
    if (!content) {
      Error error = std::move(content).error();
      error.message = "the argument " + item.shown + ": " + error.message;
      if (!item.is_json) error.message += " (write @@ for a text that starts with @)";
      return agenta::fail(std::move(error));
    }
    item.value = std::move(content).value();
  }
  if (item.is_json && !protocol::is_json(item.value)) {
    return refuse("the value of " + item.shown + " is not valid JSON (text is given with = instead of :=)");
  }
  if (!is_utf8(item.value)) return refuse("the value of " + item.shown + " is not UTF-8 text");
  if (item.is_json) item.value = std::string{trim(item.value)};
  return {};
}

unexpected<Error> contradiction(std::string const& one, std::string const& other) {
  return refuse("the arguments " + one + " and " + other + " contradict each other");
}

/// Makes members of the object that `data` has here; nothing where it has something else.
bool expand(Slot& slot) {
  if (slot.kind == Slot::Kind::object) return true;
  if (slot.kind != Slot::Kind::json) return false;
  auto const members = protocol::members_of(slot.json);
  if (!members || !slot.from_data) return false;
  for (auto const& [name, value] : *members) {
    Slot member;
    member.json = value;
    member.origin = name + " in -d";
    member.from_data = true;
    if (Slot* const twin = slot.find(name)) {
      *twin = std::move(member);  // the last of equal names wins, as for every reader
    } else {
      slot.members.emplace_back(name, std::move(member));
    }
  }
  slot.kind = Slot::Kind::object;
  slot.json.clear();
  return true;
}

Result<void> fill(Slot& slot, bool is_new, Item& item) {
  if (!is_new && !slot.from_data) {
    bool const repeats = slot.kind == Slot::Kind::texts && !item.is_json;
    if (!repeats) return contradiction(slot.origin, item.shown);
    slot.texts.push_back(std::move(item.value));
    return {};
  }
  slot = Slot{};
  slot.origin = item.shown;
  if (item.is_json) {
    slot.json = std::move(item.value);
  } else {
    slot.kind = Slot::Kind::texts;
    slot.texts.push_back(std::move(item.value));
  }
  return {};
}

Result<void> place(Slot& root, Item& item) {
  Slot* at = &root;
  bool is_new = false;
  for (std::string const& name : item.path) {
    if (is_new) {
      at->kind = Slot::Kind::object;
      at->origin = item.shown;
    } else if (!expand(*at)) {
      return contradiction(at->origin, item.shown);
    }
    if (std::exchange(at->from_data, false))
      at->origin = item.shown;  // its own member now: no longer replaced whole
    Slot* const member = at->find(name);
    is_new = member == nullptr;
    at = is_new ? &at->members.emplace_back(name, Slot{}).second : member;
  }
  return fill(*at, is_new, item);
}

void write(Slot const& slot, std::string const& path, Arguments& out) {
  std::string& json = out.json.text;
  auto const text = [&](std::string const& value, std::string where) {
    json += protocol::write_string(value);
    out.text_paths.push_back(std::move(where));
  };
  if (slot.kind == Slot::Kind::json) {
    json += slot.json;
  } else if (slot.kind == Slot::Kind::object) {
    json += '{';
    for (auto const& [name, member] : slot.members) {
      if (&member != &slot.members.front().second) json += ',';
      json += protocol::write_string(name) + ":";
      write(member, path + "/" + replace_all(replace_all(name, "~", "~0"), "/", "~1"), out);
    }
    json += '}';
  } else if (slot.texts.size() == 1) {
    text(slot.texts.front(), path);
  } else {
    for (std::size_t i = 0; i < slot.texts.size(); ++i) {
      json += i == 0 ? '[' : ',';
      text(slot.texts[i], path + "/" + std::to_string(i));
    }
    json += ']';
  }
}

}  // namespace

Result<Arguments> build_arguments(std::vector<std::string> const& items,
                                  std::optional<std::string> const& data, ReadFile const& read_file) {
  Slot root;
  root.kind = Slot::Kind::object;
  if (data) {
    if (!protocol::is_json(*data))
      return refuse("what -d gives is not valid JSON (a file of it is given as -d @FILE)");
    if (!trim(*data).starts_with('{')) return refuse("what -d gives is not a JSON object");
    root.kind = Slot::Kind::json;
    root.json = std::string{trim(*data)};
    root.origin = "-d";
    root.from_data = true;
  }
  for (std::string const& text : items) {
    AGENTA_TRY(Item item, parse_item(text));
    AGENTA_CHECK(load_value(item, read_file));
    AGENTA_CHECK(place(root, item));
  }
  Arguments arguments;
  arguments.json.text.clear();
  write(root, "", arguments);
  return arguments;
}

}  // namespace agenta::schema
