#pragma once

#include <span>
#include <string_view>

namespace agenta::daemon::sandbox {

/// A file of `catalogue/`, as it was when the program was built.
struct EmbeddedFile {
  std::string_view name{};
  std::string_view content{};
};

/// Every toolkit of the built-in catalogue, in the order of their popularity.
std::span<EmbeddedFile const> embedded_catalogue();

}  // namespace agenta::daemon::sandbox
