#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "shared/domain/error.hpp"

/// The catalogue as the browser sees it: questions, and their answers. Where these come from is not its
/// business.
namespace agenta::cli::browse {

enum class Scope { all, integrations, tools };

/// Whether there is an account to use something with.
enum class State { unknown, connected, not_connected, not_needed, pending, expired, failed, inactive };

std::string_view words_of(State state);  ///< empty for `unknown`

/// One line of a list. Texts are as the service gave them: the view makes them harmless.
struct Row {
  enum class Kind {
    guide,  ///< how to connect the integration whose tools are listed
    integration,
    tool,
  };
  Kind kind = Kind::tool;
  std::string slug{};
  std::string name{};
  std::string description{};
  std::string integration{};  ///< of an integration: itself
  State state = State::unknown;
  std::string note{};  ///< one or two words: how many tools, or what the tool does to the world
  std::string more{};  ///< a sentence more, where there is room: the ways to connect
  // The plain commands that do the same, as they are typed.
  std::string show{};
  std::string use{};      ///< what is copied
  std::string connect{};  ///< empty where there is nothing to connect
  /// What `connect` runs: the words after the program and its flags.
  std::vector<std::string> connect_words{};
  bool operator==(Row const&) const = default;
};

/// What the browser wants to know.
struct Question {
  enum class About { rows, integration, tool };
  std::uint64_t id = 0;
  About about = About::rows;
  std::string slug{};  ///< of the integration or tool asked about
  // Of rows:
  Scope scope = Scope::all;
  std::string words{};        ///< empty: everything, in the service's own order
  std::string integration{};  ///< only its tools; empty: all there is
  std::string cursor{};       ///< empty: from the beginning
  bool is_typed = false;      ///< a person is typing: another question may follow in a moment
  bool operator==(Question const&) const = default;
};

/// A page of rows.
struct Rows {
  std::vector<Row> items{};
  std::int64_t total = 0;                    ///< of all there are, beyond this page too
  std::optional<std::string> next_cursor{};  ///< none: there is no way to more
  std::string remark{};  ///< what a person should know of the answer: its age, what is missing
};

/// All about one thing, as the plain command prints it.
struct Details {
  std::string text{};
  Row row{};  ///< the same thing as a line, with all that is known by now
  std::string remark{};
};

using Content = std::variant<Rows, Details>;

struct Answer {
  std::uint64_t id = 0;
  Result<Content> content{Content{}};
};

/// Answers a question; blocks until then or until `stop`. Called from one thread, which is not the caller's.
using Source = std::function<Result<Content>(Question const&, std::stop_token)>;

}  // namespace agenta::cli::browse
