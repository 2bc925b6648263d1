#include "daemon/composio/result_spill.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "daemon/composio/composio_codec.hpp"
#include "daemon/composio/wire_json.hpp"
#include "shared/base/private_dir.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

constexpr std::size_t kMostHeld = std::size_t{1} << 20;
constexpr std::size_t kPiece = std::size_t{256} << 10;

bool is_success(unsigned status) { return status >= 200 && status < 300; }

/// The errno of what failed, or 0.
int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t const written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

ResultSpill::ResultSpill(std::filesystem::path path, Scrubber const& scrubber)
    : path_(std::move(path)), scrubber_(scrubber) {}

ResultSpill::~ResultSpill() { forget(); }

void ResultSpill::forget() {
  if (file_) ::unlink(part().c_str());
  file_.reset();
}

void ResultSpill::begin(unsigned status) {
  forget();
  is_success_ = is_success(status);
  is_spilled_ = false;
  is_json_ = true;
  held_.clear();
  lost_.clear();
  digest_.reset();
  scrubbed_.reset();
  envelope_.reset();
}

void ResultSpill::take(std::string_view bytes) {
  if (is_spilled_) return write(scrubbed_->feed(bytes));
  if (path_.empty() || held_.size() + bytes.size() <= kMostHeld) {
    held_.append(bytes);
  } else if (is_success_) {
    spill();
    write(scrubbed_->feed(bytes));
  } else {
    held_.append(bytes.substr(0, kMostHeld - held_.size()));
  }
}

void ResultSpill::spill() {
  is_spilled_ = true;
  std::string const so_far = std::exchange(held_, {});
  digest_.emplace();
  scrubbed_.emplace(scrubber_);
  envelope_.emplace();
  if (auto const directory = open_private_dir(path_.parent_path()); !directory) {
    lost_ = directory.error().message();
  } else {
    file_.reset(::open(part().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file_) lose(errno);
  }
  write(scrubbed_->feed(so_far));
}

void ResultSpill::write(std::string_view bytes) {
  is_json_ = is_json_ && envelope_->feed(bytes);
  if (!file_) return;
  held_.append(bytes);
  if (held_.size() >= kPiece) flush();
}

void ResultSpill::flush() {
  if (!file_) return;
  digest_->add(held_);
  if (int const number = write_all(file_.get(), held_); number != 0) lose(number);
  held_.clear();
}

/// What is on the disk goes at once: it is the disk that is full.
void ResultSpill::lose(int number) {
  lost_ = "cannot write " + part().string() + ": " + std::strerror(number);
  forget();
  held_ = {};
}

Result<ToolResult> ResultSpill::finish() {
  write(scrubbed_->finish());
  flush();
  bool const is_whole = is_json_ && envelope_->finish();
  if (!is_whole) {
    forget();
    return wire::unreadable("no tool result");
  }
  AGENTA_TRY(auto result, parse_tool_result(envelope_->summary()));
  auto const& data = envelope_->data();
  if (!data) {
    forget();
    return result;
  }
  if (file_ && ::rename(part().c_str(), path_.c_str()) != 0) lose(errno);
  if (file_) {
    file_.reset();
    result.file = ResultFile{path_.string(), data->offset, data->size};
    result.file_sha256 = digest_->finish();
  } else {
    result.dropped_bytes = data->size;
    result.dropped_why = lost_;
  }
  return result;
}

}  // namespace agenta::daemon
