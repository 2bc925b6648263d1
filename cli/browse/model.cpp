#include "cli/browse/model.hpp"

#include <algorithm>
#include <utility>

#include "cli/browse/help.hpp"

namespace agenta::cli::browse {
namespace {

template <class... F>
struct Cases : F... {
  using F::operator()...;
};
template <class... F>
Cases(F...) -> Cases<F...>;

}  // namespace

Model::Model(Size size, std::string words) : size_(size) {
  places_.emplace_back(List{std::move(words)});
  fit();
}

Effects Model::start() { return ask_all(); }

Effects Model::press(Key const& key) {
  notice_.clear();
  deferred_.reset();
  if (key.name == Key::Name::quit) return {.quit = true};
  if (key.name == Key::Name::reload) return reload();
  if (key.name == Key::Name::help) return explain_keys();
  return std::visit([&](auto& place) { return press_in(place, key); }, places_.back());
}

Effects Model::press_in(List& list, Key const& key) {
  int const window = std::max(1, arrange(size_).list.height);
  bool is_other_question = false;
  switch (key.name) {
    case Key::Name::text:
      if (key.text == "?" && list.typed().empty()) return explain_keys();
      is_other_question = list.type(key.text);
      break;
    case Key::Name::backspace: is_other_question = list.erase(); break;
    case Key::Name::erase_word: is_other_question = list.erase_word(); break;
    case Key::Name::erase_all: is_other_question = list.erase_all(); break;
    case Key::Name::tab: is_other_question = list.turn_scope(1); break;
    case Key::Name::back_tab: is_other_question = list.turn_scope(-1); break;
    case Key::Name::up: list.move(-1); break;
    case Key::Name::down: list.move(1); break;
    case Key::Name::page_up: list.move(-window); break;
    case Key::Name::page_down: list.move(window); break;
    case Key::Name::home: list.move_to_first(); break;
    case Key::Name::end: list.move_to_last(); break;
    case Key::Name::enter:
    case Key::Name::right:
    case Key::Name::connect:
    case Key::Name::copy: return act_in(list, key.name);
    case Key::Name::escape: return leave();
    case Key::Name::left: return places_.size() > 1 ? leave() : Effects{};
    case Key::Name::help:
    case Key::Name::reload:
    case Key::Name::redraw:
    case Key::Name::suspend:
    case Key::Name::quit: break;
  }
  if (!is_other_question) return ask_more();
  // Whoever types may go on; whoever turns to other rows wants these.
  bool const is_typing = key.name != Key::Name::tab && key.name != Key::Name::back_tab;
  Effects effects = ask_all();
  for (Question& question : effects.ask) question.is_typed = is_typing;
  return effects;
}

Effects Model::press_in(Page& page, Key const& key) {
  int const window = std::max(1, arrange(size_).page.height);
  switch (key.name) {
    case Key::Name::text:
      if (key.text == " ") page.move(window);
      break;
    case Key::Name::up: page.move(-1); break;
    case Key::Name::down: page.move(1); break;
    case Key::Name::page_up: page.move(-window); break;
    case Key::Name::page_down: page.move(window); break;
    case Key::Name::home: page.move_to_first(); break;
    case Key::Name::end: page.move_to_last(); break;
    case Key::Name::escape:
    case Key::Name::left:
    case Key::Name::backspace: return leave();
    case Key::Name::connect:
    case Key::Name::copy: return page.row() ? act_on(*page.row(), key.name) : Effects{};
    case Key::Name::enter:
    case Key::Name::right:
    case Key::Name::erase_word:
    case Key::Name::erase_all:
    case Key::Name::tab:
    case Key::Name::back_tab:
    case Key::Name::help:
    case Key::Name::reload:
    case Key::Name::redraw:
    case Key::Name::suspend:
    case Key::Name::quit: break;
  }
  return {};
}

Effects Model::act_in(List& list, Key::Name action) {
  if (!list.is_current() && list.is_awaiting()) {
    deferred_ = action;
    return {};
  }
  if (list.chosen() == nullptr) return {};
  Row const row = *list.chosen();
  bool const opens = action == Key::Name::enter || action == Key::Name::right;
  return opens ? open(row) : act_on(row, action);
}

Effects Model::open(Row row) {
  if (row.kind != Row::Kind::integration) return enter(Page{std::move(row)});
  row.kind = Row::Kind::guide;
  return enter(List{std::move(row)});
}

Effects Model::explain_keys() {
  auto const* const page = std::get_if<Page>(&places_.back());
  if (page != nullptr && !page->row()) return {};  // they are explained already
  places_.emplace_back(Page{"Keys", help_text()});
  fit();
  return {};
}

/// Goes to a place that has something to ask.
Effects Model::enter(Place place) {
  auto* const before = std::get_if<List>(&places_.back());
  // Its question is given up for the one that is asked now.
  if (before != nullptr && before->is_awaiting()) before->expire();
  places_.push_back(std::move(place));
  fit();
  return ask_all();
}

Effects Model::leave() {
  if (places_.size() == 1) return {.quit = true};
  places_.pop_back();
  fit();
  auto const* const list = std::get_if<List>(&places_.back());
  if (list != nullptr && list->is_expired()) return ask_all();
  return {};
}

Effects Model::act_on(Row const& row, Key::Name action) {
  Effects effects;
  if (action == Key::Name::copy) {
    effects.copy = row.use;
  } else if (row.connect_words.empty()) {
    notice_ = "There is nothing to connect: it works without an account.";
  } else {
    effects.connect = row.connect_words;
  }
  return effects;
}

Effects Model::receive(Answer answer) {
  auto const taker = std::ranges::find_if(places_, [&](Place& place) {
    return std::visit([&](auto& each) { return each.take(answer); }, place);
  });
  if (taker == places_.end()) return {};
  fit();
  auto* const list = std::get_if<List>(&places_.back());
  if (taker != places_.end() - 1 || list == nullptr) return {};
  bool const is_settled = list->is_current() || !list->is_awaiting();
  if (deferred_ && is_settled) return act_in(*list, *std::exchange(deferred_, {}));
  return ask_more();
}

Effects Model::resize(Size size) {
  size_ = size;
  fit();
  return ask_more();
}

Effects Model::reload() {
  for (Place& place : places_) {
    std::visit([](auto& each) { each.expire(); }, place);
  }
  return ask_all();
}

void Model::tick() {
  if (is_waiting()) ++seconds_waited_;
}

bool Model::is_waiting() const {
  return std::visit([](auto const& place) { return place.is_awaiting(); }, places_.back());
}

Question Model::numbered(Question question) {
  question.id = ++last_id_;
  return question;
}

/// Asks for all that the place shows, in place of whatever was asked before.
Effects Model::ask_all() {
  Effects effects;
  auto const ask = [&](auto& place, std::optional<Question> question) {
    if (!question) return;
    effects.ask.push_back(numbered(std::move(*question)));
    place.await(effects.ask.back());
  };
  std::visit(Cases{[&](List& list) {
                     auto guide = list.guide_question();
                     ask(list, list.question());
                     ask(list, std::move(guide));
                   },
                   [&](Page& page) { ask(page, page.question()); }},
             places_.back());
  effects.forgets = !effects.ask.empty();
  seconds_waited_ = 0;
  return effects;
}

/// Asks for the next page of a list that is near its end.
Effects Model::ask_more() {
  Effects effects;
  auto* const list = std::get_if<List>(&places_.back());
  if (list == nullptr || !list->wants_more()) return effects;
  effects.ask.push_back(numbered(list->next_question()));
  list->await(effects.ask.back());
  return effects;
}

void Model::fit() {
  Layout const layout = arrange(size_);
  std::visit(Cases{[&](List& list) { list.show_in(layout.list.height); },
                   [&](Page& page) { page.show_in(layout.page); }},
             places_.back());
}

}  // namespace agenta::cli::browse
