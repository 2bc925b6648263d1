#include "cli/mcp/approval_form.hpp"

#include "cli/mcp/json_object.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::mcp {
namespace {

using protocol::find_member;
using protocol::find_pointer;

constexpr std::size_t kMostLines = 60;
constexpr std::size_t kLongestLine = 300;
constexpr std::size_t kShownEnd = 100;

std::string shown(std::string_view text) { return cli::visible(text, cli::Lines::kept); }

std::string text_at(std::string_view document, std::string_view pointer) {
  return protocol::read_string(find_pointer(document, pointer).value_or("")).value_or("");
}

/// A value on one line.
std::string one_line(std::string_view json) {
  return cli::cut_middle(cli::visible(json), kLongestLine, kShownEnd);
}

/// What a question tells of the arguments: each value on a line of its own, so that none hides behind
/// another.
class ValueLines {
 public:
  void add(std::string const& pointer, std::string_view json) {
    auto const members = protocol::members_of(json);
    if (members && !members->empty()) {
      for (auto const& [name, value] : *members)
        add(pointer + "/" + replace_all(replace_all(name, "~", "~0"), "/", "~1"), value);
      return;
    }
    auto const elements = protocol::elements_of(json);
    if (elements && !elements->empty()) {
      for (std::size_t i = 0; i < elements->size(); ++i)
        add(pointer + "/" + std::to_string(i), (*elements)[i]);
      return;
    }
    line((pointer.empty() ? "(all)" : cli::visible(pointer)) + ": " + one_line(json));
  }
  void line(std::string const& text) {
    if (++count_ <= kMostLines) text_ += "\n  " + text;
  }
  std::string done() const {
    if (count_ <= kMostLines) return text_;
    return text_ + "\n  … " + std::to_string(count_ - kMostLines) + " more, which are not shown here";
  }

 private:
  std::string text_{};
  std::size_t count_ = 0;
};

std::string question_of(std::string_view approval) {
  std::string out = "May " + shown(text_at(approval, "/tool")) + " run";
  std::string const connection = text_at(approval, "/connection/slug");
  if (!connection.empty()) out += " on the connection " + shown(connection);
  ValueLines arguments;
  arguments.add("", find_member(approval, "arguments").value_or("{}"));
  out += "?\nArguments:" + arguments.done();
  if (auto const changes = protocol::elements_of(find_member(approval, "changes").value_or("[]"));
      changes && !changes->empty()) {
    ValueLines lines;
    for (std::string_view const each : *changes) {
      auto const side = [&](std::string_view name) {
        auto const value = find_member(each, name);
        return value ? one_line(*value) : std::string{"(not given)"};
      };
      lines.line(cli::visible(text_at(each, "/pointer")) + ": " + side("before") + " -> " + side("after"));
    }
    out += "\nAgainst the last call like it:" + lines.done();
  }
  std::string const rule = text_at(approval, "/rule");
  if (!rule.empty()) out += "\nAsked by: " + shown(rule);
  if (std::string const reason = text_at(approval, "/reason"); !reason.empty())
    out += " (" + shown(reason) + ")";
  return out;
}

std::string form_of(std::string_view approval) {
  constexpr std::string_view kSchema =
      R"({"type":"object","properties":{"decision":{"type":"string","title":"Decision",)"
      R"("description":"once: this call alone. session: this tool on this connection, until the session ends. )"
      R"(deny: not at all.","enum":["once","session","deny"]}},"required":["decision"]})";
  return JsonObject{}
      .text("mode", "form")
      .text("message", question_of(approval))
      .raw("requestedSchema", kSchema)
      .done();
}

}  // namespace

std::string approval_form(Speech const& speech, std::string_view approval) {
  std::string form = form_of(approval);
  if (speech.at_least("2025-11-25")) return form;
  constexpr std::string_view kMode = R"("mode":"form",)";
  return form.erase(form.find(kMode), kMode.size());
}

}  // namespace agenta::mcp
