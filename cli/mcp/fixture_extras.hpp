#pragma once

#include "cli/mcp/server.hpp"

namespace agenta::mcp {

/// Prompts, resources and completion of the conformance suite.
class FixtureExtras final : public Extras {
 public:
  std::string capabilities() const override;
  std::optional<CallEnd> answer(std::string_view method, std::string_view params, Turn& turn) override;
};

}  // namespace agenta::mcp
