#include <cstdint>
#include <nlohmann/json.hpp>

#include "daemon/api/routes.hpp"
#include "shared/base/id.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"

namespace agenta::daemon::api {
namespace {

using Json = nlohmann::ordered_json;

std::string encode(Upload const& upload) {
  Json json;
  json["id"] = upload.id;
  json["filename"] = upload.filename;
  json["size"] = upload.size;
  json["received"] = upload.received;
  json["complete"] = upload.whole();
  json["mimetype"] = upload.whole() ? Json(upload.mimetype) : Json(nullptr);
  json["md5"] = upload.whole() ? Json(upload.md5) : Json(nullptr);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Json> read_object(Call const& call) {
  auto json = Json::parse(call.request.body, nullptr, false);
  if (json.is_object()) return json;
  return fail(ErrorCode::invalid_request, "the body is no JSON object");
}

std::string text_at(Json const& json, char const* name) {
  auto const found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

Result<ServiceReply> begin(Uploads& uploads, Call const& call) {
  AGENTA_TRY(auto const json, read_object(call));
  Caller const& caller = call.caller;
  if (auto const url = text_at(json, "url"); !url.empty()) {
    AGENTA_TRY(auto const upload, uploads.fetch(caller.project, url, caller.deadline, caller.stop));
    return json_reply(encode(upload), 201);
  }
  auto const size = json.find("size");
  if (size == json.end() || !size->is_number_integer())
    return fail(ErrorCode::invalid_request, "an upload has a size in bytes, or a url");
  AGENTA_TRY(auto const upload,
             uploads.begin(caller.project, text_at(json, "filename"), size->get<std::int64_t>()));
  return json_reply(encode(upload), 201);
}

Result<ServiceReply> write(Uploads& uploads, Call const& call) {
  AGENTA_TRY(auto const offset, read_number(call, "offset", 0, 0, INT64_MAX));
  if (call.request.body.size() > protocol::kUploadPiece) {
    return fail(ErrorCode::invalid_request,
                "a piece of a file has at most " + std::to_string(protocol::kUploadPiece) + " bytes");
  }
  AGENTA_TRY(auto const upload,
             uploads.write(call.caller.project, call.parameter("id"), offset, call.request.body));
  return json_reply(encode(upload));
}

Result<ServiceReply> download(Downloads& downloads, Call const& call) {
  AGENTA_TRY(auto const json, read_object(call));
  ExecutionId const id{to_lower(text_at(json, "execution_id"))};
  if (!is_uuid(id.text)) return fail(ErrorCode::invalid_request, "execution_id is the id of an execution");
  AGENTA_TRY(auto file, downloads.fetch(call.caller, id, text_at(json, "pointer")));
  ServiceReply reply;
  reply.file = std::move(file);
  reply.headers.emplace_back("content-type", "application/octet-stream");
  return reply;
}

}  // namespace

std::vector<Route> file_routes(Uploads& uploads, Downloads& downloads) {
  return {
      {"POST", "/api/tools/uploads", Permission::run_tools, Work::provider,
       [&uploads](Call const& call) { return begin(uploads, call); }},
      {"PUT", "/api/tools/uploads/{id}", Permission::run_tools, Work::local,
       [&uploads](Call const& call) { return write(uploads, call); }},
      {"POST", "/api/tools/downloads", Permission::run_tools, Work::provider,
       [&downloads](Call const& call) { return download(downloads, call); }},
  };
}

}  // namespace agenta::daemon::api
