#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/domain/error.hpp"

/// The MCP clients whose configuration is known here: where its file is, and how an entry looks in it.
namespace agenta::cli {

enum class Scope { user, project };

/// One client.
struct Client {
  /// How its file is written.
  enum class Form {
    json_stdio,    ///< `{"type":"stdio","command":…,"args":[…]}`
    json_plain,    ///< `{"command":…,"args":[…]}`
    json_copilot,  ///< `{"type":"local","command":…,"args":[…],"tools":["*"]}`
    json_local,    ///< `{"type":"local","command":[…],"enabled":true}`
    toml,          ///< `[container.name]`
    yaml,          ///< `container: name:`
  };
  std::string_view word;       ///< as it is named on the command line
  std::string_view title;      ///< as its makers write it
  std::string_view container;  ///< what holds its servers
  Form form;
  /// From the directory of its settings: the variable that names that, else a place under the user's home or
  /// configuration directory.
  std::string_view home_variable;  ///< empty: none
  std::string_view user_dir;       ///< `~/…` or `$config/…`
  std::string_view user_file;
  std::string_view project_file;  ///< from a project's directory; empty: it has none
};

std::span<Client const> client_table();
Client const* find_client(std::string_view word);
std::vector<std::string> client_words();
/// The client that a word means which is none: one that it begins, else one it is mistyped from.
std::optional<std::string> nearest_client(std::string_view word);

using Variables = std::function<std::optional<std::string>(std::string const& name)>;

/// The client's file. `directory`: the project's. `UNSUPPORTED` where the client has none for projects,
/// `NOT_CONFIGURED` where the user's home is not known.
Result<std::filesystem::path> find_client_file(Client const& client, Scope scope, Variables const& variables,
                                               std::filesystem::path const& directory);

/// The directories on the way to the client's file that are its own and nobody else's, the deepest first:
/// what is made for an entry where there is none, and may go with it. None of those that a variable names.
std::vector<std::filesystem::path> client_directories(Client const& client, Scope scope,
                                                      Variables const& variables,
                                                      std::filesystem::path const& directory);

/// The server that a client is to start.
struct ServerEntry {
  std::string name{"agenta"};
  std::string command{};  ///< absolute
  std::vector<std::string> args{};
  std::vector<std::string> approved{};  ///< tools that it calls without asking; Codex alone takes them
  /// Variables of the server's environment, beside those that a person gave the entry.
  std::vector<std::pair<std::string, std::string>> variables{};
};

/// The entry as the client's file would have it where there is none.
std::string write_client_entry(Client const& client, ServerEntry const& entry);
/// See `put_json_entry`, `put_toml_entry` and `put_yaml_entry`.
Result<std::string> put_client_entry(Client const& client, std::optional<std::string_view> text,
                                     ServerEntry const& entry);
/// The entry that the text has under this name, as far as it can be read: without a command where it says
/// none. Nothing where there is none; `USAGE` as `put_client_entry`.
Result<std::optional<ServerEntry>> find_client_entry(Client const& client, std::string_view text,
                                                     std::string_view name);
/// Whether it starts this program as a server: one that a person made for another is theirs.
bool is_own_entry(ServerEntry const& entry);

/// The text without the entry; nothing where nothing is left of a file that was made for it.
Result<std::optional<std::string>> drop_client_entry(Client const& client, std::string_view text,
                                                     std::string_view name);

/// `USAGE` for a name that some client would rewrite: letters, digits, `_` and `-`, at most 32.
Result<void> check_server_name(std::string_view name);

}  // namespace agenta::cli
