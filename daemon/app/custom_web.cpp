#include "daemon/app/custom_web.hpp"

#include <utility>

namespace agenta::daemon {
namespace {

WebReply::Fate fate_of(HttpProgress progress) {
  switch (progress) {
    case HttpProgress::not_written: return WebReply::Fate::not_sent;
    case HttpProgress::written_no_reply: return WebReply::Fate::unknown;
    case HttpProgress::replied: return WebReply::Fate::replied;
  }
  __builtin_unreachable();
}

WebReply::Trouble trouble_of(HttpTrouble trouble) {
  switch (trouble) {
    case HttpTrouble::none: return WebReply::Trouble::none;
    case HttpTrouble::refused_endpoint:
    case HttpTrouble::not_public: return WebReply::Trouble::refused;
    case HttpTrouble::too_large: return WebReply::Trouble::too_large;
    case HttpTrouble::timed_out: return WebReply::Trouble::timed_out;
    case HttpTrouble::stopped: return WebReply::Trouble::stopped;
    default: return WebReply::Trouble::unreachable;
  }
}

}  // namespace

WebReply CustomWeb::send(WebRequest const& request) {
  HttpCall call;
  call.base_url = request.base_url;
  call.method = request.method;
  call.target = request.target;
  call.fields = request.fields;
  call.body = request.body;
  call.deadline = request.deadline;
  call.stop = request.stop;
  call.max_body = request.most_output;
  call.only_public = request.only_public;
  HttpOutcome outcome = pool_.send(call);
  WebReply reply;
  reply.fate = fate_of(outcome.progress);
  reply.trouble = trouble_of(outcome.trouble);
  reply.detail = std::move(outcome.detail);
  reply.status = outcome.reply.status;
  reply.body = std::move(outcome.reply.body);
  return reply;
}

}  // namespace agenta::daemon
