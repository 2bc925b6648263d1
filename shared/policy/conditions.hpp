#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "shared/policy/policy.hpp"

/// What conditions make of arguments. Private to `shared/policy`.
namespace agenta::policy {

/// `unclear` counts against the call.
enum class Answer { no, yes, unclear };

/// The arguments as conditions are asked of them.
class Arguments {
 public:
  explicit Arguments(JsonText const& text);
  Answer holds(Condition const& condition) const;

 private:
  std::shared_ptr<nlohmann::json const> document_;
  bool is_doubtful_;
};

}  // namespace agenta::policy
