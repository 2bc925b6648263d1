#include "daemon/sandbox/large_result.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace agenta::daemon::sandbox {
namespace {

constexpr std::string_view kHead = R"({"data":{"items":[)";
constexpr std::string_view kTail =
    R"(]},"error":null,"successful":true,"session_info":null,"log_id":"log_large"})";
constexpr std::size_t kItem = 1024;

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t const written = ::write(file, bytes.data(), bytes.size());
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void append_item(std::string& out, std::int64_t id) {
  std::size_t const begin = out.size();
  out.append(R"({"id":)").append(std::to_string(id)).append(R"(,"text":")");
  out.resize(begin + kItem - 3, 'x');
  out.append("\"},");
}

bool write_items(int file, std::int64_t bytes) {
  constexpr std::size_t kPiece = std::size_t{256} << 10;
  std::string piece;
  for (std::int64_t id = 0; id * static_cast<std::int64_t>(kItem) < bytes; ++id) {
    append_item(piece, id);
    bool const is_last = (id + 1) * static_cast<std::int64_t>(kItem) >= bytes;
    if (is_last) piece.pop_back();  // the comma
    if (!is_last && piece.size() < kPiece) continue;
    if (!write_all(file, piece)) return false;
    piece.clear();
  }
  return true;
}

}  // namespace

std::optional<FileBody> make_large_result(std::int64_t bytes) {
  std::error_code ignored;
  auto const directory = std::filesystem::temp_directory_path(ignored);
  FileBody body;
  body.file = std::make_shared<UniqueFd>(::open(directory.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600));
  int const file = body.file->get();
  bool const is_written =
      file >= 0 && write_all(file, kHead) && write_items(file, bytes) && write_all(file, kTail);
  if (!is_written) return std::nullopt;
  body.size = ::lseek(file, 0, SEEK_CUR);
  return body;
}

}  // namespace agenta::daemon::sandbox
