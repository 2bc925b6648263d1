#include "shared/schema/redact.hpp"

#include <algorithm>
#include <array>

#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"
#include "shared/schema/document.hpp"

namespace agenta::schema {
namespace {

constexpr std::string_view kRedacted = "\"[redacted]\"";
constexpr int kDeepest = 64;

/// Lower-case letters and digits only.
std::string plain(std::string_view name) {
  std::string out;
  for (char const c : to_lower(name)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

/// Words that continue a listing: a token behind one of them opens nothing.
bool continues_a_list(std::string_view word) {
  constexpr std::array<std::string_view, 14> kWords{"page",  "next",   "sync",   "continue",  "continuation",
                                                    "skip",  "cursor", "scroll", "more",      "delta",
                                                    "start", "resume", "change", "pagination"};
  return std::ranges::any_of(kWords, [&](std::string_view each) { return word.ends_with(each); });
}

/// `nodes`: the schemas of this value.
class Redactor {
 public:
  using Nodes = std::vector<Node const*>;

  std::string value(std::string_view raw, Nodes const& nodes, int depth) const {
    if (std::ranges::any_of(nodes, [](Node const* node) { return is_marked_secret(*node); }))
      return hide(raw);
    bool const container = raw.starts_with('{') || raw.starts_with('[');
    if (!container) return std::string{raw};
    if (depth > kDeepest) return std::string{kRedacted};
    return raw.starts_with('{') ? object(raw, nodes, depth) : array(raw, nodes, depth);
  }

 private:
  /// Nothing, and a mere yes or no (`isSecret`), give nothing away.
  static std::string hide(std::string_view raw) {
    bool const harmless = raw == "null" || raw == "true" || raw == "false" || raw == "\"\"";
    return std::string{harmless ? raw : kRedacted};
  }

  std::string object(std::string_view raw, Nodes const& nodes, int depth) const {
    std::string out = "{";
    auto const members = protocol::members_of(raw);
    if (!members) return std::string{kRedacted};
    for (auto const& [name, member] : *members) {
      if (out.size() > 1) out += ',';
      Nodes below;
      for (Node const* node : nodes) std::ranges::copy(find_members(*node, name), std::back_inserter(below));
      out += protocol::write_string(name) + ":" +
             (is_secret_name(name) ? hide(member) : value(member, below, depth + 1));
    }
    return out + "}";
  }

  std::string array(std::string_view raw, Nodes const& nodes, int depth) const {
    std::string out = "[";
    auto const elements = protocol::elements_of(raw);
    if (!elements) return std::string{kRedacted};
    for (std::size_t i = 0; i < elements->size(); ++i) {
      if (i > 0) out += ',';
      Nodes below;
      for (Node const* node : nodes) std::ranges::copy(find_elements(*node, i), std::back_inserter(below));
      out += value((*elements)[i], below, depth + 1);
    }
    return out + "]";
  }
};

JsonText redact(Redactor::Nodes const& nodes, JsonText const& arguments) {
  JsonText result;
  result.text = protocol::is_json(arguments.text) ? Redactor{}.value(trim(arguments.text), nodes, 0)
                                                  : std::string{kRedacted};
  return result;
}

}  // namespace

bool is_secret_name(std::string_view name) {
  constexpr std::array<std::string_view, 8> kWhole{"auth",      "secrets", "cookie",         "cookies",
                                                   "setcookie", "bearer",  "authentication", "passcode"};
  constexpr std::array<std::string_view, 19> kEnds{
      "password",   "passwords",   "passwd",        "passphrase",    "secret",
      "credential", "credentials", "apikey",        "secretkey",     "privatekey",
      "accesskey",  "signingkey",  "encryptionkey", "decryptionkey", "accountkey",
      "masterkey",  "authkey",     "signaturekey",  "authorization"};
  std::string const word = plain(name);
  if (std::ranges::find(kWhole, word) != kWhole.end()) return true;
  if (std::ranges::any_of(kEnds, [&](std::string_view each) { return word.ends_with(each); })) return true;
  if (word.ends_with("authorizationheader") || word.ends_with("passwordconfirmation")) return true;
  constexpr std::string_view kToken = "token";
  return word.ends_with(kToken) &&
         !continues_a_list(std::string_view{word}.substr(0, word.size() - kToken.size()));
}

JsonText redact(Schema const& schema, JsonText const& arguments) {
  return redact({schema.document().root}, arguments);
}
JsonText redact(JsonText const& arguments) { return redact(Redactor::Nodes{}, arguments); }

}  // namespace agenta::schema
