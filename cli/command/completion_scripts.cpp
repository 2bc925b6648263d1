#include "cli/command/completion_scripts.hpp"

#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

std::string path_of(CommandNode const& command) {
  return command.noun + (command.verb.empty() ? "" : " " + command.verb);
}

/// A source as one word of a script: `@tool`, or the words themselves. None of them has a quote in it.
std::string written(ValueSource const& source) {
  if (source.names != Completes::nothing) return "@" + std::string{name_of(source.names)};
  return join(source.words, " ");
}

/// `arm(pattern, what)` for every value that can be completed: the patterns are those of a `case` over
/// `PATH FLAG` and over `PATH NUMBER`, and none may go before one that is above it.
template <class Arm>
void each_value(CompletionTable const& table, Arm arm) {
  for (CommandNode const& command : table.commands) {
    for (ValueFlag const& flag : command.value_flags) {
      if (!flag.source.empty()) arm(path_of(command) + " " + flag.name, false, written(flag.source));
    }
    for (std::size_t i = 0; i < command.arguments.size(); ++i) {
      bool const is_open = command.repeats_last && i + 1 == command.arguments.size();
      if (command.arguments[i].empty()) continue;
      arm(path_of(command) + " " + (is_open ? "" : std::to_string(i)), is_open,
          written(command.arguments[i]));
    }
  }
}

// ---- bash and zsh: one body, with the words that they have in common -------------------------------------

constexpr std::string_view kPosixScan = R"(  for word in @BEFORE@; do
    if [ -n "$flag" ]; then
      case "$flag" in --project) [ "$word" = '=' ] || project=$word ;; esac
      [ "$word" = '=' ] || flag=''
      continue
    fi
    case $word in
      --sandbox) sandbox=--sandbox ;;
      --project=*) project=${word#*=} ;;
      @VALUE_FLAGS@) flag=$word ;;
      -* | '=') ;;
      *)
        if [ -z "$noun" ]; then noun=$word
        elif [ -z "$verb" ]; then
          case $noun in
            @VERB_NOUNS@) verb=$word ;;
            *) count=$((count + 1)) ;;
          esac
        else count=$((count + 1))
        fi ;;
    esac
  done
  case $last in
    --*=*) [ -n "$flag" ] || { flag=${last%%=*}; attached="$flag="; last=${last#*=}; } ;;
  esac
  local where="$noun${verb:+ $verb}"
  if [ -n "$flag" ]; then
    case "$where $flag" in
@FLAG_VALUES@    esac
    case $flag in
@GLOBAL_VALUES@    esac
  else
    case $last in
      -*)
        case $where in
@FLAGS@        esac
        what="$what @GLOBAL_FLAGS@" ;;
      *)
        if [ -z "$noun" ]; then what='@NOUNS@'
        else
          case $where in
@VERBS@            *)
              case "$where $count" in
@ARGUMENTS@              esac ;;
          esac
        fi ;;
    esac
  fi
)";

std::string arm(std::string const& indent, std::string const& pattern, std::string const& words) {
  return indent + pattern + ") what='" + words + "' ;;\n";
}

std::string posix_body(CompletionTable const& table, std::string_view before) {
  std::string flag_values;
  std::string arguments;
  each_value(table, [&](std::string const& pattern, bool is_open, std::string const& words) {
    bool const is_flag = pattern.find(" -") != std::string::npos;
    std::string const quoted = "'" + pattern + "'" + (is_open ? "*" : "");
    (is_flag ? flag_values : arguments) += arm(is_flag ? "      " : "                ", quoted, words);
  });
  std::string global_values;
  for (ValueFlag const& flag : table.globals.value_flags) {
    if (!flag.source.empty()) global_values += arm("      ", flag.name, written(flag.source));
  }
  std::string flags;
  for (CommandNode const& command : table.commands) {
    if (!command.flags.empty())
      flags += arm("          ", "'" + path_of(command) + "'", join(command.flags, " "));
  }
  std::string verbs;
  for (std::string const& noun : table.nouns_with_verbs) {
    verbs += arm("            ", noun, join(table.verbs_of(noun), " "));
  }
  std::string body{kPosixScan};
  auto const fill = [&](std::string_view name, std::string_view with) {
    body = replace_all(body, name, with);
  };
  fill("@BEFORE@", before);
  fill("@VALUE_FLAGS@", join(table.value_flag_names(), " | "));
  fill("@VERB_NOUNS@", join(table.nouns_with_verbs, " | "));
  fill("@FLAG_VALUES@", flag_values);
  fill("@GLOBAL_VALUES@", global_values);
  fill("@FLAGS@", flags);
  fill("@GLOBAL_FLAGS@", join(table.globals.flags, " "));
  fill("@NOUNS@", join(table.nouns, " "));
  fill("@VERBS@", verbs);
  fill("@ARGUMENTS@", arguments);
  return body;
}

constexpr std::string_view kBashBegin = R"(# bash completion for agenta-tools
_agenta_tools() {
  local last=${COMP_WORDS[COMP_CWORD]} noun='' verb='' flag='' attached='' what='' sandbox='' project=''
  local word name count=0
  # bash makes words of their own of `=`: what stands behind one is a value.
  [ "$last" = '=' ] && last=''
)";

constexpr std::string_view kBashEnd = R"(  COMPREPLY=()
  case $what in
    '') return ;;
    @*)
      while IFS= read -r name; do
        printf -v name %q "$name"
        COMPREPLY+=("$attached$name")
      done < <(command agenta-tools __complete $sandbox ${project:+--project "$project"} "${what#@}" "$last" 2>/dev/null)
      ;;
    *) COMPREPLY=($(compgen -P "$attached" -W "$what" -- "$last")) ;;
  esac
  # Where it is known what belongs here, file names do not.
  compopt +o default 2>/dev/null
}
complete -o default -F _agenta_tools agenta-tools
)";

constexpr std::string_view kZshBegin = R"(#compdef agenta-tools
# zsh completion for agenta-tools
_agenta_tools() {
  local last=${words[CURRENT]} noun='' verb='' flag='' attached='' what='' sandbox='' project=''
  local word count=0
  local -a before=("${(@)words[2,CURRENT-1]}") names ask
  # The assignments before the command are not among its words.
  [[ $BUFFER == *AGENTA_TOOLS_SANDBOX=[1ty]* ]] && sandbox=--sandbox
)";

constexpr std::string_view kZshEnd = R"(  [[ -n $attached ]] && compset -P '*='
  case $what in
    '') _default ;;
    @*)
      ask=($sandbox)
      [[ -n $project ]] && ask+=(--project "$project")
      names=("${(@f)$(command agenta-tools __complete $ask ${what#@} "$last" 2>/dev/null)}")
      names=(${names:#})
      compadd -M 'm:{[:lower:][:upper:]}={[:upper:][:lower:]}' -a names ;;
    *)
      names=(${=what})
      compadd -a names ;;
  esac
}
if [ "$funcstack[1]" = _agenta_tools ]; then _agenta_tools "$@"; else compdef _agenta_tools agenta-tools; fi
)";

// ---- fish ------------------------------------------------------------------------------------------------

constexpr std::string_view kFish = R"(# fish completion for agenta-tools
function __agenta_tools_values
    set -l line (commandline -opc)
    set -l last (commandline -ct)
    set -l noun ''
    set -l verb ''
    set -l flag ''
    set -l attached ''
    set -l count 0
    set -l ask
    set -l what
    # The assignments before the command are among its words here.
    while set -q line[1]; and string match -q '*=*' -- $line[1]
        string match -qr '^AGENTA_TOOLS_SANDBOX=[1ty]' -- $line[1]; and set -a ask --sandbox
        set -e line[1]
    end
    for word in $line[2..-1]
        if test -n "$flag"
            test "$flag" = --project; and set -a ask --project $word
            set flag ''
            continue
        end
        switch $word
            case --sandbox
                set -a ask --sandbox
            case '--project=*'
                set -a ask --project (string replace -- --project= '' $word)
            case @VALUE_FLAGS@
                set flag $word
            case '-*'
            case '*'
                if test -z "$noun"
                    set noun $word
                else if test -z "$verb"; and contains -- $noun @VERB_NOUNS@
                    set verb $word
                else
                    set count (math $count + 1)
                end
        end
    end
    if test -z "$flag"; and string match -q -- '--*=*' $last
        set flag (string replace -r -- '=.*' '' $last)
        set attached "$flag="
        set last (string replace -r -- '^[^=]*=' '' $last)
    end
    set -l where (string trim -- "$noun $verb")
    if test -n "$flag"
        switch "$where $flag"
@FLAG_VALUES@        end
        switch $flag
@GLOBAL_VALUES@        end
    else if string match -q -- '-*' $last
        switch $where
@FLAGS@        end
        set -a what @GLOBAL_FLAGS@
    else if test -z "$noun"
        set what @NOUNS@
    else
        switch $where
@VERBS@            case '*'
                switch "$where $count"
@ARGUMENTS@                end
        end
    end
    if string match -q -- '@*' "$what"
        set what (command agenta-tools __complete $ask (string sub -s 2 -- $what) "$last" 2>/dev/null)
    end
    for name in $what
        echo -- $attached$name
    end
end
complete -c agenta-tools -f -a '(__agenta_tools_values)'
)";

std::string fish_arm(std::string const& indent, std::string const& pattern, std::string const& words) {
  return indent + "case " + pattern + "\n" + indent + "    set what " + words + "\n";
}

}  // namespace

std::string bash_script(CompletionTable const& table) {
  return std::string{kBashBegin} + posix_body(table, "\"${COMP_WORDS[@]:1:COMP_CWORD-1}\"") +
         std::string{kBashEnd};
}

std::string zsh_script(CompletionTable const& table) {
  return std::string{kZshBegin} + posix_body(table, "\"${before[@]}\"") + std::string{kZshEnd};
}

std::string fish_script(CompletionTable const& table) {
  std::string flag_values;
  std::string arguments;
  each_value(table, [&](std::string const& pattern, bool is_open, std::string const& words) {
    bool const is_flag = pattern.find(" -") != std::string::npos;
    std::string const quoted = "'" + pattern + (is_open ? "*" : "") + "'";
    (is_flag ? flag_values : arguments) +=
        fish_arm(is_flag ? "            " : "                    ", quoted, words);
  });
  std::string global_values;
  for (ValueFlag const& flag : table.globals.value_flags) {
    if (!flag.source.empty()) global_values += fish_arm("            ", flag.name, written(flag.source));
  }
  std::string flags;
  for (CommandNode const& command : table.commands) {
    if (!command.flags.empty()) {
      flags += fish_arm("            ", "'" + path_of(command) + "'", join(command.flags, " "));
    }
  }
  std::string verbs;
  for (std::string const& noun : table.nouns_with_verbs) {
    verbs += fish_arm("            ", noun, join(table.verbs_of(noun), " "));
  }
  std::string script{kFish};
  auto const fill = [&](std::string_view name, std::string_view with) {
    script = replace_all(script, name, with);
  };
  fill("@VALUE_FLAGS@", join(table.value_flag_names(), " "));
  fill("@VERB_NOUNS@", join(table.nouns_with_verbs, " "));
  fill("@FLAG_VALUES@", flag_values);
  fill("@GLOBAL_VALUES@", global_values);
  fill("@FLAGS@", flags);
  fill("@GLOBAL_FLAGS@", join(table.globals.flags, " "));
  fill("@NOUNS@", join(table.nouns, " "));
  fill("@VERBS@", verbs);
  fill("@ARGUMENTS@", arguments);
  return script;
}

}  // namespace agenta::cli
