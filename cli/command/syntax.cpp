#include "cli/command/syntax.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <utility>

#include "shared/base/clock.hpp"
#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

unexpected<Error> usage(std::string message) { return fail(ErrorCode::usage, std::move(message)); }

/// A declared entry beside what the parser collected for it.
struct Bound {
  Entry const* entry;
  CLI::Option* option = nullptr;
  std::vector<std::string> values{};
  bool is_given = false;
};

void bind(CLI::App& app, Bound& bound) {
  Entry const& entry = *bound.entry;
  bool const takes_value = entry.kind == Entry::Kind::argument || !entry.placeholder.empty();
  if (!takes_value) {
    bound.option = app.add_flag(entry.names, bound.is_given);
    return;
  }
  bound.option =
      app.add_option(entry.kind == Entry::Kind::argument ? to_lower(entry.names) : entry.names, bound.values);
  if (entry.kind == Entry::Kind::argument && entry.is_repeated) {
    bound.option->expected(0, CLI::detail::expected_max_vector_size);
  } else {
    if (entry.kind == Entry::Kind::argument) bound.option->expected(1);
    bound.option->allow_extra_args(false);
  }
}

/// The flag alone: what follows `=` may be a secret.
std::string flag_of(std::string const& word) { return word.substr(0, word.find('=')); }

unexpected<Error> unknown_word(std::deque<Entry> const& entries, std::string const& word) {
  if (word.size() < 2 || word.front() != '-') {
    return usage("there is an argument too many; see --help for what this command takes");
  }
  std::vector<std::string> known;
  for (Entry const& entry : entries) {
    for (std::string const& name : entry.each_name()) {
      if (name.starts_with("--")) known.push_back(name);
    }
  }
  std::string message = "there is no flag " + flag_of(word);
  if (auto const meant = nearest(flag_of(word), known)) message += "; did you mean " + *meant + "?";
  return usage(std::move(message));
}

Result<void> store(Bound const& bound) {
  Entry const& entry = *bound.entry;
  bool const is_given = bound.option->count() > 0;
  if (entry.is_required && !is_given) return usage("the argument " + entry.names + " is missing");
  if (!is_given) return {};
  if (auto* const* flag = std::get_if<bool*>(&entry.target)) {
    **flag = bound.is_given;
  } else if (auto* const* text = std::get_if<std::string*>(&entry.target)) {
    if (bound.values.size() > 1) return usage(entry.each_name().back() + " is given more than once");
    **text = bound.values.empty() ? "" : bound.values.front();
    if ((*text)->empty()) {
      // Mostly a variable that was not set: ignoring it would do something else than was asked.
      std::string const what =
          entry.kind == Entry::Kind::argument ? "the argument " + entry.names : entry.each_name().back();
      return usage(what + " is empty");
    }
  } else {
    *std::get<std::vector<std::string>*>(entry.target) = bound.values;
  }
  return {};
}

/// `--resume: 1 required TEXT missing` in words.
std::string explain(std::string const& text, std::deque<Entry> const& entries) {
  std::string const name = text.substr(0, text.find(':'));
  auto const found = std::ranges::find_if(entries, [&](Entry const& entry) {
    auto const names = entry.each_name();
    return !entry.placeholder.empty() && std::ranges::find(names, name) != names.end();
  });
  if (found != entries.end()) return name + " needs a value: " + name + " " + found->placeholder;
  return text;
}

}  // namespace

std::string_view name_of(Completes what) {
  switch (what) {
    case Completes::nothing: return "";
    case Completes::tool: return "tool";
    case Completes::integration: return "integration";
    case Completes::category: return "category";
    case Completes::connection: return "connection";
    case Completes::session: return "session";
  }
  __builtin_unreachable();
}

std::optional<Completes> parse_completes(std::string_view name) {
  for (auto const what : {Completes::tool, Completes::integration, Completes::category, Completes::connection,
                          Completes::session}) {
    if (name == name_of(what)) return what;
  }
  return std::nullopt;
}

std::vector<std::string> Entry::each_name() const { return split(names, ','); }

Entry& Syntax::add(Entry::Kind kind, std::string names, std::string help, Entry::Target target) {
  Entry& entry = entries_.emplace_back();
  entry.kind = kind;
  entry.names = std::move(names);
  entry.help = std::move(help);
  entry.target = target;
  return entry;
}

Syntax& Syntax::argument(std::string name, std::string& into, std::string help) {
  add(Entry::Kind::argument, std::move(name), std::move(help), &into).is_required = true;
  return *this;
}

Syntax& Syntax::optional_argument(std::string name, std::string& into, std::string help) {
  add(Entry::Kind::argument, std::move(name), std::move(help), &into);
  return *this;
}

Syntax& Syntax::arguments(std::string name, std::vector<std::string>& into, std::string help) {
  add(Entry::Kind::argument, std::move(name), std::move(help), &into).is_repeated = true;
  return *this;
}

Syntax& Syntax::some_arguments(std::string name, std::vector<std::string>& into, std::string help) {
  arguments(std::move(name), into, std::move(help));
  entries_.back().is_required = true;
  return *this;
}

Syntax& Syntax::completes(Completes what) {
  entries_.back().completes = what;
  return *this;
}

Syntax& Syntax::one_of(std::vector<std::string> choices) {
  entries_.back().choices = std::move(choices);
  return *this;
}

Syntax& Syntax::flag(std::string names, bool& into, std::string help) {
  add(Entry::Kind::flag, std::move(names), std::move(help), &into);
  return *this;
}

Syntax& Syntax::option(std::string names, std::string placeholder, std::string& into, std::string help) {
  add(Entry::Kind::flag, std::move(names), std::move(help), &into).placeholder = std::move(placeholder);
  return *this;
}

Syntax& Syntax::options(std::string names, std::string placeholder, std::vector<std::string>& into,
                        std::string help) {
  Entry& entry = add(Entry::Kind::flag, std::move(names), std::move(help), &into);
  entry.placeholder = std::move(placeholder);
  entry.is_repeated = true;
  return *this;
}

Syntax& Syntax::note(std::string text) {
  notes_.push_back(std::move(text));
  return *this;
}

Syntax& Syntax::example(std::string line) {
  examples_.push_back(std::move(line));
  return *this;
}

Result<void> Syntax::parse(std::vector<std::string> words) const {
  std::deque<Bound> bounds;
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  for (Entry const& entry : entries_) bind(app, bounds.emplace_back(Bound{.entry = &entry}));
  try {
    std::ranges::reverse(words);
    app.parse(std::move(words));
  } catch (CLI::ArgumentMismatch const& mismatch) {
    return usage(explain(mismatch.what(), entries_));
  } catch (CLI::ParseError const&) {
    // Its text may quote a value.
    return usage("the command line cannot be read; see --help");
  }
  auto extras = app.remaining();
  // What ends the flags is among the rest, and is no word of its own.
  if (auto const end = std::ranges::find(extras, "--"); end != extras.end()) extras.erase(end);
  if (!extras.empty()) {
    auto const flag =
        std::ranges::find_if(extras, [](std::string const& word) { return word.starts_with('-'); });
    return unknown_word(entries_, flag == extras.end() ? extras.front() : *flag);
  }
  for (Bound const& bound : bounds) {
    if (auto stored = store(bound); !stored) return stored;
  }
  return {};
}

Result<std::optional<std::chrono::milliseconds>> read_duration(std::string_view flag, std::string_view text) {
  if (text.empty()) return std::optional<std::chrono::milliseconds>{};
  auto const duration = parse_duration(text);
  if (!duration)
    return usage(std::string{flag} + " takes a duration such as 500ms, 3s, 5m or 8h, not " +
                 std::string{text});
  return duration;
}

Result<std::optional<int>> read_count(std::string_view flag, std::string_view text) {
  if (text.empty()) return std::optional<int>{};
  int value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 1) {
    return usage(std::string{flag} + " takes a number from 1 up, not " + std::string{text});
  }
  return std::optional{value};
}

}  // namespace agenta::cli
