#include "cli/command/unusual_places.hpp"

#include "shared/base/try.hpp"

namespace agenta::cli {
namespace {

constexpr char const* kHome = "AGENTA_TOOLS_HOME";
constexpr char const* kConfig = "AGENTA_TOOLS_CONFIG";

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> find_unusual_places(
    config::Environment const& environment) {
  config::Environment const without = [&](std::string const& name) -> std::optional<std::string> {
    return name == kHome || name == kConfig ? std::nullopt : environment(name);
  };
  AGENTA_TRY(auto const here, config::find_paths(environment, config::Sandboxed::no));
  auto const usual = config::find_paths(without, config::Sandboxed::no);
  std::vector<std::pair<std::string, std::string>> variables;
  if (!usual || usual->home != here.home) variables.emplace_back(kHome, here.home.string());
  if (!usual || usual->config_file != here.config_file)
    variables.emplace_back(kConfig, here.config_file.string());
  return variables;
}

}  // namespace agenta::cli
