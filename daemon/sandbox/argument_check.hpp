#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "daemon/sandbox/catalog.hpp"

namespace agenta::daemon::sandbox {

/// Holds arguments against a tool's input schema and complains in Composio's words. Schemas are parsed once,
/// when their tool first runs, and kept by views of the tools' names. Not for more than one thread.
class ArgumentCheck {
 public:
  ArgumentCheck();
  ~ArgumentCheck();

  /// The complaint, or nothing where the arguments will do. `arguments` is an object.
  std::optional<std::string> complaint(Tool const& tool, nlohmann::json const& arguments);
  /// Tools are others from here on.
  void forget();

 private:
  struct Schemas;
  std::unique_ptr<Schemas> schemas_;
};

}  // namespace agenta::daemon::sandbox
