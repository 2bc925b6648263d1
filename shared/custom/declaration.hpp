#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "shared/base/json_text.hpp"
#include "shared/custom/template.hpp"
#include "shared/domain/tool.hpp"

/// Tools that a person declares in a file of their own (`tools.toml`): local commands and HTTP requests.
namespace agenta::custom {

/// The integration that all of them belong to.
inline constexpr std::string_view kIntegration = "custom";

/// A text of the file that stands for itself, or for what a variable or a file holds.
struct Source {
  enum class From { literal, environment, file };
  From from = From::literal;
  std::string prefix{};  ///< before what is read: `Bearer `
  std::string name{};    ///< the text, the variable's name, or the file's path
  bool operator==(Source const&) const = default;
};

enum class Output { text, json };

/// A program, run without a shell.
struct Command {
  std::vector<Template> argv{};  ///< the program first: a path, or a name that is looked for on PATH
  bool json_input = false;       ///< the arguments come on its stdin
  std::vector<std::string> environment{};  ///< names of variables that it gets beside the least there is
  std::string directory{};                 ///< empty: `/`
};

enum class Body { none, json, form };

/// A request. What the URL and the query do not use of the arguments is the body's.
struct Http {
  std::string method = "GET";
  std::string base_url{};  ///< `https://host:port`: never from an argument
  Template target{};       ///< path, and what the URL has of a query
  std::vector<std::pair<std::string, std::variant<Template, Source>>> query{};
  std::vector<std::pair<std::string, Source>> headers{};
  Body body = Body::none;
  bool allow_private = false;  ///< addresses that are not on the public internet, too
};

/// One tool of the file.
struct Declaration {
  Tool tool{};  ///< without a version: that is the file's
  std::chrono::milliseconds timeout{};
  std::size_t max_output = 0;  ///< bytes of stdout, of stderr, or of a reply's body
  Output output = Output::text;
  std::variant<Command, Http> action{};
};

}  // namespace agenta::custom
