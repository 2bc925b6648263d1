#include "cli/mcp/approval_form.hpp"

#include <array>
#include <cstdio>

namespace agenta::mcp {
namespace {

using protocol::find_member;
using protocol::find_pointer;

/// Of the arguments, in a question.
constexpr std::size_t kMostShown = 2000;

std::string text_at(std::string_view document, std::string_view pointer) {
  return protocol::read_string(find_pointer(document, pointer).value_or("")).value_or("");
}

/// One change of an argument against the last similar call.
std::string change_line(std::string_view change) {
  auto const side = [&](std::string_view name) {
    auto const value = find_member(change, name);
    return value ? spell_out(*value) : std::string{"(not given)"};
  };
  return "\n  " + spell_out(text_at(change, "/pointer")) + ": " + side("before") + " -> " + side("after");
}

std::string question_of(std::string_view approval) {
  std::string out = "May " + spell_out(text_at(approval, "/tool")) + " run";
  std::string const connection = text_at(approval, "/connection/slug");
  if (!connection.empty()) out += " on the connection " + spell_out(connection);
  std::string arguments = spell_out(find_member(approval, "arguments").value_or("{}"));
  if (arguments.size() > kMostShown) arguments = arguments.substr(0, kMostShown) + " ... (cut off)";
  out += "?\nArguments: " + arguments;
  if (auto const changes = protocol::elements_of(find_member(approval, "changes").value_or("[]"));
      changes && !changes->empty()) {
    out += "\nAgainst the last call like it:";
    for (std::string_view const each : *changes) {
      if (out.size() > 2 * kMostShown) break;
      out += change_line(each);
    }
  }
  std::string const rule = text_at(approval, "/rule");
  if (!rule.empty()) out += "\nAsked by: " + spell_out(rule);
  if (std::string const reason = text_at(approval, "/reason"); !reason.empty())
    out += " (" + spell_out(reason) + ")";
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

std::string spell_out(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const byte = [&](std::size_t at) {
      return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    unsigned character = 0;
    std::size_t length = 0;
    if (byte(i) < 0x20 && text[i] != '\n') character = byte(i), length = 1;
    if (byte(i) == 0x7F) character = 0x7F, length = 1;
    if (byte(i) == 0xC2 && byte(i + 1) >= 0x80 && byte(i + 1) < 0xA0) character = byte(i + 1), length = 2;
    if (byte(i) == 0xE2 && (byte(i + 1) == 0x80 || byte(i + 1) == 0x81)) {
      unsigned const whole = 0x2000U + ((byte(i + 1) & 1U) << 6U) + (byte(i + 2) & 0x3FU);
      bool const turns = (whole >= 0x200B && whole <= 0x200F) || (whole >= 0x2028 && whole <= 0x202E) ||
                         (whole >= 0x2060 && whole <= 0x206F);
      if (turns) character = whole, length = 3;
    }
    if (length == 0) {
      out += text[i];
      continue;
    }
    std::array<char, 8> escape{};
    std::snprintf(escape.data(), escape.size(), "\\u%04x", character);
    out += escape.data();
    i += length - 1;
  }
  return out;
}

}  // namespace agenta::mcp
