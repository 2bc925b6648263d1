#include "shared/protocol/result_files.hpp"

#include "shared/base/text.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::protocol {
namespace {

constexpr std::size_t kMost = 1000;
constexpr std::string_view kMark = "\"s3url\"";

std::string text_of(std::vector<JsonMember> const& members, std::string_view name) {
  std::string text;
  for (auto const& member : members) {
    if (member.name == name) text = read_string(member.value).value_or("");
  }
  return text;
}

void collect(std::string_view value, std::string const& pointer, std::vector<LinkedFile>& files) {
  if (files.size() >= kMost || value.find(kMark) == std::string_view::npos) return;
  if (auto const items = elements_of(value)) {
    for (std::size_t at = 0; at < items->size(); ++at)
      collect((*items)[at], pointer + "/" + std::to_string(at), files);
    return;
  }
  auto const members = members_of(value);
  if (!members) return;
  if (auto url = text_of(*members, "s3url"); !url.empty()) {
    LinkedFile file;
    file.pointer = pointer;
    file.url = std::move(url);
    file.name = text_of(*members, "name");
    file.mimetype = text_of(*members, "mimetype");
    file.text = value;
    files.push_back(std::move(file));
    return;
  }
  for (auto const& member : *members)
    collect(member.value, pointer + "/" + replace_all(replace_all(member.name, "~", "~0"), "/", "~1"), files);
}

}  // namespace

std::vector<LinkedFile> find_result_files(std::string_view document) {
  std::vector<LinkedFile> files;
  collect(document, "", files);
  return files;
}

}  // namespace agenta::protocol
