#include "daemon/core/result_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "daemon/store/sha256.hpp"
#include "shared/base/os_error.hpp"
#include "shared/base/private_dir.hpp"
#include "shared/base/write_at.hpp"
#include "shared/protocol/json_pointer_scan.hpp"

namespace agenta::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes kYoung{1};

struct File {
  fs::path path{};
  std::int64_t size = 0;
  fs::file_time_type written{};
};

/// None where there is no directory yet.
std::vector<File> files_in(fs::path const& directory) {
  std::vector<File> files;
  std::error_code error;
  for (auto each = fs::directory_iterator{directory, error}; !error && each != fs::directory_iterator{};
       each.increment(error)) {
    std::error_code gone;
    File file;
    file.path = each->path();
    file.size = static_cast<std::int64_t>(each->file_size(gone));
    if (!gone) file.written = each->last_write_time(gone);
    if (!gone) files.push_back(std::move(file));
  }
  return files;
}

std::int64_t total_of(std::vector<File> const& files) {
  std::int64_t total = 0;
  for (auto const& each : files) total += each.size;
  return total;
}

}  // namespace

fs::path ResultFiles::path_of(ExecutionId const& id) const {
  return options_.directory / (id.text + ".json");
}

bool ResultFiles::is_kept(Execution const& execution) const { return open(execution).has_value(); }

std::optional<FileBody> ResultFiles::open(Execution const& execution) const {
  if (!execution.result_file) return std::nullopt;
  FileBody body;
  // By the id: the home may have been moved since.
  auto const path = path_of(execution.id);
  body.file = std::make_shared<UniqueFd>(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  body.offset = execution.result_file->offset;
  body.size = execution.result_file->size;
  struct stat info {};
  bool const is_whole = *body.file && ::fstat(body.file->get(), &info) == 0 && S_ISREG(info.st_mode) &&
                        info.st_size >= body.offset + body.size;
  if (!is_whole) return std::nullopt;
  return body;
}

std::optional<FileBody> ResultFiles::select(FileBody const& data, std::string_view pointer) {
  if (pointer.empty()) return data;
  constexpr std::int64_t kPiece = std::int64_t{256} << 10;
  protocol::JsonPointerScan scan{pointer};
  protocol::JsonScanner scanner{scan};
  std::string piece;
  for (std::int64_t at = 0; at < data.size;) {
    piece.resize(static_cast<std::size_t>(std::min(kPiece, data.size - at)));
    ssize_t const got = ::pread(data.file->get(), piece.data(), piece.size(), data.offset + at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || !scanner.feed({piece.data(), static_cast<std::size_t>(got)})) return std::nullopt;
    at += got;
  }
  if (!scanner.finish() || !scan.found()) return std::nullopt;
  FileBody part = data;
  part.offset += scan.found()->offset;
  part.size = scan.found()->size;
  return part;
}

void ResultFiles::keep_quota(std::function<bool(std::vector<ExecutionId> const&)> const& record) const {
  auto files = files_in(options_.directory);
  std::int64_t total = total_of(files);
  if (total <= options_.quota) return;
  std::ranges::sort(files, {}, &File::written);
  auto const young = fs::file_time_type::clock::now() - kYoung;
  std::vector<fs::path> dropped;
  std::vector<ExecutionId> ids;
  for (auto const& each : files) {
    if (total <= options_.quota || each.written > young) break;
    if (each.path.extension() != ".json") continue;  // is being written, slowly
    total -= each.size;
    dropped.push_back(each.path);
    ids.push_back({each.path.stem().string()});
  }
  if (dropped.empty() || !record(ids)) return;
  std::error_code ignored;
  for (auto const& path : dropped) fs::remove(path, ignored);
}

Result<std::optional<std::string>> ResultFiles::digest(ExecutionId const& id,
                                                       std::stop_token const& stop) const {
  auto const path = path_of(id);
  auto const cannot = [&](int number) {
    return fail(error_from(OsError{number, "read " + path.string()}, ErrorCode::storage_unavailable));
  };
  // What somebody put in its place must not be waited for.
  UniqueFd const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!file && errno == ENOENT) return std::optional<std::string>{};
  if (!file) return cannot(errno);
  store::Sha256 digest;
  std::string piece(std::size_t{256} << 10, '\0');
  for (;;) {
    if (stop.stop_requested()) return fail(ErrorCode::cancelled, "interrupted");
    ssize_t const got = ::read(file.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot(errno);
    if (got == 0) return std::optional{digest.finish()};
    digest.add({piece.data(), static_cast<std::size_t>(got)});
  }
}

void ResultFiles::remove(ResultFile const& file) const {
  std::error_code ignored;
  fs::remove(options_.directory / fs::path{file.path}.filename(), ignored);
}

std::optional<ResultFile> ResultFiles::keep(ExecutionId const& id, std::string_view data) const {
  auto const path = path_of(id);
  auto const part = path.string() + ".part";
  if (!open_private_dir(options_.directory)) return std::nullopt;
  UniqueFd file{::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!file) return std::nullopt;
  std::error_code error;
  bool const is_whole = write_at(file.get(), data, 0, "keep a result").has_value();
  if (is_whole) fs::rename(part, path, error);
  if (is_whole && !error) return ResultFile{path.string(), 0, static_cast<std::int64_t>(data.size())};
  ::unlink(part.c_str());
  return std::nullopt;
}

std::int64_t ResultFiles::usage() const { return total_of(files_in(options_.directory)); }

void ResultFiles::sweep(std::function<bool(ExecutionId const&)> const& is_named) const {
  for (auto const& each : files_in(options_.directory)) {
    bool const is_finished = each.path.extension() == ".json";
    if (is_finished && is_named(ExecutionId{each.path.stem().string()})) continue;
    std::error_code ignored;
    fs::remove(each.path, ignored);
  }
}

}  // namespace agenta::daemon
