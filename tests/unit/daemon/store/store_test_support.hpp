#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "daemon/store/connection_store.hpp"
#include "daemon/store/database.hpp"
#include "daemon/store/execution_journal.hpp"
#include "daemon/store/state.hpp"

namespace agenta::daemon::store {

/// A private directory of one test, removed with what is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "agenta-store-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(TemporaryDirectory const&) = delete;
  TemporaryDirectory& operator=(TemporaryDirectory const&) = delete;
  std::filesystem::path operator/(std::string const& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline unsigned mode_of(std::filesystem::path const& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return 0;
  return info.st_mode & 07777U;
}

inline std::unique_ptr<Database> open_or_fail(std::filesystem::path const& path = ":memory:") {
  auto opened = Database::open(path);
  if (opened) return std::move(opened).value();
  ADD_FAILURE() << opened.error().message;
  std::abort();
}

/// What one statement says in its first column.
inline std::string ask(Database& database, std::string const& sql) {
  Locked db{database};
  Statement statement{sql};
  auto row = statement.use(db);
  auto const found = row.next();
  return found && *found ? row.text(0) : found ? "(no row)" : found.error().message;
}

inline void tell(Database& database, std::string const& sql) {
  auto const told = Locked{database}.exec(sql);
  EXPECT_TRUE(told.has_value()) << (told ? "" : told.error().message);
}

inline WallTime at(int seconds) { return WallTime{std::chrono::seconds{1'795'000'000 + seconds}}; }

inline Connection make_connection(ProjectId const& project, std::string slug) {
  Connection out;
  out.id = {make_uuid_v7()};
  out.project = project;
  out.slug = std::move(slug);
  out.name = "Work account";
  out.integration = {"github"};
  out.integration_name = "GitHub";
  out.account = {"ca_1"};
  out.auth_config = {"ac_1"};
  out.key_scope = "pr_1";
  out.base_url = "https://backend.composio.dev";
  out.status = ConnectionStatus::active;
  out.auth_type = "OAUTH2";
  out.created_at = at(0);
  out.updated_at = at(1);
  out.created_by = {1000, "ada", "loom", "agenta-tools 0.1.0"};
  return out;
}

inline Execution make_execution(ProjectId const& project, std::string tool = "GITHUB_CREATE_AN_ISSUE") {
  Execution out;
  out.id = {make_uuid_v7()};
  out.project = project;
  out.tool = {std::move(tool)};
  out.tool_version = "20251119_00";
  out.integration = {"github"};
  out.connection = ConnectionReference{{"0190-connection"}, "work"};
  out.arguments = {R"({"owner":"o","repo":"r"})"};
  out.arguments_digest = "d1";
  out.started_at = at(0);
  out.actor = {1000, "ada", "loom", "agenta-tools 0.1.0"};
  return out;
}

/// A store on a database of its own, with one project.
struct StoreTest : testing::Test {
  std::unique_ptr<Database> database = open_or_fail();
  ProjectStore projects{*database};
  ConnectionStore connections{*database};
  ExecutionJournal journal{*database};
  ProjectId project = projects.ensure("default", at(0)).value().id;
};

}  // namespace agenta::daemon::store
