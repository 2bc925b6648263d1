#include "cli/clients/text_place.hpp"

#include <algorithm>

#include "shared/base/text.hpp"

namespace agenta::cli {

std::size_t line_of(std::string_view text, std::size_t at) {
  std::string_view const before = text.substr(0, std::min(at, text.size()));
  return static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1;
}

unexpected<Error> misread_at(std::string_view text, std::size_t at, std::string_view what) {
  return fail(ErrorCode::usage, std::to_string(line_of(text, at)) + ": " + std::string{what});
}

std::size_t mark_size(std::string_view text) { return text.starts_with("\xEF\xBB\xBF") ? 3 : 0; }

std::string_view line_end_of(std::string_view text) {
  std::size_t const first = text.find('\n');
  return first != std::string_view::npos && first > 0 && text[first - 1] == '\r' ? "\r\n" : "\n";
}

std::size_t line_begin(std::string_view text, std::size_t at) {
  std::size_t const end = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return end == std::string_view::npos ? 0 : end + 1;
}

std::size_t next_line(std::string_view text, std::size_t at) {
  std::size_t const end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

std::string with_line_ends(std::string_view block, std::string_view line_end) {
  return line_end == "\n" ? std::string{block} : replace_all(block, "\n", line_end);
}

std::string put_block(std::string_view text, std::size_t at, std::string_view block) {
  std::string_view const end = line_end_of(text);
  std::string put = with_line_ends(block, end);
  bool const is_in_line = at > mark_size(text) && text[at - 1] != '\n';
  if (is_in_line) put = std::string{end} + put;
  // An empty text has no line to end either.
  if (is_in_line || at == mark_size(text)) {
    if (at == text.size()) put.resize(put.size() - end.size());
  }
  return std::string{text.substr(0, at)} + put + std::string{text.substr(at)};
}

std::string cut_block(std::string_view text, std::size_t begin, std::size_t end) {
  bool const ends_in_line = end == text.size() && end > begin && text[end - 1] != '\n';
  if (ends_in_line && begin > 0 && text[begin - 1] == '\n') {
    --begin;
    if (begin > 0 && text[begin - 1] == '\r') --begin;
  }
  return std::string{text.substr(0, begin)} + std::string{text.substr(end)};
}

}  // namespace agenta::cli
