#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/browse/model.hpp"

namespace agenta::cli::browse::test {

inline Row integration_row(std::string slug, std::string name, State state, std::string description) {
  Row row;
  row.kind = Row::Kind::integration;
  row.slug = row.integration = std::move(slug);
  row.name = std::move(name);
  row.description = std::move(description);
  row.state = state;
  row.note = "12 tools";
  row.more = "Connects by OAUTH2.";
  row.show = "agenta-tools integrations show " + row.slug;
  row.use = row.connect = "agenta-tools connect " + row.slug;
  row.connect_words = {"connect", row.slug};
  return row;
}

inline Row tool_row(std::string slug, std::string integration, std::string description) {
  Row row;
  row.slug = std::move(slug);
  row.name = "Name of " + row.slug;
  row.integration = std::move(integration);
  row.description = std::move(description);
  row.note = "writes";
  row.show = "agenta-tools tools show " + row.slug;
  row.use = "agenta-tools execute " + row.slug;
  row.connect = "agenta-tools connect " + row.integration;
  row.connect_words = {"connect", row.integration};
  return row;
}

/// Tools that are named by a letter each.
inline Rows tools(std::string_view names, std::int64_t total = -1,
                  std::optional<std::string> next_cursor = {}) {
  Rows rows;
  for (char const name : names)
    rows.items.push_back(tool_row(std::string(1, name), "github", "Does " + std::string(1, name)));
  rows.total = total < 0 ? static_cast<std::int64_t>(names.size()) : total;
  rows.next_cursor = std::move(next_cursor);
  return rows;
}

/// A model, and the questions it asked that are still open.
struct Session {
  Model model;
  std::vector<Question> asked{};
  Effects last{};

  explicit Session(Size size = {}, std::string words = {}) : model(size, std::move(words)) {
    note(model.start());
  }

  Effects& note(Effects effects) {
    last = std::move(effects);
    if (last.forgets) asked.clear();
    asked.insert(asked.end(), last.ask.begin(), last.ask.end());
    return last;
  }
  Effects& press(Key::Name name) { return note(model.press({name, {}})); }
  void type(std::string_view text) {
    for (char const c : text) note(model.press({Key::Name::text, std::string(1, c)}));
  }
  /// Answers the question that was asked last, or the `back`th before it.
  void answer(Content content, std::size_t back = 0) { answer_with(std::move(content), back); }
  void refuse(Error error, std::size_t back = 0) { answer_with(agenta::fail(std::move(error)), back); }
  List const& list() const { return std::get<List>(model.place()); }
  Page const& page() const { return std::get<Page>(model.place()); }
  std::string chosen() const { return list().chosen() == nullptr ? "" : list().chosen()->slug; }
  std::string shown() const {
    std::string out;
    for (Row const& row : list().rows()) out += (out.empty() ? "" : " ") + row.slug;
    return out;
  }

 private:
  void answer_with(Result<Content> content, std::size_t back) {
    std::size_t const at = asked.size() - 1 - back;
    Answer answer;
    answer.id = asked[at].id;
    answer.content = std::move(content);
    asked.erase(asked.begin() + static_cast<std::ptrdiff_t>(at));
    note(model.receive(std::move(answer)));
  }
};

}  // namespace agenta::cli::browse::test
