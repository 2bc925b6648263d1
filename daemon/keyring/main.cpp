#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <string_view>

#include "daemon/keyring/keyring.hpp"

// The one program that speaks to the Secret Service, so that the daemon neither links what that takes nor
// waits for a bus that never answers: it is run by the daemon, which ends it after three seconds.
//
//   agenta-tools-keyring store|load|clear --home DIR [--id ID] [--endpoint URL]
//
// The secret comes in on stdin and goes out on stdout. The exit code is `keyring::Ending`; why stands on
// stderr.

namespace {

using agenta::keyring::Answer;
using agenta::keyring::Ending;
using agenta::keyring::Item;

/// The daemon may have been killed meanwhile: nobody else would end this program.
constexpr unsigned kLongestLife = 10;
constexpr std::size_t kMostSecret = 64 << 10;

void harden() {
  ::prctl(PR_SET_DUMPABLE, 0);
  rlimit const no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::alarm(kLongestLife);
}

std::string read_secret() {
  std::string secret;
  secret.reserve(kMostSecret);
  std::array<char, 4096> buffer{};
  for (;;) {
    ssize_t const got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got <= 0 || secret.size() + static_cast<std::size_t>(got) > kMostSecret) break;
    secret.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::explicit_bzero(buffer.data(), buffer.size());
  return secret;
}

void write_secret(std::string_view secret) {
  while (!secret.empty()) {
    ssize_t const written = ::write(STDOUT_FILENO, secret.data(), secret.size());
    if (written <= 0) return;
    secret.remove_prefix(static_cast<std::size_t>(written));
  }
}

Answer run(std::string_view verb, Item const& item) {
  Answer usage;
  usage.ending = Ending::usage;
  usage.why = "usage: agenta-tools-keyring store|load|clear --home DIR [--id ID] [--endpoint URL]";
  if (item.home.empty()) return usage;
  if (verb == "clear") return agenta::keyring::clear(item);
  if (item.id.empty()) return usage;
  if (verb == "load") return agenta::keyring::load(item);
  if (verb != "store" || item.endpoint.empty()) return usage;
  std::string secret = read_secret();
  Answer answer = agenta::keyring::store(item, secret);
  ::explicit_bzero(secret.data(), secret.size());
  return answer;
}

}  // namespace

int main(int argc, char** argv) {
  harden();
  std::map<std::string_view, std::string> options;
  for (int at = 2; at + 1 < argc; at += 2) options[argv[at]] = argv[at + 1];
  Item item;
  item.home = options["--home"];
  item.id = options["--id"];
  item.endpoint = options["--endpoint"];
  Answer answer = run(argc > 1 ? argv[1] : "", item);
  write_secret(answer.secret);
  ::explicit_bzero(answer.secret.data(), answer.secret.size());
  if (!answer.why.empty()) std::fprintf(stderr, "%s\n", answer.why.c_str());
  // Without glib's and the sanitizers' farewells: the process ends here.
  std::fflush(stderr);
  ::_exit(static_cast<int>(answer.ending));
}
