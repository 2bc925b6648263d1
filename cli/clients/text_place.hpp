#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "shared/domain/error.hpp"

/// Places in the text of a configuration file.
namespace agenta::cli {

/// The line, from 1, of a place in a text.
std::size_t line_of(std::string_view text, std::size_t at);

/// `USAGE`, worded `LINE: what`, for the caller to put the file's name before.
unexpected<Error> misread_at(std::string_view text, std::size_t at, std::string_view what);

/// How many bytes a byte order mark takes at a text's beginning.
std::size_t mark_size(std::string_view text);

/// How lines of this text end: as its first one does, `\n` where it has none.
std::string_view line_end_of(std::string_view text);

/// Where the line begins in which `at` stands, and where the next one does.
std::size_t line_begin(std::string_view text, std::size_t at);
std::size_t next_line(std::string_view text, std::size_t at);

/// Every `\n` of `block` as `line_end`.
std::string with_line_ends(std::string_view block, std::string_view line_end);

/// `block`, whole lines, put into `text` at `at`, where a line begins or the text ends. Where the text ends
/// in the middle of a line, so does the result: taking the block out by `cut_block` gives the text back.
std::string put_block(std::string_view text, std::size_t at, std::string_view block);

/// Takes `[begin, end)` out, whole lines; with the end of the line before where the last line has none.
std::string cut_block(std::string_view text, std::size_t begin, std::size_t end);

}  // namespace agenta::cli
