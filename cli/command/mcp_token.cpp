#include "cli/command/mcp_token.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "shared/base/id.hpp"
#include "shared/base/os_error.hpp"
#include "shared/base/private_dir.hpp"
#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

constexpr std::string_view kMark = "mcp-";  ///< how a token begins that is made here
constexpr std::size_t kMost = 1024;
constexpr std::size_t kLeast = 16;

/// Whether the file that is held is the one that the name leads to still.
bool is_there_still(int held, std::filesystem::path const& file) {
  struct stat ours {};
  struct stat named {};
  return ::fstat(held, &ours) == 0 && ::lstat(file.c_str(), &named) == 0 && ours.st_ino == named.st_ino &&
         ours.st_dev == named.st_dev;
}

Result<void> make(std::filesystem::path const& file) {
  constexpr std::size_t kBytes = 32;
  Secret const made{std::string{kMark} + random_hex(kBytes)};
  if (auto opened = open_private_dir(file.parent_path()); !opened)
    return fail(error_from(opened.error(), ErrorCode::storage_unavailable));
  if (auto written = write_private_file(file, made.reveal() + "\n"); !written)
    return fail(error_from(written.error(), ErrorCode::storage_unavailable));
  return {};
}

/// The file, made where it is missing, and held so that no server which ends now takes it away.
Result<UniqueFd> hold(std::filesystem::path const& file) {
  constexpr int kMostTries = 10;
  for (int i = 0; i < kMostTries; ++i) {
    UniqueFd held{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    if (!held && errno != ENOENT)
      return fail(error_from(OsError{errno, "open " + file.string()}, ErrorCode::usage));
    if (!held) {
      if (auto made = make(file); !made) return fail(std::move(made).error());
      continue;
    }
    if (::flock(held.get(), LOCK_SH) == 0 && is_there_still(held.get(), file)) return held;
  }
  return fail(ErrorCode::usage, file.string() + " is made and removed all the time by others");
}

}  // namespace

McpToken::McpToken(std::filesystem::path file, UniqueFd held, Secret value, bool is_made)
    : file_(std::move(file)), held_(std::move(held)), value_(std::move(value)), is_made_(is_made) {}

McpToken::~McpToken() {
  bool const is_last = held_ && is_made_ && ::flock(held_.get(), LOCK_EX | LOCK_NB) == 0;
  if (is_last && is_there_still(held_.get(), file_)) ::unlink(file_.c_str());
}

Result<McpToken> McpToken::open(std::filesystem::path file) {
  auto held = hold(file);
  if (!held) return fail(std::move(held).error());
  if (auto checked = check_private_file(file); !checked)
    return fail(error_from(checked.error(), ErrorCode::usage));
  auto content = read_file(file, kMost);
  if (!content) return fail(error_from(content.error(), ErrorCode::usage));
  Secret const whole{std::move(*content)};
  Secret token{std::string{trim(whole.reveal())}};
  if (token.reveal().size() < kLeast) {
    return fail(ErrorCode::usage,
                "the token in " + file.string() + " is too short: remove the file, and one is made");
  }
  bool const is_made = token.reveal().starts_with(kMark);
  return McpToken{std::move(file), *std::move(held), std::move(token), is_made};
}

}  // namespace agenta::cli
