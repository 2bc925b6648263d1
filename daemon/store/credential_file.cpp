#include "daemon/store/credential_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "shared/base/private_dir.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::store {
namespace {

unexpected<Error> storage_failure(OsError const& os) {
  return fail(error_from(os, ErrorCode::storage_unavailable));
}

Result<SavedCredential> parse(std::string const& text, std::filesystem::path const& path) {
  auto const json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("base_url") || !json["base_url"].is_string() ||
      !json.contains("api_key") || !json["api_key"].is_string()) {
    return fail(ErrorCode::not_configured,
                "the saved credential in " + path.string() + " is damaged; log in again",
                {"agenta-tools", "login"});
  }
  SavedCredential credential;
  credential.base_url = json["base_url"].get<std::string>();
  credential.api_key = Secret{json["api_key"].get<std::string>()};
  return credential;
}

}  // namespace

Result<std::optional<SavedCredential>> CredentialFile::load() {
  std::lock_guard const guard{mutex_};
  struct stat info {};
  if (::stat(path_.c_str(), &info) != 0) {
    cached_.reset();
    read_at_.reset();
    if (errno == ENOENT) return std::optional<SavedCredential>{};
    return storage_failure(OsError{errno, "read " + path_.string()});
  }
  Stamp stamp;
  stamp.inode = static_cast<long long>(info.st_ino);
  stamp.modified_ns = info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec;
  stamp.changed_ns =
      info.st_ctim.tv_sec * 1'000'000'000LL + info.st_ctim.tv_nsec;  // a chmod changes this one
  if (read_at_ == stamp) return cached_;

  if (auto const safe = check_private_file(path_); !safe) return storage_failure(safe.error());
  auto const text = read_file(path_);
  if (!text) return storage_failure(text.error());
  AGENTA_TRY(auto credential, parse(*text, path_));
  cached_ = std::move(credential);
  read_at_ = stamp;
  return cached_;
}

Result<void> CredentialFile::save(SavedCredential const& credential) {
  nlohmann::json json;
  json["base_url"] = credential.base_url;
  json["api_key"] = credential.api_key.reveal();
  if (auto const written = write_private_file(path_, json.dump() + "\n"); !written)
    return storage_failure(written.error());
  return {};
}

Result<bool> CredentialFile::remove() {
  std::error_code error;
  bool const removed = std::filesystem::remove(path_, error);
  if (error) return storage_failure(OsError{error.value(), "remove " + path_.string()});
  return removed;
}

}  // namespace agenta::daemon::store
