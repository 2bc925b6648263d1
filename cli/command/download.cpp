#include "cli/command/download.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "cli/command/download_file.hpp"
#include "cli/command/local_file.hpp"
#include "cli/command/safe_name.hpp"
#include "cli/terminal/progress.hpp"
#include "shared/base/try.hpp"
#include "shared/base/write_at.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/json_slice.hpp"
#include "shared/protocol/result_files.hpp"

namespace agenta::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A file may be large, and its server slow: without a `--timeout` it has an hour.
constexpr std::chrono::hours kPatience{1};

struct Fetched {
  std::string name{};
  std::int64_t size = 0;
};

Result<Fetched> fetch(Context& context, DownloadDirectory const& directory, std::string const& execution_id,
                      protocol::LinkedFile const& linked) {
  AGENTA_TRY(auto file, NewFile::make(directory.descriptor.get()));
  std::string const name = safe_file_name(linked.name);
  Fetched fetched;
  Progress progress{context.terminal, context.verbosity(), context.quietness()};
  auto const since = steady_clock::now();
  std::optional<Error> disk;
  auto const sink = [&](std::string_view bytes) {
    auto const written = write_at(file.get(), bytes, fetched.size, name);
    if (!written) disk = error_from(written.error(), ErrorCode::storage_unavailable);
    fetched.size += static_cast<std::int64_t>(bytes.size());
    Step step;
    step.what = "fetching " + name + " (" + describe_size(fetched.size) + ")";
    step.elapsed = std::chrono::duration_cast<milliseconds>(steady_clock::now() - since);
    progress.show(step);
    return !disk;
  };
  ServiceRequest request = protocol::download(execution_id, linked.pointer);
  request.timeout = context.flags.timeout.empty() ? milliseconds{kPatience} : context.timeout;
  auto const reply = context.tools.call_streaming(request, sink, context.stop);
  progress.clear();
  if (disk) return fail(std::move(*disk));
  if (!reply) return fail(reply.error());
  AGENTA_TRY(fetched.name, file.publish(name));
  return fetched;
}

/// As Composio's own SDKs name a file that they fetched.
std::string describe(DownloadDirectory const& directory, protocol::LinkedFile const& linked,
                     std::string const& name) {
  return "{\"uri\":" + protocol::write_string((directory.path / name).string()) +
         ",\"file_downloaded\":true,\"s3url\":" + protocol::write_string(linked.url) +
         ",\"mimeType\":" + protocol::write_string(linked.mimetype) + "}";
}

Error after_the_run(Error error, std::string const& execution_id, std::string const& name,
                    std::string const& data) {
  error.message = "the tool has run, and its file " + name + " could not be fetched: " + error.message;
  error.execution_id = execution_id;
  error.retryable = Retryable::unknown;  // running it again would run it twice
  error.next_step = {"agenta-tools", "history", "show", execution_id};
  error.context.text = with_member("{}", "data", data);
  return error;
}

}  // namespace

Result<DownloadDirectory> open_download_directory(std::string const& path) {
  std::error_code missing;
  auto const parent = std::filesystem::path{path}.parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, missing);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(error_from(OsError{errno, "make the directory " + path}, ErrorCode::usage));
  DownloadDirectory directory;
  directory.descriptor.reset(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.descriptor)
    return fail(error_from(OsError{errno, "open the directory " + path}, ErrorCode::usage));
  if (::faccessat(directory.descriptor.get(), ".", W_OK | X_OK, AT_EACCESS) != 0)
    return fail(error_from(OsError{errno, "write to the directory " + path}, ErrorCode::usage));
  std::error_code ignored;
  directory.path = std::filesystem::canonical(path, ignored);
  return directory;
}

Result<std::string> download_files(Context& context, DownloadDirectory const& directory,
                                   std::string const& execution_id, std::string const& data) {
  auto const linked = protocol::find_result_files(data);
  std::string out;
  std::size_t written = 0;  // of `data`
  std::optional<Error> failure;
  std::string failed_name;
  for (auto const& file : linked) {
    auto const fetched = fetch(context, directory, execution_id, file);
    if (!fetched) {
      failure = fetched.error();
      failed_name = safe_file_name(file.name);
      break;
    }
    auto const at = static_cast<std::size_t>(file.text.data() - data.data());
    out.append(data, written, at - written).append(describe(directory, file, fetched->name));
    written = at + file.text.size();
    context.say("saved " + (directory.path / fetched->name).string() + ", " + describe_size(fetched->size));
  }
  out.append(data, written);
  if (failure) return fail(after_the_run(std::move(*failure), execution_id, failed_name, out));
  return out;
}

Result<std::string> download_files_of(Context& context, DownloadDirectory const& directory,
                                      std::string const& record) {
  auto const data = protocol::find_member(record, "data");
  auto const id = protocol::read_string(protocol::find_member(record, "id").value_or("null"));
  if (!data || !id) return record;
  auto const at = static_cast<std::size_t>(data->data() - record.data());
  AGENTA_TRY(auto const changed, download_files(context, directory, *id, std::string{*data}));
  return record.substr(0, at) + changed + record.substr(at + data->size());
}

}  // namespace agenta::cli
