#include "daemon/store/statement.hpp"

#include <sqlite3.h>

#include "daemon/store/state.hpp"

namespace agenta::daemon::store {

Use::~Use() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Result<bool> Use::next() {
  if (code_ == SQLITE_OK || code_ == SQLITE_ROW) code_ = sqlite3_step(statement_);
  if (code_ == SQLITE_ROW) return true;
  if (code_ == SQLITE_DONE) return false;
  return fail(db_.failure(code_));
}

Result<std::int64_t> Use::run() {
  for (;;) {
    auto const row = next();
    if (!row) return fail(row.error());
    if (!*row) return sqlite3_changes64(sqlite3_db_handle(statement_));
  }
}

bool Use::conflicted() const {
  return code_ == SQLITE_CONSTRAINT_UNIQUE || code_ == SQLITE_CONSTRAINT_PRIMARYKEY;
}

std::string Use::text(int column) const {
  auto const* const data = reinterpret_cast<char const*>(sqlite3_column_text(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::int64_t Use::integer(int column) const { return sqlite3_column_int64(statement_, column); }

double Use::real(int column) const { return sqlite3_column_double(statement_, column); }

bool Use::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::optional<std::string> Use::optional_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

std::optional<std::int64_t> Use::optional_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

int Use::parameter_count() const { return sqlite3_bind_parameter_count(statement_); }

void Use::bind(int index, std::string_view text) {
  if (code_ != SQLITE_OK) return;
  // A view without data is an empty text, where SQLite would take the null pointer for NULL.
  code_ = sqlite3_bind_text64(statement_, index, text.data() == nullptr ? "" : text.data(), text.size(),
                              SQLITE_STATIC, SQLITE_UTF8);
}

void Use::bind(int index, std::string&& text) {
  if (code_ != SQLITE_OK) return;
  code_ = sqlite3_bind_text64(statement_, index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Use::bind(int index, std::nullopt_t) {
  if (code_ == SQLITE_OK) code_ = sqlite3_bind_null(statement_, index);
}

void Use::bind_integer(int index, std::int64_t value) {
  if (code_ == SQLITE_OK) code_ = sqlite3_bind_int64(statement_, index, value);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

int Statement::prepare(Locked& db) {
  if (statement_ != nullptr) return SQLITE_OK;
  return sqlite3_prepare_v3(db.connection(), sql_.data(), static_cast<int>(sql_.size()),
                            SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
}

}  // namespace agenta::daemon::store
