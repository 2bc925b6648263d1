#include "cli/clients/yaml_check.hpp"

#include <yaml.h>

#include <algorithm>
#include <string>

#include "cli/clients/text_place.hpp"

namespace agenta::cli {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), is_ready_(yaml_parser_initialize(&parser_) == 1) {
    if (!is_ready_) return;
    yaml_parser_set_input_string(&parser_, reinterpret_cast<unsigned char const*>(text.data()), text.size());
  }
  Parser(Parser const&) = delete;
  Parser& operator=(Parser const&) = delete;
  ~Parser() {
    if (is_ready_) yaml_parser_delete(&parser_);
  }

  Result<void> run() {
    if (!is_ready_) return fail(ErrorCode::internal, "there is no memory for reading YAML");
    for (;;) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser_, &event) == 0) return fault();
      yaml_event_type_t const type = event.type;
      yaml_event_delete(&event);
      if (type == YAML_STREAM_END_EVENT) return {};
    }
  }

 private:
  unexpected<Error> fault() const {
    std::string what = "this is not YAML";
    if (parser_.context != nullptr) what.append(": ").append(parser_.context);
    if (parser_.problem != nullptr) what.append(parser_.context ? ", " : ": ").append(parser_.problem);
    return misread_at(text_, place(), what);
  }

  /// What is left open is found at the end of the text, and told where it begins.
  std::size_t place() const {
    if (parser_.error == YAML_READER_ERROR) return parser_.problem_offset;
    bool const is_at_end = parser_.problem_mark.index >= text_.size();
    bool const has_context = parser_.context != nullptr;
    return line_start(is_at_end && has_context ? parser_.context_mark.line : parser_.problem_mark.line);
  }

  std::size_t line_start(std::size_t line) const {
    std::size_t at = 0;
    while (line-- > 0 && at < text_.size()) at = next_line(text_, at);
    return at;
  }

  std::string_view text_;
  yaml_parser_t parser_{};
  bool is_ready_;
};

}  // namespace

Result<void> check_yaml(std::string_view text) { return Parser{text}.run(); }

}  // namespace agenta::cli
