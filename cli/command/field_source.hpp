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

/// What becomes of a field that nobody declares, where any are declared. As text it is taken with `by_name`
/// alone, and only where what it is called tells that it is no secret.
enum class Undeclared { refused, by_reference, by_name };

/// Reads what the flags of one command name. Stdin goes to one field only.
class FieldReader {
 public:
  explicit FieldReader(Context& context) : context_(context) {}

  /// `declared`: what is known of the fields, of every scheme that may be meant. For one that any of them
  /// calls secret a literal is refused, and a file must be closed to others. One that nobody declares is
  /// taken for a secret, or refused before anything is read.
  Result<Fields> read(std::vector<FieldSource> const& sources, std::vector<AuthField> const& declared,
                      Undeclared undeclared);

 private:
  Result<Secret> read_one(FieldSource const& source, bool may_be_secret);

  Context& context_;
  bool has_read_input_ = false;
};

/// Whether what a field is called says that it is a secret: some are declared as none that are, such as a
/// user name that takes an API key. Its name in requests is judged by the daemon too (`AuthField::secret`).
bool is_named_secret(std::string_view name);
bool is_secret(AuthField const& field);

/// What is in a file that is closed to others, without the end of its last line.
Result<Secret> read_secret_file(std::filesystem::path const& path);

}  // namespace agenta::cli
