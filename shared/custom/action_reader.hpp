#pragma once

#include <optional>
#include <set>
#include <string>

#include "shared/custom/declaration.hpp"
#include "shared/custom/toml_table.hpp"

namespace agenta::custom {

/// What a tool's schema says of the arguments that templates may use.
struct SchemaNames {
  std::set<std::string> properties{};
  std::set<std::string> required{};
};

/// Reads what a tool does, and notes what is wrong with it.
class ActionReader {
 public:
  ActionReader(TableReader& tool, SchemaNames const& names) : tool_(tool), names_(names) {}
  Command read_command();
  Http read_http(toml::table const& table);

 private:
  std::optional<Template> read_template(toml::source_region const& where, std::string_view text,
                                        std::string const& what);
  void check_places(toml::source_region const& where, Template const& text, std::string const& what);
  void check_source(toml::source_region const& where, std::string const& what, Source const& source);
  void read_url(TableReader& http, Http& into);
  void read_query(TableReader& http, Http& into);
  void read_headers(TableReader& http, Http& into);

  TableReader& tool_;
  SchemaNames const& names_;
};

/// `env:NAME`, `file:/path`, either behind a word such as `Bearer `; else the text itself.
Source read_source(std::string_view text);
/// A header or parameter that is a credential by its name.
bool looks_secret(std::string_view name);

}  // namespace agenta::custom
