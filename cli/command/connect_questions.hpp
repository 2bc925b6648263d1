#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command/connect_draft.hpp"

namespace agenta::cli {

/// The questions about one connection: which are open, what was typed, and what is offered again where the
/// service refuses it.
class ConnectQuestions {
 public:
  ConnectQuestions(Context& context, ConnectDraft& draft);

  /// Asks for what is required and was not given. `INPUT_NEEDED` listing all of it where nobody can be asked.
  Result<void> ask_missing();
  /// Asks a person for what a refusal of the daemon is about. Whether there is something else to post now.
  Result<bool> ask_about(Error const& refusal);

 private:
  std::vector<AuthField const*> missing(bool even_with_default) const;
  Error fields_needed() const;
  void introduce() const;
  bool learn_fields(Error const& refusal);
  void take_back();

  Context& context_;
  ConnectDraft& draft_;
  std::vector<AuthField> fields_{};   ///< of the connection, as far as they are known
  std::vector<std::string> typed_{};  ///< the fields of the request that were typed
  std::optional<Fields> before_{};    ///< what was typed the time before and is no secret
  int refusals_ = 0;
  bool has_asked_for_app_ = false;
};

}  // namespace agenta::cli
