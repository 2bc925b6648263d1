#include <algorithm>

#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"
#include "shared/schema/document.hpp"
#include "shared/schema/validate.hpp"

namespace agenta::schema {
namespace {

using Nodes = std::vector<Node const*>;

/// What the schemas of one place take together; any type where there are none.
Types types_of_all(Nodes const& nodes) {
  if (nodes.empty()) return kAnyType;
  Types types = 0;
  for (Node const* node : nodes) types = static_cast<Types>(types | accepted_types(*node));
  return types;
}

Nodes elements_of_all(Nodes const& nodes, std::size_t index) {
  Nodes found;
  for (Node const* node : nodes) std::ranges::copy(find_elements(*node, index), std::back_inserter(found));
  return found;
}

Nodes members_of_all(Nodes const& nodes, std::string_view name) {
  Nodes found;
  for (Node const* node : nodes) std::ranges::copy(find_members(*node, name), std::back_inserter(found));
  return found;
}

/// The type of a JSON text, told by its first character.
Types type_read(std::string_view json) {
  switch (json.front()) {
    case '{': return kObject;
    case '[': return kArray;
    case '"': return kString;
    case 't':
    case 'f': return kBoolean;
    case 'n': return kNull;
    default: return json.find_first_of(".eE") == std::string_view::npos ? kInteger | kNumber : kNumber;
  }
}

/// `raw`: a JSON string. The JSON that stands in its place.
std::string convert(Nodes const& nodes, std::string_view raw) {
  Types const types = types_of_all(nodes);
  if ((types & kString) != 0) return std::string{raw};
  std::string const text{trim(protocol::read_string(raw).value_or(""))};
  if (!text.empty() && text.front() != '"' && protocol::is_json(text) && (type_read(text) & types) != 0)
    return text;
  if ((types & kArray) != 0) {
    Nodes const elements = elements_of_all(nodes, 0);
    if ((types_of_all(elements) & ~(kArray | kObject)) != 0) return "[" + convert(elements, raw) + "]";
  }
  return std::string{raw};
}

class Rewriter {
 public:
  explicit Rewriter(std::vector<std::string> const& paths) : paths_(paths) { std::ranges::sort(paths_); }

  /// `raw`, which stands at `path`, with every text below that a path names converted.
  std::string rewrite(std::string_view raw, std::string const& path, Nodes const& nodes) const {
    if (std::ranges::binary_search(paths_, path) && raw.starts_with('"')) return convert(nodes, raw);
    if (!leads_on(path)) return std::string{raw};
    if (auto const members = protocol::members_of(raw)) return rewrite_object(*members, path, nodes);
    if (auto const elements = protocol::elements_of(raw)) return rewrite_array(*elements, path, nodes);
    return std::string{raw};
  }

 private:
  bool leads_on(std::string const& path) const {
    auto const found = std::ranges::lower_bound(paths_, path + "/");
    return found != paths_.end() && found->starts_with(path + "/");
  }

  std::string rewrite_object(std::vector<protocol::JsonMember> const& members, std::string const& path,
                             Nodes const& nodes) const {
    std::string out = "{";
    for (auto const& [name, value] : members) {
      if (out.size() > 1) out += ',';
      std::string const token = replace_all(replace_all(name, "~", "~0"), "/", "~1");
      out += protocol::write_string(name) + ":" +
             rewrite(value, path + "/" + token, members_of_all(nodes, name));
    }
    return out + "}";
  }

  std::string rewrite_array(std::vector<std::string_view> const& elements, std::string const& path,
                            Nodes const& nodes) const {
    std::string out = "[";
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (i > 0) out += ',';
      out += rewrite(elements[i], path + "/" + std::to_string(i), elements_of_all(nodes, i));
    }
    return out + "]";
  }

  std::vector<std::string> paths_;
};

}  // namespace

JsonText Schema::coerce(JsonText const& arguments, std::vector<std::string> const& text_paths) const {
  if (text_paths.empty() || !protocol::is_json(arguments.text)) return arguments;
  JsonText result;
  result.text = Rewriter{text_paths}.rewrite(trim(arguments.text), "", {document_->root});
  return result;
}

}  // namespace agenta::schema
