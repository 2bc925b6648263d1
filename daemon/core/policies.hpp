#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/core/caller.hpp"
#include "daemon/core/catalog.hpp"
#include "daemon/core/connections.hpp"
#include "daemon/core/credentials.hpp"
#include "daemon/core/sessions.hpp"
#include "shared/policy/policy_cases.hpp"
#include "shared/protocol/codec_approval.hpp"

namespace agenta::daemon {

/// What policies say of calls that are not made. Any thread.
class Policies {
 public:
  Policies(Catalog& catalog, Credentials& credentials, SessionBook& sessions, Connections& connections)
      : catalog_(catalog), credentials_(credentials), sessions_(sessions), connections_(connections) {}

  /// Which rule decides a call, and why the ones before it do not: of the given policy, else of the session,
  /// else of the default for agents. Where no connection is named it is the one that would run the call. A
  /// raw request, `PROXY_GET` and the like, is of the integration that the connection is of, or the only one
  /// that the session is bound to; else of none.
  Result<protocol::PolicyExplanation> explain(Caller const& caller, protocol::ExplainRequest const& request);
  /// The cases of a file, tried on the policy in it or beside it. What a case does not say of its tool is
  /// taken from the catalogue.
  Result<protocol::PolicyTestReport> test(Caller const& caller, protocol::PolicyTestRequest const& request);

 private:
  struct Subject;
  Result<Subject> subject_of(Caller const& caller, protocol::ExplainRequest const& request);
  Result<std::shared_ptr<CatalogTool const>> find_tool(Caller const& caller, ToolSlug const& slug);
  Result<policy::Question> call_of(Caller const& caller, protocol::ExplainRequest const& request,
                                   ToolReference const& reference, Subject const& subject,
                                   std::vector<std::string>& warnings);
  Result<policy::Question> raw_request_of(Caller const& caller, protocol::ExplainRequest const& request,
                                          ToolReference const& reference, std::string const& method,
                                          Subject const& subject, std::vector<std::string>& warnings);
  std::string usual_connection(Caller const& caller, IntegrationSlug const& integration);
  std::vector<protocol::UnmatchedName> unmatched_in(Caller const& caller, policy::Policy const& policy,
                                                    Network network);
  Result<policy::Question> question_of(Caller const& caller, policy::PolicyCase const& one);

  Catalog& catalog_;
  Credentials& credentials_;
  SessionBook& sessions_;
  Connections& connections_;
};

}  // namespace agenta::daemon
