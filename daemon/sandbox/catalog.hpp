#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "shared/domain/error.hpp"

namespace agenta::daemon::sandbox {

/// One value that a user or a project owner has to give in order to connect.
struct CredentialField {
  std::string name{};
  std::string label{};
  std::string description{};
  std::string type = "string";
  std::optional<std::string> default_value{};
  bool required = true;
  bool secret = false;
  std::string must_begin_with{};  ///< the provider refuses any other value; empty: it takes all
};

/// One way to connect to a toolkit.
struct AuthScheme {
  std::string mode{};                         ///< OAUTH2, API_KEY, …
  bool managed = false;                       ///< whether it connects without an OAuth app of one's own
  std::vector<CredentialField> creation{};    ///< what the owner of a project gives for an auth config
  std::vector<CredentialField> connection{};  ///< what the user gives when connecting, beside consent
  std::string refusal{};                      ///< what the provider says to wrong credentials
};

/// The provider's request that tells whose account it is.
struct CurrentUser {
  std::string endpoint{};  ///< empty where there is none
  std::string method{};
  std::string answer{};  ///< a JSON document
};

struct Category {
  std::string id{};
  std::string name{};
};

struct Toolkit {
  std::string slug{};
  std::string name{};
  std::string logo{};
  std::string base_url{};
  std::vector<AuthScheme> schemes{};  ///< empty where they are not known
  std::vector<std::string> scopes{};
  std::vector<Category> categories{};
  CurrentUser current_user{};
  std::string dead_grant{};  ///< what the provider says to credentials that it no longer honours
  std::string version{};
  std::vector<std::string> versions{};  ///< oldest first
  bool no_auth = false;
  std::vector<std::uint32_t> tools{};  ///< indices into `Catalog::tools()`
  std::string list_json{};             ///< as `GET /toolkits` gives it
  std::string detail_json{};           ///< as `GET /toolkits/{slug}` gives it
  std::string haystack{};              ///< lower-case text that a search looks in

  AuthScheme const* find_scheme(std::string_view mode) const;
};

/// Views into the catalogue's text, or a text of its own, which is parsed no further than to find its
/// members.
struct Tool {
  std::string_view json{};  ///< the whole tool as `GET /tools` gives it, at its newest version
  std::string_view slug{};
  std::string_view tags{};      ///< a JSON array
  std::string_view scopes{};    ///< a JSON array
  std::string_view versions{};  ///< a JSON array
  std::string_view version{};
  std::string_view input_schema{};
  std::uint32_t toolkit = 0;
  bool important = false;
  bool deprecated = false;
  bool read_only = false;
  std::string haystack{};
  std::shared_ptr<std::string const> text{};  ///< its own, where it was changed while serving

  /// Whether it exists in `wanted`, which is `latest` or a version.
  bool has_version(std::string_view wanted) const;
};

/// A new version of one toolkit, as Composio publishes them while clients hold the old one.
struct CatalogChange {
  std::string toolkit{};
  std::string version{};  ///< of the toolkit and of all its tools from now on; empty: as it was
  std::string updated_at{};
  std::vector<std::string> removed{};                          ///< slugs
  std::vector<std::pair<std::string, std::string>> renamed{};  ///< from slug to slug
  std::vector<std::string> added{};  ///< JSON objects; what a tool has beside `slug` is filled in
};

/// Everything there is to connect to and to run. A copy shares the text.
class Catalog {
 public:
  /// The catalogue that is built into the program.
  static Result<Catalog> load_own();
  /// A catalogue in the published format: `toolkits.json`, `categories.json` and `tools.all.ndjson[.gz]`.
  static Result<Catalog> load(std::filesystem::path const& directory);

  std::vector<Toolkit> const& toolkits() const { return toolkits_; }
  std::vector<Tool> const& tools() const { return tools_; }
  std::vector<Category> const& categories() const { return categories_; }
  Toolkit const* find_toolkit(std::string_view slug) const;
  Tool const* find_tool(std::string_view slug) const;
  Toolkit const& toolkit_of(Tool const& tool) const { return toolkits_[tool.toolkit]; }
  /// Whether its tools behave like the real ones; those of a catalogue from a directory echo their arguments.
  bool has_behaviour() const { return own_; }

  /// Carries a change out; or says what is wrong with it, and nothing has changed.
  Result<void> apply(CatalogChange const& change);

 private:
  Result<void> read_tools(std::vector<char> text);
  void add_toolkit(Toolkit toolkit);
  /// Makes `tool_index_` and the toolkits' lists of tools from `tools_`.
  void index_tools();
  Result<void> change_tools(std::uint32_t toolkit, CatalogChange const& change);

  std::shared_ptr<std::vector<char> const> text_{};  ///< what the views in `tools_` look at
  std::vector<Toolkit> toolkits_{};
  std::vector<Tool> tools_{};
  std::vector<Category> categories_{};
  std::unordered_map<std::string, std::uint32_t> toolkit_index_{};
  std::unordered_map<std::string_view, std::uint32_t> tool_index_{};
  bool own_ = false;
};

/// The tool as JSON text, at `version`: only the fields that name the version differ.
std::string tool_json(Tool const& tool, std::string_view version);

}  // namespace agenta::daemon::sandbox
