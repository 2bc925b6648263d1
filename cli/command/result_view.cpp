#include "cli/command/result_view.hpp"

#include <algorithm>

#include "cli/command/result_excerpt.hpp"
#include "cli/command/result_fetch.hpp"
#include "cli/command/result_shape.hpp"
#include "cli/terminal/json_print.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/shell_line.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

constexpr std::int64_t kLongestExcerpt = 4096;

/// One handler that tells two.
class Both final : public protocol::JsonHandler {
 public:
  Both(protocol::JsonHandler& one, protocol::JsonHandler& other) : one_(one), other_(other) {}
  void begin(protocol::JsonKind kind, std::int64_t offset) override {
    one_.begin(kind, offset);
    other_.begin(kind, offset);
  }
  void text(std::string_view raw) override {
    one_.text(raw);
    other_.text(raw);
  }
  void end(std::int64_t offset) override {
    one_.end(offset);
    other_.end(offset);
  }
  void name(std::string_view raw) override {
    one_.name(raw);
    other_.name(raw);
  }

 private:
  protocol::JsonHandler& one_;
  protocol::JsonHandler& other_;
};

std::string write_file(std::optional<ResultFile> const& file) {
  if (!file) return "null";
  return "{\"path\":" + protocol::write_string(file->path) + ",\"offset\":" + std::to_string(file->offset) +
         ",\"size\":" + std::to_string(file->size) + "}";
}

}  // namespace

/// What a document is made of and how it begins, learned while it passes.
struct ResultView::Digest {
  explicit Digest(std::size_t budget) : excerpt(budget) {}
  ResultShape shape{};
  ResultExcerpt excerpt;
  Both both{shape, excerpt};
  protocol::JsonScanner scanner{both};
};

ResultView::ResultView(Context& context, ResultWish wish)
    : context_(context),
      wish_(std::move(wish)),
      is_whole_(!wish_.select),
      intake_([this](std::string_view bytes) { return pass_on(bytes); }) {}

ResultView::~ResultView() = default;

/// The largest result that is printed; nothing where all is.
std::optional<std::int64_t> ResultView::limit() const {
  if (wish_.max_bytes) return wish_.max_bytes;
  if (context_.terminal.out_is_tty()) return context_.settings->integer("output.preview_bytes");
  return std::nullopt;
}

ResultView::Digest& ResultView::digest() {
  if (!digest_) {
    auto const budget = std::min(limit().value_or(kLongestExcerpt), kLongestExcerpt);
    digest_ = std::make_unique<Digest>(static_cast<std::size_t>(budget));
  }
  return *digest_;
}

bool ResultView::print(std::string_view bytes) {
  context_.terminal.out(bytes);
  return !context_.terminal.out_failure();
}

/// A result that is not held: printed where it may be, and else only looked at.
bool ResultView::pass_on(std::string_view bytes) {
  if (!is_whole_) return true;  // the daemon is asked for the part that is wanted
  if (!limit()) return print(bytes);
  static_cast<void>(digest().scanner.feed(bytes));
  return true;
}

Result<void> ResultView::finish(std::string const& held) {
  if (intake_.is_refused()) return {};  // nobody takes it: how the program ends says so
  if (wish_.select) return intake_.is_large() ? fetch_selected() : select_from(held);
  return intake_.is_large() ? present_passed(intake_) : present(held);
}

Result<void> ResultView::select_from(std::string const& held) {
  if (auto const value = protocol::find_pointer(held, *wish_.select)) return present(std::string{*value});
  // The tool ran: a failure here would read as a refusal, and a script would run it again.
  context_.say("the result has nothing at " + *wish_.select);
  print_json(context_.terminal, "null");
  return {};
}

/// The result is not here any more: the daemon has it.
Result<void> ResultView::fetch_selected() {
  is_whole_ = true;
  ResultIntake part{[this](std::string_view bytes) { return pass_on(bytes); }};
  AGENTA_TRY(auto const held, fetch_result(context_, intake_.execution_id, *wish_.select, part));
  if (part.is_refused()) return {};
  return part.is_large() ? present_passed(part) : present(held);
}

Result<void> ResultView::show_kept(std::string const& id) {
  intake_.execution_id = id;
  if (wish_.select) return fetch_selected();
  AGENTA_TRY(auto const held, fetch_result(context_, id, {}, intake_));
  return finish(held);
}

Result<std::string> ResultView::outline_kept(std::string const& id) {
  is_whole_ = true;
  ResultIntake all{[this](std::string_view bytes) { return pass_on(bytes); }};
  AGENTA_TRY(auto const held, fetch_result(context_, id, {}, all));
  if (!all.is_large()) digest().scanner.feed(held);
  static_cast<void>(digest().scanner.finish());
  return outline_text();
}

/// A document that is held.
Result<void> ResultView::present(std::string const& document) {
  auto const most = limit();
  auto const size = static_cast<std::int64_t>(document.size());
  if (most && size > *most) {
    if (digest().scanner.feed(document)) static_cast<void>(digest().scanner.finish());
    return describe(size, &document);
  }
  bool const is_bare = wish_.select && !context_.flags.json;
  auto const text = is_bare ? protocol::read_string(document) : std::nullopt;
  if (text) {
    context_.terminal.out((context_.terminal.out_is_tty() ? visible(*text, Lines::kept) : *text) + "\n");
  } else {
    print_json(context_.terminal, document);
  }
  return {};
}

/// A document that was passed on.
Result<void> ResultView::present_passed(ResultIntake const& taken) {
  auto const most = limit();
  if (most && (taken.size() > *most || context_.terminal.out_is_tty())) {
    static_cast<void>(digest().scanner.finish());
    return describe(taken.size(), nullptr);
  }
  if (most) {  // more than is held, and not more than is wanted
    ResultIntake again{[this](std::string_view bytes) { return print(bytes); }};
    AGENTA_CHECK(fetch_result(context_, intake_.execution_id, wish_.select.value_or(""), again));
  }
  context_.terminal.out("\n");
  return {};
}

/// The journal knows whether and where the result is kept.
std::optional<Execution> ResultView::find_record() {
  if (intake_.execution_id.empty()) return std::nullopt;
  auto const reply = context_.call(protocol::get_execution(intake_.execution_id));
  if (!reply) return std::nullopt;
  auto record = protocol::decode_execution(reply->body);
  if (!record) return std::nullopt;
  return std::move(*record);
}

std::vector<std::string> ResultView::next_step() const {
  std::vector<std::string> step{"agenta-tools", "history", "result", intake_.execution_id};
  if (wish_.select) step.insert(step.end(), {"--select", *wish_.select});
  return step_here(std::move(step), context_.flags);
}

/// What is shown of a document instead of itself. `held`: it, where it is held.
Result<void> ResultView::describe(std::int64_t size, std::string const* held) {
  auto const record = find_record();
  bool const is_kept = record && (record->data || record->result_file);
  if (!context_.wants_json()) {
    // What is shown nowhere else, and kept nowhere, is not withheld.
    if (!is_kept && held != nullptr && !wish_.max_bytes) {
      print_json(context_.terminal, *held);
    } else {
      show_outline(size, is_kept ? record : std::nullopt);
    }
    return {};
  }
  print_json(context_.terminal, description(size, is_kept ? record : std::nullopt));
  return {};
}

std::string ResultView::description(std::int64_t size, std::optional<Execution> const& record) const {
  std::string out = "{\"truncated\":true,\"bytes\":" + std::to_string(size);
  out.append(",\"shape\":").append(digest_->shape.json());
  out.append(",\"preview\":").append(digest_->excerpt.json());
  out.append(",\"result_file\":").append(record && !wish_.select ? write_file(record->result_file) : "null");
  out.append(",\"execution_id\":").append(protocol::write_string(intake_.execution_id));
  return out.append(",\"next_step\":").append(record ? write_argv(next_step()) : "null").append("}");
}

std::string ResultView::outline_text() const {
  return visible(digest_->shape.outline(), Lines::kept) + "\n" +
         pretty_json(digest_->excerpt.json(), context_.terminal.out_has_color()) + "\n";
}

void ResultView::show_outline(std::int64_t size, std::optional<Execution> const& record) const {
  Terminal& terminal = context_.terminal;
  terminal.out(outline_text());
  context_.say("This is how the result is made and how it begins: all of it is " + std::to_string(size) +
               " bytes, and " + std::to_string(limit().value_or(0)) + " are printed at most.");
  if (!record)
    return context_.say("The whole of it is not kept (history.keep_results, history.results_quota).");
  if (record->result_file) context_.say("It is in " + record->result_file->path + ".");
  context_.say("The whole of it: " + shell_line(next_step()) + " > FILE");
}

}  // namespace agenta::cli
