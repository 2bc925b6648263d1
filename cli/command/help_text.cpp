#include "cli/command/help_text.hpp"

#include <algorithm>
#include <array>

#include "cli/terminal/width.hpp"
#include "cli/terminal/wrap.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using protocol::write_string;

constexpr std::array kAliases{Alias{"exec", "execute"}, Alias{"toolkits", "integrations"}};
constexpr int kHelpWidth = 80;
constexpr std::string_view kOpening =
    "agenta-tools connects accounts of services and runs their tools.\n\n"
    "Usage: agenta-tools COMMAND [arguments] [flags]\n";

std::string name_of(Command const& command) {
  return std::string{command.noun} + (command.verb.empty() ? "" : " " + std::string{command.verb});
}

std::string row(std::string const& left, std::string const& right, int width) {
  if (display_width(left) > width) return "  " + left + "\n" + wrapped(right, width + 4, kHelpWidth);
  std::string const text = wrapped(right, width + 4, kHelpWidth);
  return "  " + pad_width(left, width) + "  " +
         (text.empty() ? "\n" : text.substr(static_cast<std::size_t>(width) + 4));
}

std::string left_of(Entry const& entry) {
  if (entry.kind == Entry::Kind::argument) return entry.names + (entry.is_repeated ? "…" : "");
  return replace_all(entry.names, ",", ", ") + (entry.placeholder.empty() ? "" : " " + entry.placeholder);
}

/// What has no help is for tests, and nobody is told of it.
bool is_untold(Entry const& entry) { return entry.help.empty(); }

std::string entry_rows(std::deque<Entry> const& entries, Entry::Kind kind, std::string_view title) {
  constexpr int kWidth = 26;
  std::string out;
  for (Entry const& entry : entries) {
    if (entry.kind == kind && !is_untold(entry)) out += row(left_of(entry), entry.help, kWidth);
  }
  return out.empty() ? out : "\n" + std::string{title} + "\n" + out;
}

std::string usage_line(Command const& command, Syntax const& syntax) {
  std::string line = "agenta-tools " + name_of(command);
  bool has_flags = false;
  for (Entry const& entry : syntax.entries()) {
    if (entry.kind == Entry::Kind::flag) {
      has_flags = true;
    } else if (entry.is_required) {
      line += " " + entry.names + (entry.is_repeated ? "…" : "");
    } else {
      line += " [" + entry.names + "]" + (entry.is_repeated ? "…" : "");
    }
  }
  return line + (has_flags ? " [flags]" : "");
}

std::string encode(Entry const& entry) {
  std::string names;
  for (std::string const& name : entry.each_name())
    names.append(names.empty() ? "" : ",").append(write_string(name));
  std::string out =
      with_member("{}", "kind", entry.kind == Entry::Kind::argument ? "\"argument\"" : "\"flag\"");
  out = with_member(out, "names", "[" + names + "]");
  out = with_member(out, "value", entry.placeholder.empty() ? "null" : write_string(entry.placeholder));
  out = with_member(out, "help", write_string(entry.help));
  out = with_member(out, "required", entry.is_required ? "true" : "false");
  return with_member(out, "repeated", entry.is_repeated ? "true" : "false");
}

std::string encode(std::deque<Entry> const& entries) {
  std::string out;
  for (Entry const& entry : entries) {
    if (!is_untold(entry)) out.append(out.empty() ? "" : ",").append(encode(entry));
  }
  return "[" + out + "]";
}

std::string encode(std::vector<std::string> const& texts) {
  std::string out;
  for (std::string const& text : texts) out.append(out.empty() ? "" : ",").append(write_string(text));
  return "[" + out + "]";
}

std::string globals_rows() {
  GlobalFlags flags;
  Syntax globals;
  declare_globals(globals, flags);
  return entry_rows(globals.entries(), Entry::Kind::flag, "Global flags");
}

}  // namespace

void declare_globals(Syntax& syntax, GlobalFlags& flags) {
  syntax.flag("--json", flags.json, "Print JSON; in a pipe that is the default")
      .option("--project", "P", flags.project, "Work in this project (AGENTA_TOOLS_PROJECT)")
      .flag("--sandbox", flags.sandbox,
            "Use the offline sandbox and a home of its own (AGENTA_TOOLS_SANDBOX=1)")
      .option("--timeout", "DURATION", flags.timeout,
              "Give up after this time, from end to end: 500ms, 30s, 5m")
      .flag("--quiet", flags.quiet, "Say nothing but errors on stderr")
      .flag("--verbose", flags.verbose, "Say more on stderr")
      .flag("--no-input", flags.no_input, "Never ask; fail saying what was needed")
      .flag("--yes", flags.yes, "Answer yes to questions")
      .option("--color", "auto|always|never", flags.color, "Colours (NO_COLOR and CLICOLOR_FORCE count too)")
      .one_of({"auto", "always", "never"})
      .flag("--no-autostart", flags.no_autostart, "Never start the daemon (AGENTA_TOOLS_NO_AUTOSTART=1)")
      .flag("-h,--help", flags.help, "Say what a command takes")
      .flag("--version", flags.version, "Print the version");
}

std::span<Alias const> aliases() { return kAliases; }

std::string_view unaliased(std::string_view word) {
  auto const found = std::ranges::find(kAliases, word, &Alias::word);
  return found == kAliases.end() ? word : found->noun;
}

std::vector<std::string> nouns_of(std::span<Command const> commands) {
  std::vector<std::string> nouns;
  for (Command const& each : commands) {
    if (std::ranges::find(nouns, each.noun) == nouns.end()) nouns.emplace_back(each.noun);
  }
  return nouns;
}

std::vector<Command> verbs_of(std::span<Command const> commands, std::string_view noun) {
  std::vector<Command> verbs;
  std::ranges::copy_if(commands, std::back_inserter(verbs),
                       [&](Command const& each) { return each.noun == noun; });
  return verbs;
}

std::string short_help(std::span<Command const> commands) {
  constexpr int kWidth = 18;
  std::vector<std::pair<std::string_view, std::vector<std::string>>> groups;
  for (Command const& each : commands) {
    if (groups.empty() || groups.back().first != each.group) groups.push_back({each.group, {}});
    auto& nouns = groups.back().second;
    if (std::ranges::find(nouns, each.noun) == nouns.end()) nouns.emplace_back(each.noun);
  }
  std::string out{kOpening};
  out += "\n";
  for (auto const& [group, nouns] : groups) out += row(std::string{group}, join(nouns, ", "), kWidth);
  return out +
         "\nBegin: agenta-tools login, then agenta-tools connect github; or try it with --sandbox\n"
         "More: agenta-tools help, agenta-tools help COMMAND\n";
}

std::string full_help(std::span<Command const> commands) {
  constexpr int kWidth = 22;
  std::string out{kOpening};
  std::string_view group;
  for (Command const& each : commands) {
    if (each.group != group) out += "\n" + std::string{each.group} + "\n";
    group = each.group;
    out += row(name_of(each), std::string{each.summary}, kWidth);
  }
  out += globals_rows();
  return out + "\nMore: agenta-tools help COMMAND, agenta-tools help exit-codes\n";
}

std::string noun_help(std::span<Command const> commands, std::string_view noun) {
  constexpr int kWidth = 22;
  std::string out = "Usage: agenta-tools " + std::string{noun} + " VERB [arguments] [flags]\n\n";
  for (Command const& each : verbs_of(commands, noun))
    out += row(std::string{each.verb}, std::string{each.summary}, kWidth);
  return out + "\nMore: agenta-tools help " + std::string{noun} + " VERB\n";
}

std::string command_help(Command const& command) {
  Syntax syntax;
  auto const run = command.add(syntax);
  std::string out = std::string{command.summary} + "\n\nUsage: " + usage_line(command, syntax) + "\n";
  out += entry_rows(syntax.entries(), Entry::Kind::argument, "Arguments");
  out += entry_rows(syntax.entries(), Entry::Kind::flag, "Flags");
  out += globals_rows();
  for (std::string const& note : syntax.notes()) out += "\n" + wrapped(note, 0, kHelpWidth);
  if (!syntax.examples().empty()) out += "\nExamples\n";
  for (std::string const& line : syntax.examples()) out += "  " + line + "\n";
  return out;
}

std::string help_document(std::span<Command const> commands) {
  std::string items;
  for (Command const& each : commands) {
    Syntax syntax;
    auto const run = each.add(syntax);
    std::string item = with_member("{}", "name", write_string(name_of(each)));
    item = with_member(item, "group", write_string(each.group));
    item = with_member(item, "summary", write_string(each.summary));
    item = with_member(item, "usage", write_string(usage_line(each, syntax)));
    item = with_member(item, "takes", encode(syntax.entries()));
    item = with_member(item, "notes", encode(syntax.notes()));
    item = with_member(item, "examples", encode(syntax.examples()));
    items.append(items.empty() ? "" : ",").append(item);
  }
  std::string list;
  for (Alias const& alias : kAliases) {
    list.append(list.empty() ? "" : ",")
        .append(with_member(with_member("{}", "word", write_string(alias.word)), "noun",
                            write_string(alias.noun)));
  }
  GlobalFlags flags;
  Syntax globals;
  declare_globals(globals, flags);
  return "{\"commands\":[" + items + "],\"aliases\":[" + list +
         "],\"global_flags\":" + encode(globals.entries()) + "}";
}

}  // namespace agenta::cli
