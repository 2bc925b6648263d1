#include <algorithm>

#include "cli/command/commands.hpp"
#include "cli/command/help_text.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

/// What may follow a word of the command line: `""` is the program itself, `connections list` a command.
struct Node {
  std::string path{};
  std::vector<std::string> words{};
};

std::vector<std::string> flags_of(Command const& command) {
  Syntax syntax;
  auto const run = command.add(syntax);
  std::vector<std::string> flags;
  for (Entry const& entry : syntax.entries()) {
    if (entry.kind != Entry::Kind::flag) continue;
    for (std::string const& name : entry.each_name()) flags.push_back(name);
  }
  return flags;
}

std::vector<std::string> global_flags() {
  GlobalFlags flags;
  Syntax syntax;
  declare_globals(syntax, flags);
  std::vector<std::string> names;
  for (Entry const& entry : syntax.entries()) {
    for (std::string const& name : entry.each_name()) names.push_back(name);
  }
  return names;
}

std::vector<Node> tree_of(std::span<Command const> commands) {
  Node root;
  root.words = nouns_of(commands);
  for (Alias const& alias : aliases()) root.words.emplace_back(alias.word);
  std::vector<Node> nodes{root};
  auto const add = [&](std::string const& noun, std::vector<Command> const& verbs) {
    if (verbs.front().verb.empty()) {
      nodes.push_back({.path = noun, .words = flags_of(verbs.front())});
      return;
    }
    Node& own = nodes.emplace_back(Node{.path = noun});
    for (Command const& verb : verbs) own.words.emplace_back(verb.verb);
    for (Command const& verb : verbs)
      nodes.push_back({.path = noun + " " + std::string{verb.verb}, .words = flags_of(verb)});
  };
  for (std::string const& noun : nouns_of(commands)) add(noun, verbs_of(commands, noun));
  for (Alias const& alias : aliases()) add(std::string{alias.word}, verbs_of(commands, alias.noun));
  return nodes;
}

/// The lines `  'path') words='…' ;;` of a `case`, the same in bash and zsh.
std::string cases(std::vector<Node> const& nodes) {
  std::string out;
  for (Node const& node : nodes) out += "    '" + node.path + "') words='" + join(node.words, " ") + "' ;;\n";
  return out;
}

std::string verb_nouns(std::span<Command const> commands) {
  std::vector<std::string> nouns;
  for (std::string const& noun : nouns_of(commands)) {
    if (!verbs_of(commands, noun).front().verb.empty()) nouns.push_back(noun);
  }
  for (Alias const& alias : aliases()) {
    if (std::ranges::find(nouns, alias.noun) != nouns.end()) nouns.emplace_back(alias.word);
  }
  return join(nouns, "|");
}

/// Finds the command among the words before the cursor, then what it takes. Never runs the program.
std::string posix_body(std::span<Command const> commands, std::string_view word_list, std::string_view last) {
  std::string out =
      "  local noun='' verb='' word words=''\n  for word in " + std::string{word_list} + "; do\n";
  out +=
      "    case $word in\n"
      "      -*) ;;\n"
      "      *)\n"
      "        if [ -z \"$noun\" ]; then noun=$word\n"
      "        elif [ -z \"$verb\" ]; then case $noun in " +
      verb_nouns(commands) +
      ") verb=$word ;; esac\n"
      "        fi ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$noun${verb:+ $verb}\" in\n";
  out += cases(tree_of(commands));
  out += "  esac\n";
  return out + "  case " + std::string{last} + " in -*) words=\"$words " + join(global_flags(), " ") +
         "\" ;; esac\n";
}

std::string bash_script(std::span<Command const> commands) {
  std::string out =
      "# bash completion for agenta-tools\n_agenta_tools() {\n  local last=${COMP_WORDS[COMP_CWORD]}\n";
  out += posix_body(commands, "\"${COMP_WORDS[@]:1:COMP_CWORD-1}\"", "$last");
  return out +
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$last\"))\n}\ncomplete -o default -F _agenta_tools "
         "agenta-tools\n";
}

std::string zsh_script(std::span<Command const> commands) {
  std::string out = "#compdef agenta-tools\n# zsh completion for agenta-tools\n_agenta_tools() {\n";
  out += "  local last=${words[CURRENT]}\n  local -a before=(${words[2,CURRENT-1]})\n";
  // `words` is zsh's own array of the command line: the candidates get another name.
  out += replace_all(replace_all(posix_body(commands, "\"${before[@]}\"", "$last"), "words=", "candidates="),
                     "$words", "$candidates");
  out += "  compadd -- ${=candidates}\n}\n";
  return out +
         "if [ \"$funcstack[1]\" = _agenta_tools ]; then _agenta_tools \"$@\"; else compdef _agenta_tools "
         "agenta-tools; fi\n";
}

std::string fish_script(std::span<Command const> commands) {
  std::string out = "# fish completion for agenta-tools\ncomplete -c agenta-tools -f\n";
  auto const complete = [&](std::string const& condition, std::string const& words) {
    out += "complete -c agenta-tools -n '" + condition + "' -a '" + words + "'\n";
  };
  for (Node const& node : tree_of(commands)) {
    if (node.path.empty()) {
      complete("__fish_use_subcommand", join(node.words, " "));
      continue;
    }
    auto const path = split(node.path, ' ');
    std::string condition = "__fish_seen_subcommand_from " + path.front();
    if (path.size() == 2) condition += "; and __fish_seen_subcommand_from " + path[1];
    if (!node.words.empty()) complete(condition, join(node.words, " "));
  }
  out += "complete -c agenta-tools -n 'string match -q -- \"-*\" (commandline -ct)' -a '" +
         join(global_flags(), " ") + "'\n";
  return out;
}

}  // namespace

RunFn add_completion(Syntax& syntax) {
  auto shell = std::make_shared<std::string>();
  syntax.argument("SHELL", *shell, "bash, zsh or fish")
      .note("Prints a script that completes commands and flags. It never starts the daemon.")
      .example("source <(agenta-tools completion bash)");
  return [shell](Context& context) -> Result<void> {
    std::string script;
    if (*shell == "bash") script = bash_script(context.commands);
    if (*shell == "zsh") script = zsh_script(context.commands);
    if (*shell == "fish") script = fish_script(context.commands);
    if (script.empty()) return fail(ErrorCode::usage, "completion knows bash, zsh and fish");
    if (context.flags.json) {
      std::string const document = with_member("{}", "shell", protocol::write_string(*shell));
      script = with_member(document, "script", protocol::write_string(script)) + "\n";
    }
    context.terminal.out(script);
    return {};
  };
}

}  // namespace agenta::cli
