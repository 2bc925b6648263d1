#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shared/schema/document.hpp"

/// Where the references of one schema document lead. Private to `shared/schema`.
namespace agenta::schema {

/// The parts of a document that have names of their own (`$id`), the places in them that have (`$anchor`),
/// and what a reference means from within a part. References out of the document lead nowhere: nothing is
/// fetched. The document must outlive it.
class SchemaIndex {
 public:
  SchemaIndex(Json const& root, Dialect dialect);

  struct Target {
    Json const* schema = nullptr;  ///< null: it leads nowhere
    int resource = 0;              ///< the part that it is in
  };
  Target find(std::string_view reference, int resource) const;
  /// The part that `schema` begins, or else `around`.
  int resource_of(Json const& schema, int around) const;

  /// One part: the whole document is the first.
  struct Resource {
    std::string uri{};
    Json const* root = nullptr;
    std::map<std::string, Json const*, std::less<>> anchors{};
    std::map<std::string, Json const*, std::less<>> dynamic_anchors{};  ///< which are among `anchors` too
  };
  std::vector<Resource> const& resources() const { return resources_; }

 private:
  void visit(Json const& schema, int resource, int depth);
  int open_resource(Json const& schema, int around);
  Target follow(std::string const& pointer, int resource) const;

  Dialect dialect_;
  std::vector<Resource> resources_{};
  std::unordered_map<std::string, int> by_uri_{};
  std::unordered_map<Json const*, int> begins_{};
};

}  // namespace agenta::schema
