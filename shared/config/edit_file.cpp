#include <algorithm>
#include <cerrno>

#include "shared/base/private_dir.hpp"
#include "shared/base/try.hpp"
#include "shared/config/settings.hpp"
#include "shared/config/values.hpp"

namespace agenta::config {
namespace {

using Pairs = std::vector<std::pair<std::string, std::optional<std::string>>>;

Pairs pairs_of(FileContent const& content) {
  Pairs pairs;
  for (FileEntry const& entry : content.entries) pairs.emplace_back(entry.key, entry.text);
  std::ranges::sort(pairs);
  return pairs;
}

/// Where a position is, in bytes: columns count characters.
std::size_t offset_of(std::string_view text, Position position) {
  std::size_t at = 0;
  for (std::size_t line = 1; line < position.line && at < text.size(); ++line) {
    at = std::min(text.find('\n', at), text.size() - 1) + 1;
  }
  for (std::size_t column = 1; column < position.column && at < text.size(); ++column) {
    do ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
  }
  return at;
}

/// The text with `line` put in as the line after number `after` (0: first).
std::string with_line(std::string const& text, std::size_t after, std::string const& line) {
  Position next;
  next.line = after + 1;
  std::size_t const at = offset_of(text, next);
  std::string head = text.substr(0, at);
  if (!head.empty() && head.back() != '\n') head += '\n';
  return head + line + "\n" + text.substr(at);
}

/// One edit of a document: tried in the ways TOML can be written, kept only when it reads back as meant.
class Edit {
 public:
  Edit(std::filesystem::path const& file, std::string const& text, FileContent const& content,
       Setting const& setting)
      : file_(file), text_(text), content_(content), setting_(setting) {
    std::string_view const key = setting.key;
    std::size_t const dot = key.rfind('.');
    if (dot != std::string_view::npos) table_ = key.substr(0, dot);
    name_ = dot == std::string_view::npos ? key : key.substr(dot + 1);
  }

  Result<std::string> set(std::string_view value) const {
    std::string const written = write_toml(setting_, value);
    FileEntry const* const entry = find_entry();
    for (std::string& each : entry != nullptr ? replacements(*entry, written) : insertions(written)) {
      auto const parsed = parse_toml(each, file_);
      if (parsed && pairs_of(*parsed) == wanted(write_value(value))) return std::move(each);
    }
    return give_up();
  }

  Result<std::optional<std::string>> unset() const {
    FileEntry const* const entry = find_entry();
    if (entry == nullptr) return std::optional<std::string>{};
    Position const from{entry->key_at.line, 1};
    Position const to{entry->value_end.line + 1, 1};
    std::size_t const begin = offset_of(text_, from);
    std::string without = text_.substr(0, begin) + text_.substr(offset_of(text_, to));
    auto const parsed = parse_toml(without, file_);
    if (!parsed || pairs_of(*parsed) != wanted(std::nullopt)) return give_up();
    return std::optional{std::move(without)};
  }

 private:
  FileEntry const* find_entry() const {
    auto const found = std::ranges::find(content_.entries, setting_.key, &FileEntry::key);
    return found == content_.entries.end() ? nullptr : &*found;
  }

  std::string write_value(std::string_view value) const {
    return setting_.kind == Kind::boolean
               ? std::string{read_boolean(value).value_or(false) ? "true" : "false"}
               : std::string{value};
  }

  /// What the document must say afterwards: nothing else may change.
  Pairs wanted(std::optional<std::string> const& value) const {
    Pairs pairs = pairs_of(content_);
    std::erase_if(pairs, [&](auto const& pair) { return pair.first == setting_.key; });
    if (value) pairs.emplace_back(setting_.key, *value);
    std::ranges::sort(pairs);
    return pairs;
  }

  std::vector<std::string> replacements(FileEntry const& entry, std::string const& written) const {
    std::size_t const begin = offset_of(text_, entry.value_at);
    std::size_t const end = offset_of(text_, entry.value_end);
    return {text_.substr(0, begin) + written + text_.substr(end)};
  }

  std::vector<std::string> insertions(std::string const& written) const {
    std::vector<std::string> ways;
    std::string const line = name_ + " = " + written;
    std::string const dotted = std::string{setting_.key} + " = " + written;
    std::size_t const last = last_line_of(table_);
    if (last > 0) ways.push_back(with_line(text_, last, line));
    if (last > 0) ways.push_back(with_line(text_, last, dotted));
    if (table_.empty()) {
      ways.push_back(with_line(text_, 0, line));
    } else {
      std::string end = text_;
      if (!end.empty()) end += end.back() == '\n' ? "\n" : "\n\n";
      ways.push_back(end + "[" + table_ + "]\n" + line + "\n");
    }
    return ways;
  }

  /// The last line of what stands directly in a table, its header included; 0 where there is none.
  std::size_t last_line_of(std::string const& table) const {
    std::size_t last = 0;
    for (FileTable const& each : content_.tables) {
      if (!table.empty() && each.key == table) last = std::max(last, each.line);
    }
    std::string const prefix = table.empty() ? "" : table + ".";
    for (FileEntry const& entry : content_.entries) {
      bool const inside =
          entry.key.starts_with(prefix) && entry.key.find('.', prefix.size()) == std::string::npos;
      if (inside) last = std::max(last, entry.value_end.line);
    }
    return last;
  }

  unexpected<Error> give_up() const {
    FileEntry const* const entry = find_entry();
    std::string const where =
        file_.string() + (entry != nullptr ? ":" + std::to_string(entry->key_at.line) : "");
    return fail(ErrorCode::usage, where + ": " + std::string{setting_.key} +
                                      " stands here in a way that only a person can change; edit the file");
  }

  std::filesystem::path const& file_;
  std::string const& text_;
  FileContent const& content_;
  Setting const& setting_;
  std::string table_{};
  std::string name_{};
};

Result<std::string> load_text(std::filesystem::path const& file) {
  auto text = read_file(file);
  if (text) return std::move(*text);
  if (text.error().number == ENOENT) return std::string{};
  return fail(error_from(text.error(), ErrorCode::storage_unavailable));
}

Result<void> save_text(std::filesystem::path const& file, std::string const& text) {
  std::error_code error;
  std::filesystem::path const target =
      std::filesystem::is_symlink(file, error) ? std::filesystem::weakly_canonical(file, error) : file;
  if (error && error != std::errc::no_such_file_or_directory) {
    return fail(error_from(OsError{error.value(), "follow the link " + file.string()},
                           ErrorCode::storage_unavailable));
  }
  std::filesystem::create_directories(target.parent_path(), error);
  if (error) {
    return fail(error_from(OsError{error.value(), "create the directory " + target.parent_path().string()},
                           ErrorCode::storage_unavailable));
  }
  if (auto const written = write_private_file(target, text); !written) {
    return fail(error_from(written.error(), ErrorCode::storage_unavailable));
  }
  return {};
}

}  // namespace

Result<void> set_in_file(std::filesystem::path const& file, Setting const& setting, std::string_view value) {
  AGENTA_CHECK(check_value(setting, value));
  AGENTA_TRY(std::string const text, load_text(file));
  AGENTA_TRY(FileContent const content, parse_toml(text, file));
  AGENTA_TRY(std::string const changed, Edit(file, text, content, setting).set(value));
  return save_text(file, changed);
}

Result<bool> unset_in_file(std::filesystem::path const& file, Setting const& setting) {
  AGENTA_TRY(std::string const text, load_text(file));
  AGENTA_TRY(FileContent const content, parse_toml(text, file));
  AGENTA_TRY(std::optional<std::string> const changed, Edit(file, text, content, setting).unset());
  if (!changed) return false;
  AGENTA_CHECK(save_text(file, *changed));
  return true;
}

}  // namespace agenta::config
