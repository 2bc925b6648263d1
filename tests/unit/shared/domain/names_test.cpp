#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "shared/domain/connection.hpp"
#include "shared/domain/execution.hpp"
#include "shared/domain/integration.hpp"

namespace agenta {
namespace {

TEST(Slug, TakesTheAlphabetOfTheContract) {
  for (auto const* slug : {"work", "w", "0", "my-work_2"}) EXPECT_TRUE(is_valid_slug(slug)) << slug;
  EXPECT_TRUE(is_valid_slug(std::string(64, 'a')));
}

TEST(Slug, RefusesEverythingElse) {
  for (auto const* slug : {"", "Work", "-work", "_work", "my work", "a/b", "a.b", "\xC3\xA9t\xC3\xA9"}) {
    EXPECT_FALSE(is_valid_slug(slug)) << slug;
  }
  EXPECT_FALSE(is_valid_slug(std::string(65, 'a')));
}

TEST(Slug, IsNeverWhatCouldBeAnId) { EXPECT_FALSE(is_valid_slug("0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")); }

TEST(ConnectionStatus, IsReadBackFromItsNameInAnyCase) {
  for (auto const status : {ConnectionStatus::pending, ConnectionStatus::active, ConnectionStatus::expired,
                            ConnectionStatus::failed, ConnectionStatus::inactive}) {
    EXPECT_EQ(parse_connection_status(name_of(status)), status);
  }
  EXPECT_EQ(parse_connection_status("active"), ConnectionStatus::active);
  EXPECT_FALSE(parse_connection_status("OPEN"));
}

TEST(ExecutionState, IsReadBackFromItsNameAndSettledOnceNothingCanChangeIt) {
  for (auto const state :
       {ExecutionState::queued, ExecutionState::sent, ExecutionState::succeeded, ExecutionState::failed,
        ExecutionState::unknown, ExecutionState::cancelled, ExecutionState::refused}) {
    EXPECT_EQ(parse_execution_state(name_of(state)), state);
    EXPECT_EQ(is_settled(state), state != ExecutionState::queued && state != ExecutionState::sent);
  }
  EXPECT_FALSE(parse_execution_state("running"));
}

TEST(NeedsBrowser, HoldsForTheSchemesThatHaveALink) {
  for (auto const* mode : {"OAUTH2", "OAUTH1", "DCR_OAUTH"}) EXPECT_TRUE(needs_browser(mode)) << mode;
  for (auto const* mode : {"API_KEY", "BEARER_TOKEN", "BASIC", "NO_AUTH", ""})
    EXPECT_FALSE(needs_browser(mode)) << mode;
}

TEST(ErrorFromOs, TellsPermissionsAndStorageFromTheRest) {
  EXPECT_EQ(error_from(OsError{EPERM, "x"}).code, ErrorCode::blocked);
  EXPECT_EQ(error_from(OsError{EACCES, "x"}).code, ErrorCode::blocked);
  EXPECT_EQ(error_from(OsError{ENOSPC, "x"}).code, ErrorCode::storage_unavailable);
  EXPECT_EQ(error_from(OsError{EROFS, "x"}).code, ErrorCode::storage_unavailable);
  EXPECT_EQ(error_from(OsError{EDQUOT, "x"}).code, ErrorCode::storage_unavailable);
  EXPECT_EQ(error_from(OsError{EIO, "x"}).code, ErrorCode::internal);
  EXPECT_EQ(error_from(OsError{EIO, "x"}, ErrorCode::daemon_unavailable).code, ErrorCode::daemon_unavailable);
  EXPECT_EQ(error_from(OsError{ENOENT, "open /x"}).message, "cannot open /x: No such file or directory");
}

}  // namespace
}  // namespace agenta
