#include "shared/base/text.hpp"
#include "shared/config/settings.hpp"

namespace agenta::config {
namespace {

constexpr std::string_view kHead = R"(.\" Written from the settings table; not edited by hand.
.Dd November 23, 2026
.Dt AGENTA-TOOLS-CONFIG 5
.Os
.Sh NAME
.Nm agenta-tools-config
.Nd settings of agenta-tools
.Sh DESCRIPTION
.Xr agenta-tools 1
and
.Xr agenta-toolsd 8
read their settings from a file in TOML.
No file is needed: every setting has a default.
.Pp
Of the places where a setting can be given, the first of these that gives it
wins:
.Bl -enum -compact
.It
the command line,
.It
the environment,
.It
the project file,
.It
the user's file,
.It
the default.
.El
.Pp
.Dl $ agenta-tools config list --show-origin
.Pp
shows every setting, its value, and which of them won.
.Ic agenta-tools config set
and
.Ic config unset
change the user's file and keep everything else in it, comments too.
.Pp
A key that there is not, or a value that the setting does not take, is an
error that names the file and the line.
.Ss The project file
The first
.Pa .agenta-tools.toml
found from the working directory upward is the project file.
It may set only what is marked so below: anyone can put such a file into a
repository, so it never names an endpoint
and never widens a limit.
A project file that belongs to another user, other than root, is passed over.
.Ss The daemon
The daemon reads the user's file and its own environment when it starts, and
the file again on
.Dv SIGHUP ;
the settings of
.Li daemon ,
.Li history
and
.Li limits
are its own.
.Ss Values
Durations are written
.Li 500ms ,
.Li 3s ,
.Li 5m
or
.Li 8h ,
in quotes.
Secrets are no settings: see
.Xr agenta-tools 1 .
.Sh SETTINGS
.Bl -tag -width Ds
)";

constexpr std::string_view kTail = R"(.El
.Sh FILES
.Bl -tag -width Ds
.It Pa ~/.config/agenta-tools/config.toml
The user's file.
.Ev XDG_CONFIG_HOME
stands for
.Pa ~/.config
where it is set, and
.Ev AGENTA_TOOLS_CONFIG
names another file altogether.
.It Pa .agenta-tools.toml
The project file.
.El
.Sh EXAMPLES
.Bd -literal -offset indent
project = "work"

[execute]
timeout = "2m"

[daemon]
idle_exit = "8h"
.Ed
.Sh SEE ALSO
.Xr agenta-tools 1 ,
.Xr agenta-toolsd 8
)";

/// Plain words as mdoc: each sentence begins a line, no line is long, nothing is taken for a request.
std::string prose(std::string_view text) {
  constexpr std::size_t kWidth = 78;
  std::string out;
  std::size_t column = 0;
  bool ended = false;  // the last word ends a sentence
  for (std::string const& word : split(text, ' ')) {
    bool const breaks = ended || column + 1 + word.size() > kWidth;
    if (column > 0) out += breaks ? '\n' : ' ';
    if (breaks) column = 0;
    bool const is_request = column == 0 && (word.starts_with('.') || word.starts_with('\''));
    std::string const safe = (is_request ? "\\&" : "") + replace_all(word, "\\", "\\e");
    out += safe;
    column += safe.size() + 1;
    ended = word.ends_with('.');
  }
  return out + "\n";
}

std::string entry(Setting const& setting) {
  std::string out = ".It Li " + std::string{setting.key} + "\n" + prose(setting.manual);
  std::string takes = describe_values(setting);
  takes.front() = to_upper(takes).front();
  out += prose(takes + ".");
  out += setting.default_value.empty() ? "Default: none.\n"
                                       : "Default:\n.Li " + std::string{setting.default_value} + " .\n";
  if (!setting.flag.empty()) out += "Flag:\n.Fl " + replace_all(setting.flag.substr(1), "-", "\\-") + " .\n";
  if (!setting.env.empty()) out += "Environment:\n.Ev " + std::string{setting.env} + " .\n";
  if (setting.project_file == ProjectFile::allowed) out += "A project file may set it.\n";
  return out;
}

}  // namespace

std::string config_man_page() {
  std::string page{kHead};
  for (Setting const& each : settings_table()) page += entry(each);
  return page.append(kTail);
}

}  // namespace agenta::config
