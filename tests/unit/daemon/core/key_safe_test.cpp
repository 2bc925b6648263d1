#include "daemon/core/key_safe.hpp"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "tests/unit/daemon/core/core_test_support.hpp"

namespace agenta::daemon {
namespace {

using Kind = store::KeyringTrouble::Kind;

struct KeySafeTest : CoreTest {
  std::string const bus = keyring.bus;

  static store::SavedCredential credential(std::string key = "key-1") {
    store::SavedCredential made;
    made.base_url = kEndpoint;
    made.api_key = Secret{std::move(key)};
    return made;
  }
  std::string in_file() const {
    std::ifstream stream{file.path()};
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
  }
  std::string loaded(KeySafe& from, std::string const& at) {
    return value_of(from.load(at)).value().credential.api_key.reveal();
  }
};

TEST_F(KeySafeTest, KeepsTheKeyInTheKeyringAndAPointerInTheFile) {
  auto const kept = value_of(safe.save(credential(), KeyStore::automatic, bus));

  EXPECT_EQ(kept.place, KeyPlace::keyring);
  EXPECT_EQ(kept.why_file, "");
  EXPECT_EQ(in_file().find("key-1"), std::string::npos) << in_file();
  ASSERT_EQ(keyring.items.size(), 1U);
  EXPECT_EQ(keyring.items[0].second, "key-1");
  KeySafe another{file, keyring, ""};
  EXPECT_EQ(loaded(another, bus), "key-1");
  EXPECT_EQ(value_of(another.load(bus)).value().place, KeyPlace::keyring);
}

TEST_F(KeySafeTest, FallsBackToTheFileAndSaysWhy) {
  for (auto const kind : {Kind::absent, Kind::locked, Kind::silent, Kind::failed}) {
    keyring.trouble = {kind, "it is so"};

    auto const kept = value_of(safe.save(credential(), KeyStore::automatic, bus));

    EXPECT_EQ(kept.place, KeyPlace::file);
    EXPECT_EQ(kept.why_file, "it is so");
    EXPECT_EQ(loaded(safe, bus), "key-1");
  }
}

TEST_F(KeySafeTest, TriesTheKeyringWithoutHarmToWhatItHas) {
  ASSERT_TRUE(safe.check_keyring(kEndpoint, bus));
  EXPECT_TRUE(keyring.items.empty());
  ASSERT_TRUE(safe.save(credential(), KeyStore::keyring, bus));

  EXPECT_TRUE(safe.check_keyring(kEndpoint, bus));

  ASSERT_EQ(keyring.items.size(), 1U);
  EXPECT_EQ(keyring.items[0].second, "key-1");
  keyring.trouble = {Kind::locked, "the keyring is locked"};
  auto const error = error_of(safe.check_keyring(kEndpoint, bus));
  EXPECT_EQ(error.code, ErrorCode::not_configured);
  EXPECT_NE(error.message.find("the keyring is locked"), std::string::npos) << error.message;
}

TEST_F(KeySafeTest, SavesNothingWhereTheKeyringAloneIsWantedAndDoesNotAnswer) {
  ASSERT_TRUE(safe.save(credential("before"), KeyStore::file, bus));
  keyring.trouble = {Kind::locked, "the keyring is locked"};

  auto const error = error_of(safe.save(credential("after"), KeyStore::keyring, bus));

  EXPECT_EQ(error.code, ErrorCode::not_configured);
  EXPECT_NE(error.message.find("the keyring is locked"), std::string::npos) << error.message;
  EXPECT_EQ(loaded(safe, bus), "before");
}

TEST_F(KeySafeTest, AFileThatIsWishedForAsksNoKeyring) {
  auto const kept = value_of(safe.save(credential(), KeyStore::file, bus));

  EXPECT_EQ(kept.place, KeyPlace::file);
  EXPECT_EQ(kept.why_file, "");
  EXPECT_TRUE(keyring.asked.empty());
}

TEST_F(KeySafeTest, ANewKeyLeavesNothingOfTheOldOne) {
  ASSERT_TRUE(safe.save(credential("old-in-file"), KeyStore::file, bus));

  ASSERT_TRUE(safe.save(credential("in-keyring"), KeyStore::keyring, bus));
  EXPECT_EQ(in_file().find("old-in-file"), std::string::npos);
  ASSERT_TRUE(safe.save(credential("in-keyring-2"), KeyStore::keyring, bus));
  ASSERT_EQ(keyring.items.size(), 1U);
  EXPECT_EQ(keyring.items[0].second, "in-keyring-2");

  EXPECT_EQ(value_of(safe.save(credential("in-file"), KeyStore::file, bus)).left_behind, "");
  EXPECT_TRUE(keyring.items.empty());
  EXPECT_EQ(loaded(safe, bus), "in-file");
}

TEST_F(KeySafeTest, SaysWhatItCannotRemove) {
  ASSERT_TRUE(safe.save(credential("old"), KeyStore::keyring, bus));
  keyring.trouble = {Kind::locked, "the keyring is locked"};

  EXPECT_EQ(value_of(safe.save(credential("new"), KeyStore::automatic, bus)).left_behind,
            "the keyring is locked");

  EXPECT_EQ(loaded(safe, bus), "new");
}

TEST_F(KeySafeTest, ReadsTheKeyringOnce) {
  ASSERT_TRUE(safe.save(credential(), KeyStore::keyring, bus));
  KeySafe another{file, keyring, ""};
  keyring.asked.clear();

  for (int i = 0; i < 3; ++i) EXPECT_EQ(loaded(another, bus), "key-1");

  EXPECT_EQ(keyring.asked, std::vector<std::string>{"load"});
}

TEST_F(KeySafeTest, AKeyringThatAnswersNoMoreIsSaidAndNothingElseIsUsed) {
  ASSERT_TRUE(safe.save(credential(), KeyStore::keyring, bus));
  keyring.trouble = {Kind::locked, "the keyring is locked"};
  KeySafe another{file, keyring, ""};

  auto const error = error_of(another.load(bus));

  EXPECT_EQ(error.code, ErrorCode::not_configured);
  EXPECT_NE(error.message.find("the keyring is locked"), std::string::npos);
  EXPECT_NE(error.message.find("COMPOSIO_API_KEY"), std::string::npos);
  EXPECT_FALSE(error.next_step.empty());
  keyring.trouble.reset();
  EXPECT_EQ(loaded(another, bus), "key-1") << "unlocking it is enough";
}

TEST_F(KeySafeTest, OneThatHangsIsNotWaitedForByEveryCall) {
  ASSERT_TRUE(safe.save(credential(), KeyStore::keyring, bus));
  keyring.trouble = {Kind::silent, "no answer"};
  KeySafe another{file, keyring, "unix:path=/other"};
  keyring.asked.clear();

  EXPECT_FALSE(another.load(bus));
  EXPECT_FALSE(another.load(bus));

  EXPECT_EQ(keyring.asked, std::vector<std::string>{"load"});
}

TEST_F(KeySafeTest, FindsTheKeyByTheDaemonsOwnBusForACallerWithoutOne) {
  ASSERT_TRUE(safe.save(credential(), KeyStore::keyring, bus));
  KeySafe another{file, keyring, bus};

  EXPECT_EQ(loaded(another, ""), "key-1");
  EXPECT_EQ(loaded(another, "unix:path=/elsewhere"), "key-1");
}

TEST_F(KeySafeTest, RemovesBoth) {
  ASSERT_TRUE(safe.save(credential(), KeyStore::keyring, bus));

  auto const removed = value_of(safe.remove(bus));

  EXPECT_TRUE(removed.was_there);
  EXPECT_EQ(removed.left_behind, "");
  EXPECT_TRUE(keyring.items.empty());
  EXPECT_FALSE(value_of(safe.load(bus)));
  EXPECT_FALSE(value_of(safe.remove(bus)).was_there);
}

TEST_F(KeySafeTest, ForgetsTheKeyEvenWhereTheKeyringKeepsIt) {
  ASSERT_TRUE(safe.save(credential(), KeyStore::keyring, bus));
  keyring.trouble = {Kind::absent, "nothing there"};

  auto const removed = value_of(safe.remove(bus));

  EXPECT_TRUE(removed.was_there);
  EXPECT_EQ(removed.left_behind, "nothing there");
  EXPECT_FALSE(value_of(safe.load(bus)));
}

}  // namespace
}  // namespace agenta::daemon
