#include <unistd.h>

#include <charconv>

#include "daemon/composio/composio_errors.hpp"
#include "daemon/composio/file_storage.hpp"
#include "daemon/composio/file_url.hpp"
#include "daemon/core/file_storage.hpp"
#include "shared/base/text.hpp"
#include "shared/base/write_at.hpp"

namespace agenta::daemon {
namespace {

constexpr int kMostAttempts = 5;
constexpr int kMostRedirects = 5;

std::optional<std::int64_t> parse_size(std::string_view text) {
  auto size = std::int64_t{0};
  auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (ec != std::errc{} || end != text.data() + text.size() || size < 0) return std::nullopt;
  return size;
}

/// `bytes 5-9/10`: where it begins, and the size of the whole where that is told.
struct ContentRange {
  std::int64_t first = 0;
  std::optional<std::int64_t> total{};
};
std::optional<ContentRange> parse_content_range(std::string_view text) {
  if (!text.starts_with("bytes ")) return std::nullopt;
  text.remove_prefix(6);
  auto const dash = text.find('-');
  auto const slash = text.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos) return std::nullopt;
  auto const first = parse_size(text.substr(0, dash));
  if (!first) return std::nullopt;
  return ContentRange{*first, parse_size(text.substr(slash + 1))};
}

/// One file on its way: what is here, and what is known of it.
class Fetch {
 public:
  Fetch(HttpPool& pool, FetchRequest const& request, FileUrl url)
      : pool_(pool), request_(request), url_(std::move(url)) {}

  Result<FetchedFile> run();

 private:
  enum class Next : std::uint8_t { done, go_on, redirect, give_up };
  Next attempt();
  void on_reply(unsigned status, HttpFields const& fields);
  bool take(std::string_view bytes);
  Next judge(HttpOutcome const& outcome);
  Next refuse(ErrorCode code, std::string message) {
    error_ = fail(code, std::move(message)).error();
    return Next::give_up;
  }
  void begin_anew() {
    have_ = 0;
    total_.reset();
    etag_.clear();
    if (::ftruncate(request_.into->get(), 0) != 0) have_ = 0;
  }

  HttpPool& pool_;
  FetchRequest const& request_;
  FileUrl url_;
  std::int64_t have_ = 0;
  std::optional<std::int64_t> total_{};
  std::string etag_{};  ///< strong, or empty
  unsigned status_ = 0;
  bool is_taking_ = false;  ///< the reply's body is the file
  bool is_over_limit_ = false;
  int redirects_ = 0;
  std::optional<Error> disk_{};
  Error error_{};
};

void Fetch::on_reply(unsigned status, HttpFields const& fields) {
  status_ = status;
  is_taking_ = false;
  auto const length = parse_size(find_field(fields, "content-length").value_or(""));
  auto etag = std::string{find_field(fields, "etag").value_or("")};
  if (etag.starts_with("W/")) etag.clear();
  if (status == 206 && have_ > 0) {
    auto const range = parse_content_range(find_field(fields, "content-range").value_or(""));
    auto const is_same = etag.empty() || etag == etag_;
    auto const fits = range && range->first == have_ && (!total_ || !range->total || total_ == range->total);
    if (!is_same || !fits) {
      begin_anew();  // another file, or another part of it: the next attempt asks for the whole
      return;
    }
    if (range->total) total_ = range->total;
    is_taking_ = true;
  } else if (status == 200) {
    begin_anew();
    is_taking_ = true;
    // What is unpacked on the way has another length, and no part of it can be asked for.
    auto const coding = find_field(fields, "content-encoding").value_or("identity");
    if (equal_ignoring_case(coding, "identity")) {
      total_ = length;
      etag_ = std::move(etag);
    }
  }
  is_over_limit_ = total_ && *total_ > request_.most_bytes;
}

bool Fetch::take(std::string_view bytes) {
  if (!is_taking_) return true;  // the words of a refusal
  auto const size = static_cast<std::int64_t>(bytes.size());
  is_over_limit_ = is_over_limit_ || size > request_.most_bytes - have_;
  if (is_over_limit_) return false;
  auto const written = write_at(request_.into->get(), bytes, have_, "a file on its way");
  if (!written) disk_ = error_from(written.error(), ErrorCode::storage_unavailable);
  have_ += size;
  return !disk_;
}

Fetch::Next Fetch::attempt() {
  auto http = HttpCall{};
  http.base_url = url_.origin;
  http.target = url_.target;
  http.fields = {{"accept", "*/*"}, {"accept-encoding", "identity"}};
  if (etag_.empty() && !total_) begin_anew();  // nothing would tell another file from the rest of this one
  if (have_ > 0) {
    http.fields.emplace_back("range", "bytes=" + std::to_string(have_) + "-");
    if (!etag_.empty()) http.fields.emplace_back("if-range", etag_);
  }
  http.deadline = request_.deadline;
  http.stop = request_.stop;
  http.max_body = static_cast<std::size_t>(request_.most_bytes) + (std::size_t{1} << 20);
  http.only_public = request_.endpoint.empty() || !may_be_private(request_.endpoint);
  http.any_http = true;
  http.on_reply = [this](unsigned status, HttpFields const& fields) { on_reply(status, fields); };
  http.sink = [this](std::string_view bytes) { return take(bytes); };
  status_ = 0;
  return judge(pool_.send(http));
}

Fetch::Next Fetch::judge(HttpOutcome const& outcome) {
  if (disk_) {
    error_ = *disk_;
    return Next::give_up;
  }
  if (is_over_limit_ || outcome.trouble == HttpTrouble::too_large) {
    return refuse(ErrorCode::invalid_request,
                  "the file is larger than the " + std::to_string(request_.most_bytes) + " bytes allowed");
  }
  if (outcome.progress != HttpProgress::replied) {
    error_ = error_from_trouble(outcome, {Operation::fetch_file, {}, {}});
    auto const passing = outcome.trouble == HttpTrouble::lost || outcome.trouble == HttpTrouble::truncated ||
                         outcome.trouble == HttpTrouble::unreachable ||
                         outcome.trouble == HttpTrouble::unknown_host;
    return passing ? Next::go_on : Next::give_up;
  }
  auto const status = outcome.reply.status;
  if (status >= 301 && status <= 308 && status != 304) {
    auto const location = find_field(outcome.reply.fields, "location");
    auto const next = location ? follow_redirect(url_, *location) : std::nullopt;
    if (!next || ++redirects_ > kMostRedirects)
      return refuse(ErrorCode::composio_error, "the file is nowhere to be found: its URL leads round");
    url_ = *next;
    return Next::redirect;
  }
  if (is_taking_ && (!total_ || *total_ == have_)) return Next::done;
  if (is_taking_ || status == 206 || status == 416 || status >= 500 || status == 429) {
    if (status == 416) begin_anew();
    refuse(ErrorCode::provider_unavailable, "the file did not come whole (" + std::to_string(status) + ", " +
                                                std::to_string(have_) + " bytes)");
    return Next::go_on;
  }
  return refuse(ErrorCode::composio_error,
                "the file cannot be had: its server answered " + std::to_string(status));
}

Result<FetchedFile> Fetch::run() {
  for (auto attempts = 1;;) {
    switch (attempt()) {
      case Next::done: return FetchedFile{url_.name(), have_};
      case Next::give_up: return fail(std::move(error_));
      case Next::redirect: continue;
      case Next::go_on: break;
    }
    if (attempts >= kMostAttempts || !wait_to_try_again(attempts, request_.deadline, request_.stop))
      return fail(std::move(error_));
    ++attempts;
  }
}

}  // namespace

Result<FetchedFile> ComposioFiles::fetch(FetchRequest const& request) {
  auto url = parse_file_url(request.url);
  if (!url) {
    // Not shown: what comes from Composio is a credential, what a person wrote is known to them.
    return fail(ErrorCode::invalid_request,
                "this is no URL of a file: it begins with https:// or http://, and names no user");
  }
  Fetch fetch{pool_, request, std::move(*url)};
  return fetch.run();
}

}  // namespace agenta::daemon
