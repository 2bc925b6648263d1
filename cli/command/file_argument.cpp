#include "cli/command/file_argument.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "cli/terminal/progress.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// The first `wanted` without a backslash before it.
std::size_t find_bare(std::string_view text, char wanted) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == wanted) {
      return at;
    }
  }
  return std::string_view::npos;
}

/// `a.b` as `/a/b`; `\.` is a dot in a name.
std::string to_pointer(std::string_view field) {
  if (field.starts_with('/')) return std::string{field};
  std::string pointer = "/";
  for (std::size_t at = 0; at < field.size(); ++at) {
    char const c = field[at];
    bool const is_escape = c == '\\' && at + 1 < field.size();
    char const named = is_escape ? field[++at] : c;
    if (named == '.' && !is_escape) {
      pointer += '/';
    } else if (named == '~' || named == '/') {
      pointer += named == '~' ? "~0" : "~1";
    } else {
      pointer += named;
    }
  }
  return pointer;
}

Result<FileItem> read_item(std::string_view text, std::size_t separator, std::string_view how) {
  FileItem item;
  if (separator != std::string_view::npos && separator > 0) {
    item.pointer = to_pointer(text.substr(0, separator));
    item.path = text.substr(separator + 1);
  }
  bool const is_named =
      !item.pointer.empty() && item.pointer.find("//") == std::string::npos && !item.pointer.ends_with('/');
  if (is_named && !item.path.empty()) return item;
  return fail(ErrorCode::usage, "a file is given as " + std::string{how} + ", such as " +
                                    (how.find('@') == std::string_view::npos ? "--file attachment=report.pdf"
                                                                             : "attachment@report.pdf"));
}

bool has_scheme(std::string_view path) {
  auto const colon = path.find("://");
  return colon != std::string_view::npos && colon > 1 &&
         std::ranges::all_of(path.substr(0, colon), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
                  c == '-' || c == '.';
         });
}

Result<void> check_url(std::string const& url) {
  std::string const scheme = to_lower(url.substr(0, url.find("://")));
  if (scheme == "http" || scheme == "https") return {};
  return fail(ErrorCode::usage,
              "a file is fetched from https:// or http:// alone, not from " + scheme + "://");
}

std::string id_of(ServiceReply const& reply) {
  return protocol::read_string(protocol::find_member(reply.body, "id").value_or("null")).value_or("");
}

unexpected<Error> changed(LocalFile const& file) {
  return fail(ErrorCode::usage, "the file " + file.name + " changed while it was read; nothing ran");
}

Result<std::string> read_piece(LocalFile const& file, std::int64_t at) {
  auto const left = static_cast<std::size_t>(file.size - at);
  std::string piece(std::min(left, protocol::kUploadPiece), '\0');
  std::size_t filled = 0;
  while (filled < piece.size()) {
    auto const got = ::pread(file.file.get(), piece.data() + filled, piece.size() - filled,
                             at + static_cast<std::int64_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(error_from(OsError{errno, "read " + file.name}, ErrorCode::usage));
    if (got == 0) return changed(file);
    filled += static_cast<std::size_t>(got);
  }
  return piece;
}

Result<std::string> hand_over_file(Context& context, LocalFile const& file) {
  AGENTA_TRY(auto const begun, context.call(protocol::begin_upload(file.name, file.size)));
  std::string const id = id_of(begun);
  Progress progress{context.terminal, context.verbosity(), context.quietness()};
  auto const since = steady_clock::now();
  for (std::int64_t at = 0; at < file.size;) {
    if (context.stop.stop_requested()) return fail(ErrorCode::cancelled, "interrupted; nothing was sent");
    Step step;
    step.what = "handing over " + file.name + " (" + describe_size(file.size) + ")";
    step.done = at;
    step.total = file.size;
    step.elapsed = std::chrono::duration_cast<milliseconds>(steady_clock::now() - since);
    progress.show(step);
    AGENTA_TRY(auto piece, read_piece(file, at));
    auto const size = static_cast<std::int64_t>(piece.size());
    AGENTA_CHECK(context.call(protocol::write_upload(id, at, std::move(piece))));
    at += size;
  }
  if (!is_unchanged(file)) return changed(file);
  progress.clear();
  if (context.terminal.err_is_tty()) context.say("file " + file.name + ", " + describe_size(file.size));
  return id;
}

}  // namespace

Result<std::vector<FileItem>> take_file_items(std::vector<std::string> const& flags,
                                              std::vector<std::string>& items) {
  std::vector<FileItem> files;
  for (auto const& flag : flags) {
    AGENTA_TRY(auto item, read_item(flag, find_bare(flag, '='), "FIELD=PATH"));
    files.push_back(std::move(item));
  }
  std::vector<std::string> rest;
  for (auto& item : items) {
    bool const is_file = item.find('=') == std::string::npos && item.find('@') != std::string::npos;
    if (!is_file) {
      rest.push_back(std::move(item));
      continue;
    }
    AGENTA_TRY(auto file, read_item(item, find_bare(item, '@'), "FIELD@PATH"));
    files.push_back(std::move(file));
  }
  items = std::move(rest);
  return files;
}

Result<std::vector<FileArgument>> hand_over(Context& context, std::vector<FileItem> const& items,
                                            Sensitive sensitive) {
  std::vector<LocalFile> opened;
  for (auto const& item : items) {
    if (has_scheme(item.path)) {
      AGENTA_CHECK(check_url(item.path));
      opened.emplace_back();
      continue;
    }
    AGENTA_TRY(auto file, open_local_file(context, item.path, sensitive));
    opened.push_back(std::move(file));
  }
  std::vector<FileArgument> files;
  for (std::size_t at = 0; at < items.size(); ++at) {
    FileArgument file;
    file.pointer = items[at].pointer;
    if (opened[at].file) {
      AGENTA_TRY(file.upload, hand_over_file(context, opened[at]));
    } else {
      AGENTA_TRY(auto const fetched, context.call_far(protocol::fetch_upload(items[at].path)));
      file.upload = id_of(fetched);
    }
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace agenta::cli
