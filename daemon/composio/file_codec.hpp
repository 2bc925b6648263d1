#pragma once

#include <string>
#include <string_view>

#include "daemon/core/file_storage.hpp"

namespace agenta::daemon {

/// The request for a place to put a file.
std::string encode_upload_request(Tool const& tool, StoredFile const& file);

/// Such a place.
struct UploadTicket {
  std::string key{};
  std::string url{};      ///< signed: whoever has it may write; empty where the file is there already
  bool is_azure = false;  ///< wants to be told the kind of its blob
};
/// `COMPOSIO_ERROR` where there is no key, or neither a URL nor word that the file is there.
Result<UploadTicket> parse_upload_ticket(std::string_view body);

}  // namespace agenta::daemon
