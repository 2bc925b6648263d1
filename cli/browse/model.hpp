#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/browse/key.hpp"
#include "cli/browse/layout.hpp"
#include "cli/browse/list.hpp"
#include "cli/browse/page.hpp"
#include "cli/browse/question.hpp"

namespace agenta::cli::browse {

/// What the world has to do for the model after an event.
struct Effects {
  std::vector<Question> ask{};
  bool forgets = false;                ///< nothing that was asked before `ask` is wanted any more
  std::vector<std::string> connect{};  ///< the command that connects; empty for none
  std::optional<std::string> copy{};   ///< the command to copy
  bool quit = false;
};

/// The browser without its screen: what is looked at, and what a key or an answer makes of it. It touches
/// nothing: what is to be done comes back as `Effects`.
class Model {
 public:
  using Place = std::variant<List, Page>;

  Model(Size size, std::string words);

  /// The first questions.
  Effects start();
  Effects press(Key const& key);
  /// An answer to a question that is not open any more changes nothing.
  Effects receive(Answer answer);
  Effects resize(Size size);
  /// Asks again for what is looked at: something may have changed.
  Effects reload();
  /// A second has passed with a question open.
  void tick();
  /// A sentence to show until the next key.
  void say(std::string notice) { notice_ = std::move(notice); }

  Place const& place() const { return places_.back(); }
  /// The place before this one; null at the top.
  Place const* place_before() const { return places_.size() > 1 ? &places_[places_.size() - 2] : nullptr; }
  Size size() const { return size_; }
  std::string const& notice() const { return notice_; }
  bool is_waiting() const;
  int seconds_waited() const { return seconds_waited_; }

 private:
  Effects press_in(List& list, Key const& key);
  Effects press_in(Page& page, Key const& key);
  Effects act_in(List& list, Key::Name action);
  Effects open(Row row);
  Effects explain_keys();
  Effects enter(Place place);
  Effects leave();
  Effects ask_all();
  Effects ask_more();
  Effects act_on(Row const& row, Key::Name action);
  Question numbered(Question question);
  void fit();

  Size size_;
  std::vector<Place> places_{};
  std::uint64_t last_id_ = 0;
  std::string notice_{};
  /// What is to be done to the best row once what is typed is answered: who types fast presses Enter before.
  std::optional<Key::Name> deferred_{};
  int seconds_waited_ = 0;
};

}  // namespace agenta::cli::browse
