#include "daemon/store/connection_store.hpp"
#include "daemon/store/row.hpp"
#include "daemon/store/state.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::store {

struct AuthConfigStore::Statements {
  Statement find{
      "SELECT id FROM auth_configs "
      "WHERE base_url = ?1 AND key_scope = ?2 AND integration_slug = ?3 AND auth_scheme = ?4 "
      "AND variant = ?5"};
  Statement remember{
      "INSERT INTO auth_configs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
      "ON CONFLICT DO UPDATE SET id = excluded.id, created_at = excluded.created_at"};
  Statement forget{"DELETE FROM auth_configs WHERE id = ?1"};
};

AuthConfigStore::AuthConfigStore(Database& database)
    : database_(database), statements_(std::make_unique<Statements>()) {}

AuthConfigStore::~AuthConfigStore() {
  Locked const db{database_};
  statements_.reset();
}

Result<std::optional<AuthConfigId>> AuthConfigStore::find(Key const& key) {
  Locked db{database_};
  auto row = statements_->find.use(db, key.base_url, key.key_scope, key.integration.text, key.auth_scheme,
                                   key.variant);
  AGENTA_TRY(bool const found, row.next());
  std::optional<AuthConfigId> id;
  if (found) id = {row.text(0)};
  return id;
}

Result<void> AuthConfigStore::remember(Key const& key, AuthConfigId const& id, WallTime now) {
  Locked db{database_};
  // Full: one that is forgotten in a power cut would be made a second time at Composio.
  AGENTA_CHECK(db.write(Durability::full, statements_->remember, key.base_url, key.key_scope,
                        key.integration.text, key.auth_scheme, key.variant, id.text, milliseconds_of(now)));
  return {};
}

Result<void> AuthConfigStore::forget(AuthConfigId const& id) {
  Locked db{database_};
  AGENTA_CHECK(db.write(Durability::normal, statements_->forget, id.text));
  return {};
}

}  // namespace agenta::daemon::store
