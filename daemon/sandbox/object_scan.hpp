#pragma once

#include <optional>
#include <string_view>

namespace agenta::daemon::sandbox {

/// Walks the members of one JSON object without building it: fifty megabytes of tools are indexed in one
/// pass, and only what is asked for is ever parsed. Strings are not unescaped and values are not checked.
class ObjectScan {
 public:
  struct Member {
    std::string_view name{};   ///< between its quotes, escapes as written
    std::string_view value{};  ///< raw text, without white space around it
  };

  /// `text` is one JSON object, white space around it allowed.
  explicit ObjectScan(std::string_view text);
  /// The next member; nothing at the end, or where the text is malformed (`failed()` tells which).
  std::optional<Member> next();
  bool failed() const { return failed_; }

 private:
  std::optional<Member> fail();
  void skip_space();
  std::string_view take_string();
  std::string_view take_value();

  std::string_view rest_{};
  bool first_ = true;
  bool failed_ = false;
};

/// What stands between the quotes of a raw JSON string; empty where `raw` is none.
std::string_view unquoted(std::string_view raw);

}  // namespace agenta::daemon::sandbox
