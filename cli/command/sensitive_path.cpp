#include "cli/command/sensitive_path.hpp"

#include <algorithm>
#include <array>

#include "shared/base/text.hpp"

namespace agenta::cli {
namespace {

// Directories, wherever they are: a copy of a home in a backup holds the same keys.
constexpr std::array<std::string_view, 36> kDirectories{
    "/.ssh/",
    "/.aws/",
    "/.azure/",
    "/.gnupg/",
    "/.kube/",
    "/.password-store/",
    "/.mozilla/",
    "/.thunderbird/",
    "/.config/gcloud/",
    "/.config/gh/",
    "/.config/hub/",
    "/.config/op/",
    "/.config/rclone/",
    "/.config/doctl/",
    "/.config/age/",
    "/.config/sops/",
    "/.config/google-chrome/",
    "/.config/google-chrome-beta/",
    "/.config/chromium/",
    "/.config/BraveSoftware/",
    "/.config/microsoft-edge/",
    "/.config/vivaldi/",
    "/.config/opera/",
    "/.var/app/org.mozilla.firefox/",
    "/snap/firefox/common/",
    "/snap/chromium/common/",
    "/.local/share/keyrings/",
    "/.local/share/kwalletd/",
    "/.local/share/gnome-keyring/",
    "/.gnome2/keyrings/",
    "/.docker/contexts/",
    "/.terraform.d/",
    "/.codex/",
    "/.claude/",
    "/.bitcoin/",
    "/.electrum/",
};

constexpr std::array<std::string_view, 38> kFiles{
    "/.docker/config.json",
    "/.config/containers/auth.json",
    "/.netrc",
    "/.pgpass",
    "/.my.cnf",
    "/.npmrc",
    "/.yarnrc.yml",
    "/.pypirc",
    "/.git-credentials",
    "/.config/git/credentials",
    "/.vault-token",
    "/.cargo/credentials",
    "/.cargo/credentials.toml",
    "/.gem/credentials",
    "/.composer/auth.json",
    "/.m2/settings.xml",
    "/.gradle/gradle.properties",
    "/.s3cfg",
    "/.boto",
    "/.htpasswd",
    "/.bash_history",
    "/.zsh_history",
    "/.psql_history",
    "/.mysql_history",
    "/.python_history",
    "/.claude.json",
    "/.composio/user_data.json",
    "/.oci/config",
    "/.databrickscfg",
    "/.rclone.conf",
    "/.authinfo",
    "/.authinfo.gpg",
    "/.envrc",
    "/.node_repl_history",
    "/.sqlite_history",
    "/fish/fish_history",
    "/.config/agenta-tools/tools.toml",
    "/terraform.tfstate",
};

constexpr std::array<std::string_view, 11> kSystem{
    "/etc/shadow",       "/etc/gshadow",      "/etc/sudoers", "/etc/ssh/ssh_host_",
    "/etc/ssl/private/", "/etc/krb5.keytab",  "/proc/",       "/sys/",
    "/run/secrets/",     "/run/credentials/", "/dev/",
};

constexpr std::array<std::string_view, 10> kExtensions{".pem", ".key", ".p12", ".pfx",      ".kdbx",
                                                       ".kdb", ".jks", ".ppk", ".keystore", ".keytab"};
constexpr std::array<std::string_view, 5> kKeyNames{"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_xmss"};

bool is_env_file(std::string_view name) {
  return name == ".env" || name.starts_with(".env.") || name.ends_with(".env");
}

bool is_key_file(std::string const& name) {
  if (name.ends_with(".pub")) return false;  // made to be given away
  return std::ranges::any_of(kKeyNames, [&](auto key) { return name.starts_with(key); }) ||
         std::ranges::any_of(kExtensions, [&](auto extension) { return name.ends_with(extension); });
}

}  // namespace

std::string why_sensitive(std::string_view real_path, std::span<std::string const> own_places) {
  // What the kernel adds to the path of an open file that has lost its name.
  constexpr std::string_view kDeleted = " (deleted)";
  if (real_path.ends_with(kDeleted)) real_path.remove_suffix(kDeleted.size());
  std::string const path{real_path};
  for (auto const& place : own_places) {
    if (place.empty()) continue;
    if (path == place || path.starts_with(place.ends_with('/') ? place : place + "/"))
      return "it is one of agenta-tools' own (" + place + ")";
  }
  for (auto const directory : kDirectories) {
    if (path.find(directory) != std::string::npos)
      return "it is in " + std::string{directory.substr(1, directory.size() - 2)};
  }
  for (auto const file : kFiles) {
    if (path.ends_with(file)) return std::string{file.substr(1)} + " holds credentials";
  }
  for (auto const place : kSystem) {
    if (path.starts_with(place)) return "it is one of the system's own (" + std::string{place} + ")";
  }
  std::string const name = to_lower(real_path.substr(real_path.rfind('/') + 1));
  if (is_env_file(name)) return name + " is a file of environment variables, which hold credentials";
  if (is_key_file(name)) return "its name is that of a private key, or of a store of keys";
  return {};
}

}  // namespace agenta::cli
