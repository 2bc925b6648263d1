#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/json_text.hpp"
#include "shared/domain/error.hpp"

/// The command line's way of writing arguments (`execute TOOL K=V …`).
namespace agenta::schema {

/// The text of the file a person names; `-` is standard input.
using ReadFile = std::function<Result<std::string>(std::string const& path)>;

struct Arguments {
  JsonText json{};                        ///< one object
  std::vector<std::string> text_paths{};  ///< RFC 6901 pointers of the values that came as bare text
};

/// Builds the arguments from `items`, over the members of `data` (a JSON object) where given.
///
///   k=text      text; whoever knows the schema makes a number of it where one is wanted (`Schema::coerce`)
///   k:=json     any JSON value
///   k=@file     the text of a file; k:=@file its JSON; k=@@text is the text `@text`
///   a.b=v       a member of an object; `\.` is a dot, `\=` an equals sign, `\:` a colon, `\\` a backslash in
///   a name k=a k=b     the same name with `=` again makes an array of the texts
///
/// An item replaces the member that `data` has. Everything `USAGE`: an item without `=`, an empty name, text
/// that is not UTF-8, bad JSON, `data` that is no object, and items that contradict each other or `data`
/// (`a=1 a.b=2`), naming both. What came as JSON keeps its bytes. Values are never quoted in errors: they may
/// be secrets.
Result<Arguments> build_arguments(std::vector<std::string> const& items,
                                  std::optional<std::string> const& data, ReadFile const& read_file);

}  // namespace agenta::schema
