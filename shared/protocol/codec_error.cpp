#include "shared/protocol/codec.hpp"
#include "shared/protocol/codec_detail.hpp"
#include "shared/protocol/error_table.hpp"

namespace agenta::protocol {
namespace {

/// What a reply without an error document of ours means: from a proxy between, a debugging server, or a
/// daemon that speaks a language we do not.
ErrorCode code_for(unsigned status) {
  switch (status) {
    case 401: return ErrorCode::api_key_rejected;
    case 403: return ErrorCode::forbidden;
    case 426: return ErrorCode::version_skew;
    case 429: return ErrorCode::rate_limited;
    case 404:
    case 405:
    case 501: return ErrorCode::unsupported;
    case 502: return ErrorCode::composio_error;
    case 503: return ErrorCode::daemon_unavailable;
    case 504: return ErrorCode::timeout;
    case 507: return ErrorCode::storage_unavailable;
    default: return status >= 400 && status < 500 ? ErrorCode::invalid_request : ErrorCode::internal;
  }
}

std::string write_retryable(Error const& error) {
  Retryable const retryable = error.retryable.value_or(row_of(error.code).retryable);
  return retryable == Retryable::unknown ? write_string(name_of(retryable)) : std::string{name_of(retryable)};
}

std::optional<Retryable> parse_retryable(std::string_view json) {
  if (json == "true") return Retryable::yes;
  if (json == "false") return Retryable::no;
  if (read_string(json) == name_of(Retryable::unknown)) return Retryable::unknown;
  return std::nullopt;
}

}  // namespace

namespace detail {

void write_error_members(ObjectWriter& out, Error const& error, std::string_view message_name) {
  std::string_view const code = row_of(error.code).name;
  if (message_name == "message") {
    out.text("code", code).text(message_name, error.message);
  } else {
    out.text(message_name, error.message).text("code", code);
  }
  out.raw("retryable", write_retryable(error)).raw("context", object_or_empty(error.context));
  if (error.next_step.empty()) {
    out.null("next_step");
  } else {
    out.texts("next_step", error.next_step);
  }
  out.text_or_null("request_id", error.request_id).text_or_null("execution_id", error.execution_id);
  if (error.retry_after) out.number("retry_after", error.retry_after->count());
}

Error read_error(ObjectReader& in, ErrorCode otherwise) {
  Error error;
  error.code = parse_error_code(in.text("code")).value_or(otherwise);
  error.message = in.has("detail") ? in.text("detail") : in.text("message");
  error.context = in.object("context").value_or(JsonText{});
  error.next_step = in.texts("next_step");
  error.request_id = in.text("request_id");
  error.execution_id = in.text("execution_id");
  if (auto const json = in.find("retryable")) {
    auto const retryable = parse_retryable(*json);
    if (retryable && *retryable != row_of(error.code).retryable) error.retryable = retryable;
  }
  if (auto const seconds = in.find_number("retry_after")) error.retry_after = std::chrono::seconds{*seconds};
  return error;
}

}  // namespace detail

std::string encode_error(Error const& error) {
  detail::ObjectWriter out;
  detail::write_error_members(out, error, "detail");
  return out.done();
}

std::string encode_cli_error(Error const& error) {
  detail::ObjectWriter inner;
  detail::write_error_members(inner, error, "message");
  return detail::ObjectWriter{}.raw("error", inner.done()).done();
}

Error decode_error(std::string_view body, unsigned status) {
  Error error;
  error.code = code_for(status);
  if (is_json(body)) {
    detail::ObjectReader reader{body};
    if (reader.has("code")) {
      error = detail::read_error(reader, error.code);
    } else if (auto const cli = reader.find("error"); cli && cli->starts_with('{')) {
      detail::ObjectReader inner{*cli};
      error = detail::read_error(inner, error.code);
    }
  }
  if (error.message.empty()) {
    error.message = "the daemon answered with status " + std::to_string(status) + " and no reason";
  }
  return error;
}

}  // namespace agenta::protocol
