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

/// Where a value is: its schemas, and what of the rules' pointers is still to come.
struct Spot {
  std::vector<Node const*> nodes{};
  std::vector<std::span<std::string const>> rests{};
};

/// The rests one step further.
std::vector<std::span<std::string const>> follow(std::vector<std::span<std::string const>> const& rests,
                                                 std::string_view token) {
  std::vector<std::span<std::string const>> below;
  for (auto const& rest : rests) {
    if (!rest.empty() && (rest.front() == "*" || rest.front() == token)) below.push_back(rest.subspan(1));
  }
  return below;
}

class Redactor {
 public:
  std::string value(std::string_view raw, Spot const& spot, int depth) const {
    if (std::ranges::any_of(spot.rests, [](auto const& rest) { return rest.empty(); }))
      return std::string{raw == "null" ? raw : kRedacted};
    if (std::ranges::any_of(spot.nodes, [](Node const* node) { return is_marked_secret(*node); }))
      return hide(raw);
    bool const container = raw.starts_with('{') || raw.starts_with('[');
    if (!container) return std::string{raw};
    if (depth > kDeepest) return std::string{kRedacted};
    return raw.starts_with('{') ? object(raw, spot, depth) : array(raw, spot, depth);
  }

 private:
  /// Nothing, and a mere yes or no (`isSecret`), give nothing away.
  static std::string hide(std::string_view raw) {
    bool const harmless = raw == "null" || raw == "true" || raw == "false" || raw == "\"\"";
    return std::string{harmless ? raw : kRedacted};
  }

  std::string object(std::string_view raw, Spot const& spot, int depth) const {
    std::string out = "{";
    auto const members = protocol::members_of(raw);
    if (!members) return std::string{kRedacted};
    for (auto const& [name, member] : *members) {
      if (out.size() > 1) out += ',';
      Spot below;
      for (Node const* node : spot.nodes)
        std::ranges::copy(find_members(*node, name), std::back_inserter(below.nodes));
      below.rests = follow(spot.rests, name);
      out += protocol::write_string(name) + ":" +
             (is_secret_name(name) ? hide(member) : value(member, below, depth + 1));
    }
    return out + "}";
  }

  std::string array(std::string_view raw, Spot const& spot, int depth) const {
    std::string out = "[";
    auto const elements = protocol::elements_of(raw);
    if (!elements) return std::string{kRedacted};
    for (std::size_t i = 0; i < elements->size(); ++i) {
      if (i > 0) out += ',';
      Spot below;
      for (Node const* node : spot.nodes)
        std::ranges::copy(find_elements(*node, i), std::back_inserter(below.nodes));
      below.rests = follow(spot.rests, std::to_string(i));
      out += value((*elements)[i], below, depth + 1);
    }
    return out + "]";
  }
};

JsonText redact(Spot const& root, JsonText const& document) {
  JsonText result;
  result.text = protocol::is_json(document.text) ? Redactor{}.value(trim(document.text), root, 0)
                                                 : std::string{kRedacted};
  return result;
}

/// Whether a secret's name may end so: quick, and never wrong with a no.
bool may_be_secret_name(std::string_view name) {
  constexpr std::array<std::string_view, 16> kEndings{"th", "ts", "ie", "es", "er", "on", "de", "rd",
                                                      "ds", "wd", "se", "et", "al", "ls", "ey", "en"};
  std::array<char, 2> last{};
  std::size_t count = 0;
  for (std::size_t at = name.size(); at > 0 && count < last.size(); --at) {
    char const c = name[at - 1];
    bool const upper = c >= 'A' && c <= 'Z';
    if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      last[last.size() - ++count] = upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  std::string_view const ending{last.data(), last.size()};
  return std::ranges::find(kEndings, ending) != kEndings.end();
}

/// Whether any member of the document may have a secret's name. Looks at what stands before each colon, and
/// at nothing else.
bool may_hold_secret_names(std::string_view text) {
  for (std::size_t colon = text.find(':'); colon != std::string_view::npos;
       colon = text.find(':', colon + 1)) {
    std::size_t end = colon;
    while (end > 0 &&
           (text[end - 1] == ' ' || text[end - 1] == '\t' || text[end - 1] == '\n' || text[end - 1] == '\r'))
      --end;
    if (end == 0 || text[end - 1] != '"') continue;
    std::size_t const begin = end < 2 ? std::string_view::npos : text.rfind('"', end - 2);
    if (begin == std::string_view::npos) continue;
    std::string_view const name = text.substr(begin + 1, end - begin - 2);
    // Written with escapes it may be any name.
    bool const escaped = name.find('\\') != std::string_view::npos || (begin > 0 && text[begin - 1] == '\\');
    if (escaped || (may_be_secret_name(name) && is_secret_name(name))) return true;
  }
  return false;
}

void find_redacted(std::string_view raw, std::string const& pointer, std::vector<std::string>& found) {
  if (raw == kRedacted) found.push_back(pointer);
  if (auto const members = protocol::members_of(raw)) {
    for (auto const& [name, member] : *members) {
      std::string const token = replace_all(replace_all(name, "~", "~0"), "/", "~1");
      find_redacted(member, pointer + "/" + token, found);
    }
  } else if (auto const elements = protocol::elements_of(raw)) {
    for (std::size_t i = 0; i < elements->size(); ++i)
      find_redacted((*elements)[i], pointer + "/" + std::to_string(i), found);
  }
}

}  // namespace

RedactionRules::RedactionRules(std::string_view setting) {
  for (std::string const& word : split(replace_all(setting, ",", " "), ' ')) {
    std::size_t const slash = word.find('/');
    if (slash == std::string::npos) continue;
    Rule rule;
    rule.tools = slash == 0 ? "*" : to_upper(std::string_view{word}.substr(0, slash - 1));
    for (std::string const& token : split(word.substr(slash + 1), '/'))
      rule.tokens.push_back(replace_all(replace_all(token, "~1", "/"), "~0", "~"));
    rules_.push_back(std::move(rule));
  }
}

std::vector<std::span<std::string const>> RedactionRules::pointers_for(std::string_view tool) const {
  std::vector<std::span<std::string const>> pointers;
  for (Rule const& rule : rules_) {
    if (matches_glob(rule.tools, tool)) pointers.emplace_back(rule.tokens);
  }
  return pointers;
}

JsonText RedactionRules::arguments(std::string_view tool, Schema const* schema,
                                   JsonText const& arguments) const {
  Spot root;
  if (schema != nullptr) root.nodes = {schema->document().root};
  root.rests = pointers_for(tool);
  return redact(root, arguments);
}

std::optional<JsonText> RedactionRules::result(std::string_view tool, JsonText const& data) const {
  Spot root;
  root.rests = pointers_for(tool);
  if (root.rests.empty() && !may_hold_secret_names(data.text)) return std::nullopt;
  return redact(root, data);
}

std::vector<std::string> redacted_places(JsonText const& document) {
  std::vector<std::string> found;
  if (document.text.find(kRedacted) != std::string::npos && protocol::is_json(document.text))
    find_redacted(trim(document.text), "", found);
  return found;
}

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
  return RedactionRules{}.arguments("", &schema, arguments);
}
JsonText redact(JsonText const& arguments) { return RedactionRules{}.arguments("", nullptr, arguments); }

}  // namespace agenta::schema
