#include "daemon/store/connection_row.hpp"

#include "daemon/store/row.hpp"
#include "shared/protocol/error_table.hpp"

namespace agenta::daemon::store {
namespace {

using OptionalText = std::optional<std::string_view>;

OptionalText code_of(std::optional<ConnectionError> const& error) {
  return error ? OptionalText{protocol::row_of(error->code).name} : std::nullopt;
}
OptionalText message_of(std::optional<ConnectionError> const& error) {
  return error ? OptionalText{error->message} : std::nullopt;
}

/// Reads columns one after the other.
class Columns {
 public:
  explicit Columns(Use const& row) : row_(row) {}
  std::string text() { return row_.text(at_++); }
  std::int64_t integer() { return row_.integer(at_++); }
  std::optional<std::string> optional_text() { return row_.optional_text(at_++); }
  std::optional<WallTime> optional_time() { return time_of(row_.optional_integer(at_++)); }
  bool is_null() const { return row_.is_null(at_); }
  void skip(int count) { at_ += count; }

  Actor actor() {
    Actor actor;
    actor.uid = static_cast<unsigned>(integer());
    actor.user = text();
    actor.host = text();
    actor.program = text();
    return actor;
  }
  std::optional<ConnectionError> error() {
    auto const code = optional_text();
    auto message = text();
    if (!code) return std::nullopt;
    ConnectionError error;
    error.code = protocol::parse_error_code(*code).value_or(ErrorCode::internal);
    error.message = std::move(message);
    return error;
  }
  std::optional<Renewal> renewal() {
    Renewal renewal;
    renewal.account = {text()};
    renewal.auth_config = {text()};
    renewal.auth_type = text();
    auto const status = optional_text();
    renewal.error = error();
    if (!status) return std::nullopt;
    renewal.status = parse_connection_status(*status).value_or(ConnectionStatus::expired);
    return renewal;
  }

 private:
  Use const& row_;
  int at_ = 0;
};

}  // namespace

Use bind_connection(Locked& db, Statement& statement, Connection const& row) {
  bool const pending = row.status == ConnectionStatus::pending;
  Actor const* const user = row.used_by ? &*row.used_by : nullptr;
  Renewal const* const renewal = pending && row.renewal ? &*row.renewal : nullptr;
  auto const used = [&](std::string Actor::*member) {
    return user != nullptr ? OptionalText{user->*member} : std::nullopt;
  };
  std::optional<std::int64_t> used_by_uid;
  if (user != nullptr) used_by_uid = user->uid;
  static std::optional<ConnectionError> const kNone;
  auto const& renewed_error = renewal != nullptr ? renewal->error : kNone;
  return statement.use(
      db, row.id.text, row.project.text, row.slug, row.name, row.integration.text, row.integration_name,
      null_if_empty(row.account.text), null_if_empty(row.auth_config.text), row.key_scope, row.base_url,
      name_of(row.status), row.auth_type, row.is_default,
      // As good as a credential while it works, of no use after: kept only while pending.
      pending ? null_if_empty(row.redirect_url) : std::nullopt, milliseconds_of(row.expires_at),
      milliseconds_of(row.created_at), milliseconds_of(row.updated_at), milliseconds_of(row.last_used_at),
      milliseconds_of(row.last_checked_at), row.created_by.uid, row.created_by.user, row.created_by.host,
      row.created_by.program, code_of(row.error), message_of(row.error), row.changed_by.uid,
      row.changed_by.user, row.changed_by.host, row.changed_by.program, used_by_uid, used(&Actor::user),
      used(&Actor::host), used(&Actor::program),
      renewal != nullptr ? null_if_empty(renewal->account.text) : std::nullopt,
      renewal != nullptr ? null_if_empty(renewal->auth_config.text) : std::nullopt,
      renewal != nullptr ? OptionalText{renewal->auth_type} : std::nullopt,
      renewal != nullptr ? OptionalText{name_of(renewal->status)} : std::nullopt, code_of(renewed_error),
      message_of(renewed_error));
}

Use bind_standing(Locked& db, Statement& statement, Connection const& row) {
  return statement.use(db, row.id.text, null_if_empty(row.account.text), name_of(row.status),
                       code_of(row.error), message_of(row.error), milliseconds_of(row.last_checked_at),
                       milliseconds_of(row.updated_at), row.changed_by.uid, row.changed_by.user,
                       row.changed_by.host, row.changed_by.program, row.key_scope, row.base_url,
                       null_if_empty(row.auth_config.text));
}

Connection read_connection(Use const& row) {
  Columns in{row};
  Connection out;
  out.id = {in.text()};
  out.project = {in.text()};
  out.slug = in.text();
  out.name = in.text();
  out.integration = {in.text()};
  out.integration_name = in.text();
  out.account = {in.text()};
  out.auth_config = {in.text()};
  out.key_scope = in.text();
  out.base_url = in.text();
  out.status = parse_connection_status(in.text()).value_or(ConnectionStatus::failed);
  out.auth_type = in.text();
  out.is_default = in.integer() != 0;
  out.redirect_url = in.text();
  out.expires_at = in.optional_time();
  out.created_at = time_of(in.integer());
  out.updated_at = time_of(in.integer());
  out.last_used_at = in.optional_time();
  out.last_checked_at = in.optional_time();
  out.created_by = in.actor();
  out.error = in.error();
  out.changed_by = in.actor();
  if (in.is_null()) {
    in.skip(4);
  } else {
    out.used_by = in.actor();
  }
  out.renewal = in.renewal();
  return out;
}

}  // namespace agenta::daemon::store
