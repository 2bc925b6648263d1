#include "daemon/composio/file_codec.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/composio/wire_json.hpp"

namespace agenta::daemon {

std::string encode_upload_request(Tool const& tool, StoredFile const& file) {
  auto json = wire::Json::object();
  json["toolkit_slug"] = tool.integration.text;
  json["tool_slug"] = tool.slug.text;
  json["filename"] = file.name;
  json["mimetype"] = file.mimetype;
  json["md5"] = file.md5;
  return json.dump(-1, ' ', false, wire::Json::error_handler_t::replace);
}

Result<UploadTicket> parse_upload_ticket(std::string_view body) {
  constexpr std::size_t kLongest = 4096;
  auto const json = wire::parse_object(body);
  if (!json) return wire::unreadable("no place for the file");
  auto ticket = UploadTicket{};
  ticket.key = wire::text_at(*json, "key");
  auto const is_odd = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (ticket.key.empty() || ticket.key.size() > kLongest || std::ranges::any_of(ticket.key, is_odd))
    return wire::unreadable("no key for the file");
  for (char const* name : {"new_presigned_url", "newPresignedUrl", "update_presigned_url"}) {
    if (ticket.url.empty()) ticket.url = wire::text_at(*json, name);
  }
  auto const is_there =
      wire::text_at(*json, "type") == "existing" || !wire::text_at(*json, "existing_url").empty();
  if (is_there) ticket.url.clear();
  if (ticket.url.empty() && !is_there) return wire::unreadable("no place for the file");
  ticket.is_azure = wire::text_at(wire::member(*json, "metadata"), "storage_backend") == "azure_blob_storage";
  return ticket;
}

}  // namespace agenta::daemon
