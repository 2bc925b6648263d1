#include "cli/command/sensitive_path.hpp"

#include <gtest/gtest.h>

#include <array>

namespace agenta::cli {
namespace {

constexpr std::array<std::string, 0> kNone{};

TEST(SensitivePath, KnowsWhereKeysAndCredentialsAre) {
  for (char const* path : {"/home/me/.ssh/id_rsa",
                           "/home/me/.ssh/config",
                           "/root/.ssh/known_hosts",
                           "/backup/home/me/.aws/credentials",
                           "/home/me/.gnupg/secring.gpg",
                           "/home/me/.config/gcloud/credentials.db",
                           "/home/me/.kube/config",
                           "/home/me/.docker/config.json",
                           "/home/me/.netrc",
                           "/home/me/.pgpass",
                           "/home/me/.npmrc",
                           "/home/me/.pypirc",
                           "/home/me/.config/gh/hosts.yml",
                           "/home/me/.password-store/mail.gpg",
                           "/home/me/.mozilla/firefox/x.default/logins.json",
                           "/home/me/.config/google-chrome/Default/Cookies",
                           "/home/me/.local/share/keyrings/login.keyring",
                           "/etc/shadow",
                           "/etc/shadow-",
                           "/proc/self/environ",
                           "/srv/app/.env",
                           "/srv/app/.env.production",
                           "/srv/tls/server.pem",
                           "/srv/tls/SERVER.KEY",
                           "/srv/cert.p12",
                           "/home/me/passwords.kdbx",
                           "/tmp/id_rsa",
                           "/tmp/id_ed25519.old"}) {
    EXPECT_NE(why_sensitive(path, kNone), "") << path;
  }
}

TEST(SensitivePath, LetsOrdinaryFilesGo) {
  for (char const* path :
       {"/home/me/report.pdf", "/home/me/ssh/notes.txt", "/tmp/environment", "/tmp/my.env.txt",
        "/home/me/keys.txt", "/home/me/id_rsa.pub", "/etc/hostname", "/home/me/pem"}) {
    EXPECT_EQ(why_sensitive(path, kNone), "") << path;
  }
}

TEST(SensitivePath, KnowsOurOwnPlaces) {
  std::array<std::string, 2> const own{"/home/me/.local/share/agenta-tools",
                                       "/home/me/.config/agenta-tools/config.toml"};

  EXPECT_NE(why_sensitive("/home/me/.local/share/agenta-tools/tools.db", own), "");
  EXPECT_NE(why_sensitive("/home/me/.config/agenta-tools/config.toml", own), "");
  EXPECT_EQ(why_sensitive("/home/me/.local/share/agenta-tools-notes/x", own), "");
}

}  // namespace
}  // namespace agenta::cli
