#pragma once

// toml++ as this room uses it; seen by its sources alone.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agenta::custom {

/// What is wrong with a file, and where, in lines and columns from 1.
struct Problem {
  std::size_t line = 0;
  std::size_t column = 0;
  std::string message{};
};

class Problems {
 public:
  void add(toml::source_region const& where, std::string message) {
    list_.push_back({where.begin.line, where.begin.column, std::move(message)});
  }
  std::vector<Problem> const& list() const { return list_; }
  std::vector<Problem>& list() { return list_; }

 private:
  std::vector<Problem> list_{};
};

/// A table whose keys are known: reads its members, and notes those of another type and those that nobody
/// knows.
class TableReader {
 public:
  /// `subject`: what the table is, in messages: `CUSTOM_DEPLOY`.
  TableReader(toml::table const& table, std::string subject, Problems& problems)
      : table_(table), subject_(std::move(subject)), problems_(problems) {}

  /// Null where the key is not there.
  toml::node const* find(std::string_view key) const { return table_.get(key); }
  std::optional<std::string> text(std::string_view key);
  bool boolean(std::string_view key, bool otherwise);
  std::vector<std::string> texts(std::string_view key);
  /// One of `words`; the first where the key is not there.
  std::string word(std::string_view key, std::vector<std::string> const& words);
  toml::table const* inner(std::string_view key);

  /// `also`: what is taken as well and suggested to nobody.
  void refuse_others(std::vector<std::string> const& known, std::vector<std::string> const& also = {});
  void complain(std::string_view key, std::string const& message);
  /// Where the value of `key` stands, or the table where it has none.
  toml::source_region where(std::string_view key) const;
  Problems& problems() { return problems_; }
  std::string const& subject() const { return subject_; }

 private:
  toml::table const& table_;
  std::string subject_;
  Problems& problems_;
};

/// A value as JSON; what JSON has no word for (dates, infinity) is noted as a problem.
std::string json_of(toml::node const& node, Problems& problems);

}  // namespace agenta::custom
