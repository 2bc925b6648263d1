#include "daemon/sandbox/sandbox.hpp"

#include <mutex>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/handlers.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/world.hpp"
#include "shared/base/id.hpp"
#include "shared/base/private_dir.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon::sandbox {
namespace {

/// Accounts are written at once; a tool's work waits this long for more of it.
constexpr std::chrono::seconds kWriteInterval{1};
constexpr std::size_t kStateLimit = std::size_t{256} << 20;

Result<void> load_state(World& world, std::filesystem::path const& path) {
  std::error_code missing;
  if (!std::filesystem::exists(path, missing)) return {};
  auto const text = read_file(path, kStateLimit);
  if (!text) return agenta::unexpected(error_from(text.error()));
  auto const document = parse_json(text.value());
  if (!document || !document->is_object()) {
    return fail(ErrorCode::internal, "the sandbox's state file " + path.string() + " is no JSON object");
  }
  world.book.restore(*document);
  if (auto const* tools = find_node(*document, "tools"); tools != nullptr && tools->is_object())
    *world.tool_state = *tools;
  return {};
}

}  // namespace

struct Sandbox::State {
  State(Options options, Clock const& clock, Catalog catalog)
      : world(std::move(options), clock, std::move(catalog)) {}

  std::mutex mutex{};
  World world;
  SteadyTime written_at{};

  OsResult<void> save();
  OsResult<void> save_what_is_due();
  HttpResponse answer(HttpRequest const& request);
};

OsResult<void> Sandbox::State::save() {
  if (world.options.state_file) {
    auto document = world.book.to_json();
    std::string text = to_text(document);
    // The tools' state is the bulk: it is written out where it is, and not copied into the document.
    text.pop_back();
    text.append(",\"tools\":").append(to_text(*world.tool_state)).append("}\n");
    if (auto written = write_private_file(*world.options.state_file, text); !written) return written;
  }
  world.unsaved = {};
  written_at = world.clock.steady();
  return {};
}

OsResult<void> Sandbox::State::save_what_is_due() {
  bool const due = world.unsaved.tools && world.clock.steady() - written_at >= kWriteInterval;
  if (!world.unsaved.accounts && !due) return {};
  return save();
}

HttpResponse Sandbox::State::answer(HttpRequest const& request) {
  std::string_view const path = request.path();
  if (path.starts_with("/link/")) return answer_link(world, request);
  if (path == "/" || path == "/dashboard" || path.starts_with("/dashboard/"))
    return answer_dashboard(world, request);
  if (path.starts_with("/answers/")) return answer_kept(world, request);
  if (path.starts_with("/storage/")) return answer_storage(world, request);
  if (path.starts_with("/_sandbox/")) return answer_control(world, request);
  return answer_api(world, request);
}

Sandbox::Sandbox(std::unique_ptr<State> state) : state_(std::move(state)) {}
Sandbox::~Sandbox() { flush(); }

Result<std::unique_ptr<Sandbox>> Sandbox::open(Options options, Clock const& clock) {
  AGENTA_TRY(auto catalog, options.catalog ? Catalog::load(*options.catalog) : Catalog::load_own());
  auto state = std::make_unique<State>(std::move(options), clock, std::move(catalog));
  if (auto const& file = state->world.options.state_file) AGENTA_CHECK(load_state(state->world, *file));
  return std::unique_ptr<Sandbox>(new Sandbox(std::move(state)));
}

void Sandbox::set_base_url(std::string base_url) {
  std::lock_guard const guard{state_->mutex};
  state_->world.storage.base_url = base_url;
  state_->world.base_url = std::move(base_url);
}

HttpResponse Sandbox::handle(HttpRequest const& request) {
  std::lock_guard const guard{state_->mutex};
  HttpResponse response;
  try {
    response = state_->answer(request);
  } catch (std::exception const& wrong) {
    // A bug in one route, and no reason to take the others down.
    auto const error = generic_error(500, std::string{"The sandbox failed: "} + wrong.what());
    return json_response(500, error_document(error, make_uuid_v7()));
  }
  bool const must_be_saved = state_->world.unsaved.accounts;
  auto const saved = state_->save_what_is_due();
  // A tool's effect has happened all the same, and the next request tries again.
  if (saved || !must_be_saved) return response;
  auto const error = generic_error(500, "The sandbox could not " + saved.error().message());
  return json_response(500, error_document(error, make_uuid_v7()));
}

void Sandbox::flush() {
  std::lock_guard const guard{state_->mutex};
  auto const& unsaved = state_->world.unsaved;
  // Nobody is left to tell; what failed here failed before on a request, which was told.
  if (unsaved.accounts || unsaved.tools) static_cast<void>(state_->save());
}

}  // namespace agenta::daemon::sandbox
