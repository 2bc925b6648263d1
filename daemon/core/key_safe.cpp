#include "daemon/core/key_safe.hpp"

#include <algorithm>
#include <utility>

#include "shared/base/id.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

using Kind = store::KeyringTrouble::Kind;

/// A bus that let a question wait is not asked again for so long: every call would wait as long.
constexpr std::chrono::seconds kAfterSilence{10};
constexpr std::size_t kItemBytes = 16;
constexpr std::size_t kMostSilent = 64;

store::KeyringTrouble still_silent() {
  return {Kind::silent, "the keyring did not answer within 3 s a moment ago"};
}

unexpected<Error> keyring_withholds(std::string const& why) {
  return fail(ErrorCode::not_configured,
              "the Composio key is saved in the keyring, which does not give it: " + why +
                  "; unlock the keyring and repeat the command, log in again with the key in a file, or set "
                  "COMPOSIO_API_KEY",
              {"agenta-tools", "login", "--store", "file"});
}

}  // namespace

std::string_view name_of(KeyPlace place) { return place == KeyPlace::file ? "file" : "keyring"; }

std::optional<KeyStore> parse_key_store(std::string_view name) {
  if (name == "auto") return KeyStore::automatic;
  if (name == "keyring") return KeyStore::keyring;
  if (name == "file") return KeyStore::file;
  return std::nullopt;
}

/// Where to ask, best first.
std::vector<std::string> KeySafe::buses(std::string const& bus) const {
  std::vector<std::string> list;
  for (std::string const& each : {bus, good_bus_, own_bus_}) {
    if (!each.empty() && std::ranges::find(list, each) == list.end()) list.push_back(each);
  }
  // Without any, the keyring itself says what is missing.
  if (list.empty()) list.emplace_back();
  return list;
}

bool KeySafe::was_silent(std::string const& bus) const {
  auto const found = silent_until_.find(bus);
  return found != silent_until_.end() && std::chrono::steady_clock::now() < found->second;
}

void KeySafe::note_silence(std::string const& bus, Trouble const& trouble) {
  if (trouble.kind != Kind::silent) return;
  if (silent_until_.size() >= kMostSilent) silent_until_.clear();
  silent_until_[bus] = std::chrono::steady_clock::now() + kAfterSilence;
}

store::KeyringResult<Secret> KeySafe::read_keyring(std::string const& id, std::string const& bus) {
  if (auto cached = find_cached(id)) return std::move(*cached);
  std::lock_guard const guard{asking_};
  if (auto cached = find_cached(id)) return std::move(*cached);
  std::optional<Trouble> first;
  for (std::string const& each : buses(bus)) {
    if (was_silent(each)) {
      first = first.value_or(still_silent());
      break;
    }
    auto key = keyring_.load(each, id);
    if (key) {
      cache(id, *key);
      good_bus_ = each;
      return key;
    }
    note_silence(each, key.error());
    if (!first) first = key.error();
    // One that hangs is waited for once in a call.
    if (key.error().kind == Kind::silent) break;
  }
  return unexpected<Trouble>(std::move(*first));
}

Result<std::optional<SavedKey>> KeySafe::load(std::string const& bus) {
  AGENTA_TRY(auto credential, file_.load());
  if (!credential) return std::optional<SavedKey>{};
  SavedKey saved;
  saved.credential = std::move(*credential);
  if (saved.credential.keyring_id.empty()) return std::optional{std::move(saved)};
  auto key = read_keyring(saved.credential.keyring_id, bus);
  if (!key) return keyring_withholds(key.error().why);
  saved.credential.api_key = std::move(*key);
  saved.place = KeyPlace::keyring;
  return std::optional{std::move(saved)};
}

std::optional<Secret> KeySafe::find_cached(std::string const& id) const {
  return cached_.with(
      [&](Cached const& cached) { return cached.id == id ? std::optional{cached.key} : std::nullopt; });
}

void KeySafe::cache(std::string id, Secret key) {
  cached_.with([&](Cached& cached) {
    cached.id = std::move(id);
    cached.key = std::move(key);
  });
}

std::optional<store::SavedCredential> KeySafe::peek() const {
  auto credential = file_.load();
  return credential ? std::move(*credential) : std::nullopt;
}

/// Why something may be left; nothing where all is gone.
std::string KeySafe::clear_keyring(std::string const& bus, std::string const& but) {
  std::string const first = buses(bus).front();
  if (was_silent(first)) return still_silent().why;
  auto const cleared = keyring_.clear(first, but);
  if (cleared) return {};
  note_silence(first, cleared.error());
  return cleared.error().why;
}

Result<Kept> KeySafe::save(store::SavedCredential credential, KeyStore where, std::string const& bus) {
  std::lock_guard const guard{asking_};
  auto const before = file_.load();
  bool const was_in_keyring = before && *before && !(*before)->keyring_id.empty();
  Kept kept;
  if (where != KeyStore::file) {
    std::string const first = buses(bus).front();
    std::string const id = random_hex(kItemBytes);
    // Asked whatever happened a moment ago: the user may have mended it, and waits for the answer.
    auto stored = keyring_.store(first, id, credential.base_url, credential.api_key);
    if (stored) {
      Secret key = std::exchange(credential.api_key, Secret{});
      credential.keyring_id = id;
      if (auto saved = file_.save(credential); !saved) {
        static_cast<void>(keyring_.clear(first, was_in_keyring ? (*before)->keyring_id : std::string{}));
        return fail(std::move(saved).error());
      }
      kept.place = KeyPlace::keyring;
      kept.left_behind = clear_keyring(first, id);
      cache(id, std::move(key));
      good_bus_ = first;
      silent_until_.erase(first);
      return kept;
    }
    note_silence(first, stored.error());
    kept.why_file = std::move(stored).error().why;
    if (where == KeyStore::keyring) {
      return fail(ErrorCode::not_configured,
                  "the key is not saved: it was to be in the keyring alone, and " + kept.why_file,
                  {"agenta-tools", "login", "--store", "file"});
    }
  }
  credential.keyring_id.clear();
  AGENTA_CHECK(file_.save(credential));
  if (was_in_keyring) kept.left_behind = clear_keyring(bus, {});
  cache({}, {});
  return kept;
}

Result<void> KeySafe::check_keyring(std::string const& endpoint, std::string const& bus) {
  std::lock_guard const guard{asking_};
  auto const before = file_.load();
  // What the keyring has of this home is not to be lost by the trial, and nobody says what that is.
  if (!before) return {};
  std::string const first = buses(bus).front();
  // Reading would not tell: a keyring that is locked or was never made only says that it has no such item.
  auto const stored = keyring_.store(first, random_hex(kItemBytes), endpoint, Secret{"no key yet"});
  if (!stored) {
    note_silence(first, stored.error());
    return fail(ErrorCode::not_configured,
                "no login is begun: the key is to be in the keyring alone, and " + stored.error().why,
                {"agenta-tools", "login", "--browser", "--store", "file"});
  }
  silent_until_.erase(first);
  // A word that stays goes with the next key that is saved.
  static_cast<void>(keyring_.clear(first, *before ? (*before)->keyring_id : std::string{}));
  return {};
}

Result<Removed> KeySafe::remove(std::string const& bus) {
  std::lock_guard const guard{asking_};
  auto const before = file_.load();
  Removed removed;
  AGENTA_TRY(removed.was_there, file_.remove());
  // A file that cannot be read may have pointed to it.
  bool const may_be_in_keyring = !before || (*before && !(*before)->keyring_id.empty());
  if (removed.was_there && may_be_in_keyring) removed.left_behind = clear_keyring(bus, {});
  cache({}, {});
  return removed;
}

}  // namespace agenta::daemon
