#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shared/schema/document.hpp"
#include "shared/schema/place.hpp"

/// Asks a document of a value. Private to `shared/schema`.
namespace agenta::schema {

/// Which members and elements of a value some schema has looked at: what `unevaluatedProperties` and
/// `unevaluatedItems` leave alone.
struct Evaluated {
  bool all_members = false;
  bool all_elements = false;
  std::set<std::string, std::less<>> members{};
  std::set<std::size_t> elements{};
  void add(Evaluated const& more);
};

class Checker {
 public:
  explicit Checker(Document const& document) : document_(document) {}
  Report run(Json const& arguments);

 private:
  /// What is asked of: one value at one place.
  struct Asked {
    Json const& value;
    Place const& place;
    int chain = 0;              ///< how many schemas have been asked of this same value
    Evaluated* seen = nullptr;  ///< null: nobody wants to know
    Asked further() const { return {value, place, chain + 1, seen}; }
  };

  void check(Node const& node, Asked const& asked);
  void check_known(Node const& node, Asked const& asked);
  void check_values(Node const& node, Asked const& asked);
  void check_number(Node const& node, Asked const& asked);
  void check_text(Node const& node, Asked const& asked);
  void check_array(Node const& node, Asked const& asked);
  void check_object(Node const& node, Asked const& asked);
  void check_member(Node const& node, std::string const& name, Json const& member, Asked const& asked);
  void check_combinations(Node const& node, Asked const& asked);
  void check_count(std::optional<std::size_t> least, std::optional<std::size_t> most, std::size_t count,
                   Asked const& asked, std::string const& what, std::string const& unit);
  void check_known_keys(Json const& arguments, Place const& root);
  /// So does a text for which that would take too long to find out.
  bool fits(Pattern const& pattern, std::string const& text);
  /// What `node` asks of `asked`, apart from everything else. What it looked at counts where nothing is
  /// wrong.
  Report attempt(Node const& node, Asked const& asked);

  // check_rare.cpp
  void check_rare(RareKeywords const& rare, Asked const& asked);
  void check_contains(RareKeywords const& rare, Asked const& asked);
  void check_dependents(RareKeywords const& rare, Asked const& asked);
  void check_unevaluated(Node const& node, Asked const& asked);
  Node const* find_dynamic(RareKeywords const& rare) const;

  // check_branches.cpp
  struct Branch {
    Node const* node = nullptr;
    Report report{};
  };
  void check_branches(char const* rule, std::vector<Node const*> const& branches, Asked const& asked);
  void complain_of_branches(char const* rule, std::vector<Branch> plausible, std::size_t branches,
                            Types wanted, Asked const& asked);
  bool complain_of_values(std::vector<Branch> const& plausible, Asked const& asked);
  bool complain_of_discriminator(std::vector<Branch> const& plausible, Asked const& asked);

  // complaints.cpp
  void complain(Asked const& asked, std::string rule, std::string const& message, Json expected = {},
                std::string suggestion = {});
  void complain_choice(Asked const& asked, std::vector<Json> const& allowed);
  void complain_unknown(std::vector<std::string> const& known, std::string const& name, Json const& object,
                        Place const& place);
  void complain_missing(Node const& node, std::string const& name, Asked const& asked);
  void keep(Problem problem);

  Document const& document_;
  Report report_{};
  std::vector<int> parts_{};  ///< of the document, that the schemas being asked are in
  long steps_ = 0;
  bool is_whole_ = true;  ///< nothing was given up on
};

}  // namespace agenta::schema
