#include "shared/base/version.hpp"
#include "cli/command/commands.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {

RunFn add_version(Syntax& syntax) {
  syntax.note("The version of this program. `agenta-tools daemon status` says the daemon's.");
  return [](Context& context) -> Result<void> {
    ProtocolRange const range = protocol_range();
    std::string document = with_member("{}", "version", protocol::write_string(product_version()));
    document = with_member(document, "build", protocol::write_string(build_id()));
    document = with_member(
        document, "protocol",
        "{\"oldest\":" + std::to_string(range.oldest) + ",\"newest\":" + std::to_string(range.newest) + "}");
    return present(context, document, [&]() -> Result<void> {
      context.terminal.out("agenta-tools " + std::string{product_version()} + "\n");
      return {};
    });
  };
}

}  // namespace agenta::cli
