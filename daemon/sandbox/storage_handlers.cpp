#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/storage_digest.hpp"
#include "shared/base/id.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

/// As S3 refuses.
HttpResponse refuse_xml(unsigned status, std::string_view code, std::string_view message) {
  HttpResponse response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "application/xml");
  response.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>";
  response.body.append(code).append("</Code><Message>").append(message).append("</Message></Error>");
  return response;
}

bool is_signed(HttpRequest const& request, std::string const& signature) {
  auto const query = parse_query(request.query());
  return query && std::ranges::any_of(*query, [&](QueryParameter const& each) {
           return each.name == "X-Amz-Signature" && equal_in_constant_time(each.value, signature);
         });
}

HttpResponse put_object(StoredObject& object, HttpRequest const& request) {
  if (!is_signed(request, object.write_signature))
    return refuse_xml(403, "SignatureDoesNotMatch", "The signature is not that of this request.");
  if (find_header(request.headers, "content-type").value_or("") != object.mimetype)
    return refuse_xml(403, "SignatureDoesNotMatch", "The content type is not the one that was signed.");
  ++object.puts;
  if (md5_hex(request.body) != object.md5)
    return refuse_xml(400, "BadDigest", "The content is not what was announced.");
  object.bytes = request.body;
  object.is_there = true;
  HttpResponse response;
  response.headers.emplace_back("ETag", "\"" + object.md5 + "\"");
  return response;
}

/// Where the part that is asked for begins; the whole where none is, or the file is another one by now.
std::size_t first_byte(HttpRequest const& request, std::string const& etag) {
  auto const range = find_header(request.headers, "range").value_or("");
  auto const condition = find_header(request.headers, "if-range");
  if (!range.starts_with("bytes=") || !range.ends_with('-') || (condition && *condition != etag)) return 0;
  std::size_t first = 0;
  std::from_chars(range.data() + 6, range.data() + range.size(), first);
  return first;
}

HttpResponse get_object(StoredObject const& object, HttpRequest const& request) {
  if (!is_signed(request, object.read_signature))
    return refuse_xml(403, "SignatureDoesNotMatch", "The signature is not that of this request.");
  std::string const etag = "\"" + object.md5 + "\"";
  std::size_t const first = first_byte(request, etag);
  if (first > 0 && first >= object.bytes.size())
    return refuse_xml(416, "InvalidRange", "The file ends before.");
  HttpResponse response;
  response.headers.emplace_back("Content-Type", object.mimetype);
  response.headers.emplace_back("ETag", etag);
  response.headers.emplace_back("Accept-Ranges", "bytes");
  response.body = object.bytes.substr(first);
  if (first > 0) {
    response.status = 206;
    response.headers.emplace_back("Content-Range", "bytes " + std::to_string(first) + "-" +
                                                       std::to_string(object.bytes.size() - 1) + "/" +
                                                       std::to_string(object.bytes.size()));
  }
  return response;
}

HttpResponse answer(World& world, HttpRequest const& request) {
  // A key of Composio's has no business here: whoever sends one has leaked it.
  for (char const* name : {"x-api-key", "authorization", "x-user-api-key"}) {
    if (find_header(request.headers, name))
      return refuse_xml(400, "InvalidRequest", "A signed URL takes no credential beside it.");
  }
  constexpr std::string_view kRoot = "/storage/";
  auto* const object = world.storage.find(request.path().substr(kRoot.size()));
  if (object == nullptr || (request.method != "PUT" && !object->is_there))
    return refuse_xml(404, "NoSuchKey", "There is no such file.");
  if (request.method == "PUT") return put_object(*object, request);
  if (request.method == "GET") return get_object(*object, request);
  return refuse_xml(405, "MethodNotAllowed", "A file is put, and got.");
}

/// A name as it may stand in a key.
std::string plain(std::string_view name) {
  std::string out;
  for (char const c : name.substr(0, 60)) {
    bool const is_plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
    out += is_plain ? c : '_';
  }
  return out;
}

}  // namespace

Reply request_upload(World& world, Request const& request) {
  StoredObject object;
  auto const toolkit = find_text(request.body, "toolkit_slug").value_or("");
  auto const tool = find_text(request.body, "tool_slug").value_or("");
  object.name = find_text(request.body, "filename").value_or("");
  object.mimetype = find_text(request.body, "mimetype").value_or("");
  object.md5 = find_text(request.body, "md5").value_or("");
  bool const is_md5 = object.md5.size() == 32 && std::ranges::all_of(object.md5, [](char c) {
                        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                      });
  if (object.name.empty() || object.mimetype.empty() || !is_md5)
    return refuse(bad_request("filename, mimetype and md5 (32 lower-case hex digits) are required"));
  if (world.catalog.find_tool(tool) == nullptr) return refuse(tool_not_found(tool));
  object.key = "projects/" + plain(request.project) + "/requests/" + plain(toolkit) + "/" + plain(tool) +
               "/" + random_hex(6) + "_" + plain(object.name);
  auto const& made = world.storage.add(std::move(object));
  nlohmann::ordered_json document{{"id", make_nano_id("req_file_")},
                                  {"key", made.key},
                                  {"new_presigned_url", world.storage.write_url(made)},
                                  {"newPresignedUrl", world.storage.write_url(made)},
                                  {"type", "new"},
                                  {"metadata", {{"storage_backend", "s3"}}}};
  return json_response(200, to_text(document));
}

HttpResponse answer_storage(World& world, HttpRequest const& request) {
  auto const fault = world.faults.take(request.method, request.path(), request.path(), "");
  auto& count = world.route_counts[request.method + " /storage/{}"];
  ++count.requests;
  auto replacement = fault ? fault->instead(make_uuid_v7()) : std::nullopt;
  auto response = replacement ? std::move(*replacement) : answer(world, request);
  if (!replacement && response.status < 300) ++count.effects;
  if (fault) fault->bend(response);
  return response;
}

Reply control_files(World& world, std::string_view method, nlohmann::json const& body) {
  if (method == "POST") {
    StoredObject object;
    object.name = find_text(body, "name").value_or("file");
    object.mimetype = find_text(body, "mimetype").value_or("application/octet-stream");
    object.bytes = find_text(body, "text").value_or("");
    object.md5 = md5_hex(object.bytes);
    object.key = "projects/planted/" + random_hex(6) + "_" + plain(object.name);
    object.is_there = true;
    world.storage.add(std::move(object));
  }
  auto items = nlohmann::ordered_json::array();
  for (auto const& object : world.storage.objects) {
    items.push_back({{"key", object.key},
                     {"name", object.name},
                     {"mimetype", object.mimetype},
                     {"md5", object.md5},
                     {"there", object.is_there},
                     {"size", object.bytes.size()},
                     {"puts", object.puts},
                     {"url", world.storage.read_url(object)}});
  }
  return json_response(200, to_text(nlohmann::ordered_json{{"items", std::move(items)}}));
}

}  // namespace agenta::daemon::sandbox
