#include "daemon/store/credential_file.hpp"

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "shared/base/private_dir.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::store {
namespace {

unexpected<Error> storage_failure(OsError const& os) {
  return fail(error_from(os, ErrorCode::storage_unavailable));
}

std::string text_at(nlohmann::json const& json, char const* name) {
  auto const found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// The members that say whose the key is.
struct OwnerMember {
  char const* name;
  std::string SavedOwner::*member;
};
constexpr std::array kOwnerMembers{
    OwnerMember{"project_id", &SavedOwner::project_id},
    OwnerMember{"project_name", &SavedOwner::project_name},
    OwnerMember{"org_id", &SavedOwner::org_id},
    OwnerMember{"org_name", &SavedOwner::org_name},
    OwnerMember{"email", &SavedOwner::email},
};

Result<SavedCredential> parse(std::string const& text, std::filesystem::path const& path) {
  auto const json = nlohmann::json::parse(text, nullptr, false);
  SavedCredential credential;
  if (json.is_object()) {
    credential.base_url = text_at(json, "base_url");
    credential.api_key = Secret{text_at(json, "api_key")};
    credential.keyring_id = text_at(json, "keyring_id");
    credential.key_scope = text_at(json, "key_scope");
    for (auto const& each : kOwnerMembers) credential.owner.*each.member = text_at(json, each.name);
  }
  if (!credential.base_url.empty() && credential.api_key.empty() != credential.keyring_id.empty())
    return credential;
  return fail(ErrorCode::not_configured,
              "the saved credential in " + path.string() + " is damaged; log in again",
              {"agenta-tools", "login"});
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
  if (credential.keyring_id.empty()) {
    json["api_key"] = credential.api_key.reveal();
  } else {
    json["keyring_id"] = credential.keyring_id;
  }
  if (!credential.key_scope.empty()) json["key_scope"] = credential.key_scope;
  for (auto const& each : kOwnerMembers) {
    if (!(credential.owner.*each.member).empty()) json[each.name] = credential.owner.*each.member;
  }
  // Composio's names may be no UTF-8.
  Secret const text{json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
  if (auto const written = write_private_file(path_, text.reveal()); !written)
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
