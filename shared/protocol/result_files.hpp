#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Files in a tool's result: objects that name a signed URL (`s3url`), wherever they stand.
namespace agenta::protocol {

struct LinkedFile {
  std::string pointer{};  ///< RFC 6901, of the object
  std::string url{};      ///< a credential: whoever has it may read the file
  std::string name{};     ///< as the service calls it; may be anything
  std::string mimetype{};
  std::string_view text{};  ///< the object itself, in the document
};

/// The files of a valid JSON document, in its order, at most a thousand.
std::vector<LinkedFile> find_result_files(std::string_view document);

}  // namespace agenta::protocol
