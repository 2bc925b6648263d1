#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "shared/domain/error.hpp"

namespace agenta::schema {

struct Regex;

/// `too_much`: the text is too long, or finding out would take too long.
enum class Matching { no, yes, too_much };

/// A regular expression of ECMA-262 in its Unicode mode, matched in time linear in the text: no back
/// references, no `\p{…}`. Cheap to copy. Any thread.
class TextPattern {
 public:
  /// `INVALID_REQUEST` where it cannot be read, in words that say why and can follow what names the pattern.
  static Result<TextPattern> parse(std::string_view pattern);
  /// Whether it matches somewhere in `text` (UTF-8).
  Matching find_in(std::string_view text) const;

 private:
  explicit TextPattern(std::shared_ptr<Regex const> regex) : regex_(std::move(regex)) {}
  std::shared_ptr<Regex const> regex_;
};

}  // namespace agenta::schema
