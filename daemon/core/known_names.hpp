#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/catalog_store.hpp"

namespace agenta::daemon {

/// The names of the tools and integrations that are known here, to tell patterns that name nothing. Nothing
/// is fetched for it.
class KnownNames {
 public:
  /// Nothing where the list of integrations was never fetched, or cannot be read.
  static std::optional<KnownNames> read(store::CatalogStore& store);
  /// Whether it is certain that no tool, nor a raw request, is called so: a name, or a pattern. Where the
  /// tools of an integration that it may name are not here, it is not.
  bool is_none(std::string_view pattern) const;

 private:
  struct Listed {
    std::string prefix{};  ///< with which the slugs of its tools begin
    bool has_tools_here = false;
  };
  std::vector<Listed> integrations_{};
  std::vector<std::string> tools_{};
};

}  // namespace agenta::daemon
