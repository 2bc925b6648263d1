#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "shared/domain/error.hpp"

namespace agenta::cli {

/// What a shell offers to complete a value with, where the names are known only at that moment.
enum class Completes { nothing, tool, integration, category, connection, session };
std::string_view name_of(Completes what);  ///< `tool`, `integration`, …; empty for nothing
std::optional<Completes> parse_completes(std::string_view name);

/// One argument or flag of a command, as it is parsed, printed as help, and completed.
struct Entry {
  enum class Kind { argument, flag };
  /// Where the value goes: given or not, one text, or every text.
  using Target = std::variant<bool*, std::string*, std::vector<std::string>*>;

  Kind kind = Kind::flag;
  std::string names{};        ///< `-d,--data`, or the argument's name `TOOL`
  std::string placeholder{};  ///< of a flag's value; empty: it takes none
  std::string help{};
  bool is_required = false;
  bool is_repeated = false;
  Completes completes = Completes::nothing;
  std::vector<std::string> choices{};  ///< the values that it may have, where they are few
  Target target{static_cast<bool*>(nullptr)};

  /// The names one by one: `-d`, `--data`.
  std::vector<std::string> each_name() const;
};

/// What one command takes, declared once. What a declaration points at outlives the syntax.
class Syntax {
 public:
  Syntax& argument(std::string name, std::string& into, std::string help);
  Syntax& optional_argument(std::string name, std::string& into, std::string help);
  /// Any number of arguments, after the others.
  Syntax& arguments(std::string name, std::vector<std::string>& into, std::string help);
  /// At least one argument, after the others.
  Syntax& some_arguments(std::string name, std::vector<std::string>& into, std::string help);
  Syntax& flag(std::string names, bool& into, std::string help);
  Syntax& option(std::string names, std::string placeholder, std::string& into, std::string help);
  /// An option that may be given again and again.
  Syntax& options(std::string names, std::string placeholder, std::vector<std::string>& into,
                  std::string help);
  /// Says with what a shell completes the value declared last: with names of a kind, or with one of a few
  /// words. The words are not checked when parsing: the command knows better how to say what is wrong.
  Syntax& completes(Completes what);
  Syntax& one_of(std::vector<std::string> choices);
  /// A paragraph of the command's help.
  Syntax& note(std::string text);
  /// A command line shown in the command's help.
  Syntax& example(std::string line);

  /// Reads the words after the command's own name into what was declared. `USAGE` for all that does not fit,
  /// naming the nearest right spelling, and never quoting a value: it may be a secret.
  Result<void> parse(std::vector<std::string> words) const;

  std::deque<Entry> const& entries() const { return entries_; }
  std::vector<std::string> const& notes() const { return notes_; }
  std::vector<std::string> const& examples() const { return examples_; }

 private:
  Entry& add(Entry::Kind kind, std::string names, std::string help, Entry::Target target);

  std::deque<Entry> entries_{};
  std::vector<std::string> notes_{};
  std::vector<std::string> examples_{};
};

/// A flag's value read; nothing where the text is empty (the flag was not given); `USAGE` naming the flag.
Result<std::optional<std::chrono::milliseconds>> read_duration(std::string_view flag, std::string_view text);
Result<std::optional<int>> read_count(std::string_view flag, std::string_view text);

}  // namespace agenta::cli
