#include <limits>

#include "daemon/api/routes.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_batch.hpp"

namespace agenta::daemon::api {
namespace {

constexpr int kLongestPage = 1000;
constexpr int kUsualPage = 50;

Result<ServiceReply> begin(Batches& batches, Call const& call) {
  AGENTA_TRY(auto source, protocol::decode_begin_batch(call.request.body));
  AGENTA_TRY(Batch const batch, batches.begin(call.caller, std::move(source)));
  constexpr unsigned kCreated = 201;
  return json_reply(protocol::encode_batch(batch), kCreated);
}

Result<ServiceReply> list(Batches& batches, Call const& call) {
  AGENTA_TRY(long long const limit, read_number(call, "limit", kUsualPage, 1, kLongestPage));
  AGENTA_TRY(auto const page, batches.list(call.caller, call.query_value("cursor"), static_cast<int>(limit)));
  return json_reply(protocol::encode_batches(page));
}

Result<ServiceReply> show(Batches& batches, Call const& call, BatchId const& id) {
  AGENTA_TRY(Batch const batch, batches.get(call.caller, id));
  AGENTA_TRY(BatchCounts const counts, batches.count(id));
  return json_reply(protocol::encode_batch(batch, counts));
}

Result<ServiceReply> lines(Batches& batches, Call const& call, BatchId const& id) {
  AGENTA_TRY(long long const after,
             read_number(call, "after", 0, 0, std::numeric_limits<std::int64_t>::max()));
  AGENTA_TRY(long long const limit, read_number(call, "limit", kLongestPage, 1, kLongestPage));
  protocol::BatchLines page;
  AGENTA_TRY(page.items, batches.lines(call.caller, id, after, static_cast<int>(limit)));
  if (static_cast<long long>(page.items.size()) == limit) page.next_after = page.items.back().line;
  return json_reply(protocol::encode_batch_lines(page));
}

}  // namespace

std::vector<Route> batch_routes(Batches& batches) {
  auto const id_of = [](Call const& call) { return BatchId{to_lower(call.parameter("id"))}; };
  return {
      {"POST", "/api/tools/batches", Permission::run_tools, Work::local,
       [&batches](Call const& call) { return begin(batches, call); }},
      {"GET", "/api/tools/batches", Permission::view_tools, Work::local,
       [&batches](Call const& call) { return list(batches, call); }},
      {"GET", "/api/tools/batches/{id}", Permission::view_tools, Work::local,
       [&batches, id_of](Call const& call) { return show(batches, call, id_of(call)); }},
      {"GET", "/api/tools/batches/{id}/lines", Permission::view_tools, Work::local,
       [&batches, id_of](Call const& call) { return lines(batches, call, id_of(call)); }},
      {"POST", "/api/tools/batches/{id}/finish", Permission::run_tools, Work::local,
       [&batches, id_of](Call const& call) -> Result<ServiceReply> {
         AGENTA_TRY(Batch const batch, batches.finish(call.caller, id_of(call)));
         return json_reply(protocol::encode_batch(batch));
       }},
  };
}

}  // namespace agenta::daemon::api
