#include "cli/browse/help.hpp"

namespace agenta::cli::browse {

std::string help_text() {
  return "Typing filters: by names, and by what a tool is for. Without words, everything\n"
         "there is, in the order of Composio.\n"
         "\n"
         "Tab               integrations and tools, integrations alone, tools alone\n"
         "Up, Down          choose; also Ctrl-P and Ctrl-N\n"
         "PgUp, PgDn        a window up or down\n"
         "Home, End         the first; the last that is loaded\n"
         "Enter, Right      open: an integration's tools, all about a tool\n"
         "Esc, Left         back; Esc at the top quits\n"
         "Backspace         take back a letter; Ctrl-W a word, Ctrl-U all\n"
         "Ctrl-Y            copy the command to the clipboard, where the terminal lets a\n"
         "                  program do that; the last one is printed on leaving\n"
         "Ctrl-O            connect the integration\n"
         "Ctrl-R            ask again\n"
         "Ctrl-L            draw the screen again\n"
         "Ctrl-Z            suspend; fg comes back\n"
         "F1, ?             this; ? where nothing is typed\n"
         "Ctrl-C, Ctrl-Q    quit\n"
         "\n"
         "The same as plain commands\n"
         "  type            agenta-tools tools search WORDS\n"
         "                  agenta-tools integrations search WORDS\n"
         "  nothing typed   agenta-tools integrations list\n"
         "  open            agenta-tools integrations show INTEGRATION\n"
         "                  agenta-tools tools list INTEGRATION\n"
         "                  agenta-tools tools show TOOL\n"
         "  connect         agenta-tools connect INTEGRATION\n"
         "  what is copied  agenta-tools execute TOOL ARGUMENT=VALUE...\n"
         "                  agenta-tools connect INTEGRATION\n";
}

}  // namespace agenta::cli::browse
