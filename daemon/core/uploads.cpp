#include "daemon/core/uploads.hpp"

#include <unistd.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "daemon/core/file_digest.hpp"
#include "daemon/core/file_fields.hpp"
#include "daemon/core/mime_type.hpp"
#include "shared/base/id.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/base/write_at.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::daemon {
namespace {

/// Stands where the storage's key will: the same file makes the same call.
constexpr std::string_view kNoKeyYet = "sha256:";

std::string describe_size(std::int64_t bytes) { return std::to_string(bytes) + " bytes"; }

std::string write_file(std::string const& name, std::string const& mimetype, std::string const& key) {
  return "{\"name\":" + protocol::write_string(name) + ",\"mimetype\":" + protocol::write_string(mimetype) +
         ",\"s3key\":" + protocol::write_string(key) + "}";
}

/// What Composio, and whoever reads the mail, is told of a path.
std::string base_name(std::string_view path) {
  constexpr std::size_t kLongest = 255;
  std::string name{path.substr(path.rfind('/') + 1)};
  std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (name.size() > kLongest) {
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
    name.resize(end);
  }
  return name.empty() ? "file" : name;
}

unexpected<Error> takes_no_file(Tool const& tool, std::string const& pointer) {
  auto const names = list_file_fields(tool.input_schema);
  Error error;
  error.code = ErrorCode::invalid_arguments;
  error.message = tool.slug.text + " takes no file at " + pointer + ": ";
  error.message += names.empty() ? "none of its arguments is one" : "it takes one at " + join(names, ", ");
  nlohmann::ordered_json context;
  context["pointer"] = pointer;
  context["file_fields"] = names;
  error.context.text = context.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  error.next_step = {"agenta-tools", "tools", "schema", tool.slug.text};
  return fail(std::move(error));
}

}  // namespace

struct Uploads::Entry {
  std::mutex mutex{};  ///< of everything but id and project
  std::string const id;
  std::string const project;
  WallTime const begun;
  Upload state{};
  std::string sha256{};
  std::shared_ptr<UniqueFd> file{};  ///< null once the storage has it
  FileDigest digest{};
  std::atomic<std::int64_t> kept{0};  ///< bytes here
  std::string key{};                  ///< the storage's, once it has the file
  ToolSlug key_of{};

  Entry(std::string entry_id, std::string of, WallTime now)
      : id(std::move(entry_id)), project(std::move(of)), begun(now) {}

  void finish() {
    auto digests = digest.finish();
    state.md5 = std::move(digests.md5);
    sha256 = std::move(digests.sha256);
    state.mimetype = sniff_mime_type(file->get(), state.size, state.filename);
  }
};

Uploads::Uploads(Spool const& spool, FileStorage& storage, Clock const& clock, Options options)
    : spool_(spool), storage_(storage), clock_(clock), options_(options) {}
Uploads::~Uploads() = default;

Result<Uploads::EntryPtr> Uploads::make(std::string const& project, std::string const& filename,
                                        std::int64_t size) {
  tidy();
  AGENTA_TRY(auto file, spool_.create());
  auto entry = std::make_shared<Entry>("upl_" + random_hex(16), project, clock_.wall());
  entry->state.id = entry->id;
  entry->state.filename = base_name(filename);
  entry->state.size = size;
  entry->file = std::make_shared<UniqueFd>(std::move(file));
  return entry;
}

Result<void> Uploads::keep(EntryPtr const& entry) {
  std::lock_guard const guard{mutex_};
  entry->kept = entry->state.size;
  std::int64_t waiting = entry->kept;
  for (auto const& [id, each] : entries_) waiting += each->kept;
  if (entries_.size() >= options_.most || waiting > options_.most_waiting_bytes) {
    return fail(ErrorCode::storage_unavailable,
                "too many files wait for their tools to run: " + std::to_string(entries_.size()) + ", " +
                    describe_size(waiting) + " with this one");
  }
  entries_.emplace(entry->id, entry);
  return {};
}

Result<Upload> Uploads::begin(std::string const& project, std::string const& filename, std::int64_t size) {
  if (size < 0) return fail(ErrorCode::invalid_request, "the size of a file is not negative");
  if (size > options_.most_bytes) {
    return fail(ErrorCode::invalid_request, base_name(filename) + " has " + describe_size(size) +
                                                ", and Composio takes files of up to " +
                                                describe_size(options_.most_bytes));
  }
  AGENTA_TRY(auto const entry, make(project, filename, size));
  if (size == 0) entry->finish();
  Upload state = entry->state;
  AGENTA_CHECK(keep(entry));
  return state;
}

Result<Upload> Uploads::write(std::string const& project, std::string const& id, std::int64_t offset,
                              std::string_view bytes) {
  AGENTA_TRY(auto const entry, get(project, id));
  std::lock_guard const guard{entry->mutex};
  Upload& state = entry->state;
  auto const size = static_cast<std::int64_t>(bytes.size());
  if (offset >= 0 && offset <= state.received && size <= state.received - offset) return state;
  if (offset != state.received) {
    return fail(ErrorCode::invalid_request, "the next piece of this file begins at " +
                                                std::to_string(state.received) + ", not at " +
                                                std::to_string(offset));
  }
  if (size > state.size - state.received)
    return fail(ErrorCode::invalid_request, "this is more of the file than was announced");
  if (auto const written = write_at(entry->file->get(), bytes, offset, "a file on its way"); !written)
    return fail(error_from(written.error(), ErrorCode::storage_unavailable));
  entry->digest.add(bytes);
  state.received += size;
  if (state.whole()) entry->finish();
  return state;
}

Result<Upload> Uploads::fetch(std::string const& project, std::string const& url, SteadyTime deadline,
                              std::stop_token stop) {
  AGENTA_TRY(auto const entry, make(project, "", 0));
  FetchRequest request;
  request.url = url;
  request.into = entry->file;
  request.most_bytes = options_.most_bytes;
  request.deadline = deadline;
  request.stop = std::move(stop);
  AGENTA_TRY(auto const fetched, storage_.fetch(request));
  Upload& state = entry->state;
  state.filename = base_name(fetched.name);
  state.size = fetched.size;
  std::string piece(std::size_t{1} << 20, '\0');
  while (!state.whole()) {
    auto const got = ::pread(entry->file->get(), piece.data(), piece.size(), state.received);
    if (got <= 0) return fail(ErrorCode::storage_unavailable, "what was fetched cannot be read again");
    entry->digest.add(std::string_view{piece}.substr(0, static_cast<std::size_t>(got)));
    state.received += got;
  }
  entry->finish();
  Upload whole = state;
  AGENTA_CHECK(keep(entry));
  return whole;
}

void Uploads::tidy() {
  WallTime const oldest = clock_.wall() - options_.time_to_live;
  std::vector<EntryPtr> gone;  // closed outside of the lock
  std::lock_guard const guard{mutex_};
  for (auto at = entries_.begin(); at != entries_.end();) {
    if (at->second->begun >= oldest) {
      ++at;
      continue;
    }
    gone.push_back(std::move(at->second));
    at = entries_.erase(at);
  }
}

Result<Uploads::EntryPtr> Uploads::get(std::string const& id) const {
  std::lock_guard const guard{mutex_};
  auto const found = entries_.find(id);
  if (found != entries_.end()) return found->second;
  return fail(ErrorCode::invalid_request,
              "there is no upload " + id.substr(0, 64) +
                  " any more: the daemon keeps one for a day, and not beyond its own end; hand the file over "
                  "again");
}

Result<Uploads::EntryPtr> Uploads::get(std::string const& project, std::string const& id) const {
  AGENTA_TRY(auto entry, get(id));
  if (entry->project != project)
    return fail(ErrorCode::invalid_request, "the upload " + id + " belongs to another project");
  return entry;
}

Result<JsonText> Uploads::describe(std::string const& project, Tool const& tool, JsonText const& arguments,
                                   std::vector<FileArgument> const& files) {
  JsonText out = arguments;
  for (auto const& file : files) {
    FilePlace const place = find_file_place(tool.input_schema, file.pointer);
    if (place == FilePlace::none) return takes_no_file(tool, file.pointer);
    AGENTA_TRY(auto const entry, get(project, file.upload));
    std::lock_guard const guard{entry->mutex};
    Upload const& state = entry->state;
    if (!state.whole()) {
      return fail(ErrorCode::invalid_request, "only " + std::to_string(state.received) + " of " +
                                                  describe_size(state.size) + " of " + state.filename +
                                                  " were handed over");
    }
    auto const there = protocol::find_pointer(out.text, file.pointer);
    if (place == FilePlace::single && there && trim(*there) != "null")
      return fail(ErrorCode::invalid_arguments, file.pointer + " is given twice");
    std::string const value =
        write_file(state.filename, state.mimetype, std::string{kNoKeyYet} + entry->sha256);
    out.text = put_value(out.text, pointer_tokens(file.pointer), value, place == FilePlace::list);
    if (out.text.empty()) {
      return fail(ErrorCode::invalid_arguments,
                  "the arguments have something else at, or on the way to, " + file.pointer);
    }
  }
  return out;
}

/// Once for one tool: what the storage has is not kept here too.
Result<std::string> Uploads::stage_one(ProviderCall const& call, Tool const& tool, Entry& entry) {
  StoredFile stored;
  {
    std::lock_guard const guard{entry.mutex};
    if (!entry.key.empty() && entry.key_of == tool.slug) return entry.key;
    if (!entry.file) {
      return fail(ErrorCode::invalid_request, "the upload " + entry.id + " was used for " +
                                                  entry.key_of.text + ": hand the file over again");
    }
    stored.name = entry.state.filename;
    stored.mimetype = entry.state.mimetype;
    stored.md5 = entry.state.md5;
    stored.body = FileBody{entry.file, 0, entry.state.size};
  }
  AGENTA_TRY(auto key, storage_.put(call, tool, stored));
  std::lock_guard const guard{entry.mutex};
  entry.key = key;
  entry.key_of = tool.slug;
  entry.file.reset();
  entry.kept = 0;
  return key;
}

Result<JsonText> Uploads::stage(ProviderCall const& call, Tool const& tool, JsonText const& arguments,
                                std::vector<FileArgument> const& files) {
  JsonText out = arguments;
  std::map<std::string, std::size_t> left;  // of each list: files whose keys are still to be set
  for (auto const& file : files) ++left[file.pointer];
  for (auto const& file : files) {
    AGENTA_TRY(auto const entry, get(file.upload));
    AGENTA_TRY(auto const key, stage_one(call, tool, *entry));
    auto tokens = pointer_tokens(file.pointer);
    if (find_file_place(tool.input_schema, file.pointer) == FilePlace::list) {
      // `describe` appended them in their order: the last of the list.
      auto const items =
          protocol::elements_of(protocol::find_pointer(out.text, file.pointer).value_or("null"));
      std::size_t const behind = left[file.pointer]--;
      if (!items || items->size() < behind)
        return fail(ErrorCode::internal, "a file has lost its place among the arguments");
      tokens.push_back(std::to_string(items->size() - behind));
    }
    tokens.emplace_back("s3key");
    out.text = put_value(out.text, tokens, protocol::write_string(key), false);
    if (out.text.empty()) return fail(ErrorCode::internal, "a file has lost its place among the arguments");
  }
  return out;
}

}  // namespace agenta::daemon
