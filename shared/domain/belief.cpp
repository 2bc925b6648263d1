#include "shared/domain/belief.hpp"

namespace agenta {

ToolHints believed(ToolHints said) {
  ToolHints hints;
  hints.read_only = said.read_only && !said.destructive;
  hints.destructive = !hints.read_only;
  hints.idempotent = said.idempotent;
  hints.open_world = true;
  return hints;
}

}  // namespace agenta
