#include <functional>
#include <map>

#include "daemon/store/connection_store.hpp"
#include "daemon/store/row.hpp"
#include "daemon/store/state.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::store {

struct ProjectStore::Statements {
  Statement find{"SELECT id, slug, created_at FROM projects WHERE slug = ?1"};
  Statement find_by_id{"SELECT id, slug, created_at FROM projects WHERE id = ?1"};
  Statement insert{"INSERT INTO projects VALUES (?1, ?2, ?3) ON CONFLICT (slug) DO NOTHING"};
  /// By slug: a project stays what it is, and each execution asks for its own.
  Synchronized<std::map<std::string, Project, std::less<>>> known{};
};

ProjectStore::ProjectStore(Database& database)
    : database_(database), statements_(std::make_unique<Statements>()) {}

ProjectStore::~ProjectStore() {
  Locked const db{database_};
  statements_.reset();
}

namespace {

Result<std::optional<Project>> read_project(Use row) {
  AGENTA_TRY(bool const found, row.next());
  std::optional<Project> project;
  if (found) project = Project{{row.text(0)}, row.text(1), time_of(row.integer(2))};
  return project;
}

}  // namespace

Result<std::optional<Project>> ProjectStore::find(std::string_view slug) {
  std::optional<Project> project = statements_->known.with([&](auto const& known) {
    auto const at = known.find(slug);
    return at == known.end() ? std::nullopt : std::optional<Project>{at->second};
  });
  if (project) return project;
  {
    Locked db{database_};
    AGENTA_TRY(project, read_project(statements_->find.use(db, slug)));
  }
  if (project) statements_->known.with([&](auto& known) { known.emplace(slug, *project); });
  return project;
}

Result<std::optional<Project>> ProjectStore::find_by_id(ProjectId const& id) {
  Locked db{database_};
  return read_project(statements_->find_by_id.use(db, id.text));
}

Result<Project> ProjectStore::ensure(std::string_view slug, WallTime now) {
  AGENTA_TRY(auto existing, find(slug));
  if (existing) return *std::move(existing);
  {
    Locked db{database_};
    AGENTA_CHECK(db.write(Durability::full, statements_->insert, make_uuid_v7(), slug, milliseconds_of(now)));
  }
  // Read back, not assumed: another thread may have been first.
  AGENTA_TRY(auto made, find(slug));
  if (!made)
    return fail(ErrorCode::internal, "the project " + std::string{slug} + " is gone as soon as it was made");
  return *std::move(made);
}

}  // namespace agenta::daemon::store
