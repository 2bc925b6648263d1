#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/command/context.hpp"
#include "shared/base/secret.hpp"
#include "shared/domain/integration.hpp"

namespace agenta::cli {

/// A `--field K=…` before its value is read.
struct FieldSource {
  enum class Kind { file, input, variable, literal };
  std::string name{};
  Kind kind = Kind::literal;
  std::string value{};  ///< the path, the variable's name, or the literal
};

/// Reads the values of `flag`: `K=@FILE`, `K=-`, `K=env:VAR` and `K=text`. `USAGE` where there is no `=`, or
/// where a literal is given to a field that is named like a secret: its value is not repeated.
Result<std::vector<FieldSource>> parse_fields(std::string_view flag, std::vector<std::string> const& texts);

using Fields = std::vector<std::pair<std::string, Secret>>;

/// Whether a field that nobody declares may be given as a literal: only where what it is called tells that it
/// is no secret.
enum class Undeclared { refused, by_name };

/// Reads what the flags of one command name. Stdin goes to one field only.
class FieldReader {
 public:
  explicit FieldReader(Context& context) : context_(context) {}

  /// A file must be closed to others. `declared`: what is known of the fields, of every scheme that may be
  /// meant; a literal is refused for one that any of them calls secret.
  Result<Fields> read(std::vector<FieldSource> const& sources, std::vector<AuthField> const& declared,
                      Undeclared undeclared);

 private:
  Result<Secret> read_one(FieldSource const& source);

  Context& context_;
  bool has_read_input_ = false;
};

/// What is in a file that is closed to others, without the end of its last line.
Result<Secret> read_secret_file(std::filesystem::path const& path);

}  // namespace agenta::cli
