#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "daemon/sandbox/sandbox.hpp"

namespace agenta::daemon::sandbox {

/// Stands still until told.
class StoppedClock final : public Clock {
 public:
  WallTime wall() const override { return wall_; }
  SteadyTime steady() const override { return steady_; }
  void advance(std::chrono::milliseconds by) {
    wall_ += by;
    steady_ += by;
  }

 private:
  WallTime wall_ = parse_rfc3339("2026-11-23T20:00:00.000Z").value();
  SteadyTime steady_{std::chrono::hours{1}};
};

/// A sandbox, and the few steps that nearly every test begins with.
class SandboxTest : public testing::Test {
 protected:
  SandboxTest() { open({}); }

  void open(Options options) {
    sandbox_.reset();
    auto opened = Sandbox::open(std::move(options), clock_);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    sandbox_ = std::move(opened).value();
    sandbox_->set_base_url("http://127.0.0.1:4100");
  }

  HttpResponse send(std::string method, std::string target, nlohmann::json const& body = nullptr) {
    return send_as(key_, std::move(method), std::move(target), body);
  }
  HttpResponse send_as(std::string const& key, std::string method, std::string target,
                       nlohmann::json const& body = nullptr) {
    HttpHeaders headers;
    if (!key.empty()) headers.emplace_back("x-api-key", key);
    return send_with(std::move(headers), std::move(method), std::move(target), body);
  }
  /// With whatever headers; a target that is no page and no control is the API's.
  HttpResponse send_with(HttpHeaders headers, std::string method, std::string target,
                         nlohmann::json const& body = nullptr) {
    HttpRequest request;
    request.method = std::move(method);
    bool whole = false;
    for (char const* start : {"/api", "/_sandbox", "/link/", "/dashboard"})
      whole |= target.starts_with(start);
    request.target = whole ? std::move(target) : "/api/v3.1" + target;
    request.headers = std::move(headers);
    if (!body.is_null()) request.body = body.dump();
    return sandbox_->handle(request);
  }
  /// The document that a request is answered with.
  nlohmann::json get(std::string target) { return json(send("GET", std::move(target))); }
  nlohmann::json post(std::string target, nlohmann::json const& body) {
    return json(send("POST", std::move(target), body));
  }
  static nlohmann::json json(HttpResponse const& response) { return nlohmann::json::parse(response.body); }

  std::string make_auth_config(std::string const& toolkit) {
    return post("/auth_configs", {{"toolkit", {{"slug", toolkit}}}})["auth_config"]["id"];
  }
  /// An auth config with an app, or a scheme, of one's own.
  HttpResponse make_own_config(std::string const& toolkit, std::string const& scheme,
                               nlohmann::json const& credentials = nlohmann::json::object()) {
    return send("POST", "/auth_configs",
                {{"toolkit", {{"slug", toolkit}}},
                 {"auth_config",
                  {{"type", "use_custom_auth"}, {"authScheme", scheme}, {"credentials", credentials}}}});
  }
  /// An account that is made from fields alone.
  HttpResponse make_account(std::string const& toolkit, std::string const& scheme, nlohmann::json const& val,
                            bool validate = true) {
    auto const config = json(make_own_config(toolkit, scheme))["auth_config"]["id"];
    return send("POST", "/connected_accounts",
                {{"auth_config", {{"id", config}}},
                 {"connection", {{"user_id", "u1"}, {"state", {{"authScheme", scheme}, {"val", val}}}}},
                 {"validate_credentials", validate}});
  }
  nlohmann::json make_link(std::string const& user = "u1", std::string const& callback = "") {
    return post(
        "/connected_accounts/link",
        {{"auth_config_id", make_auth_config("github")}, {"user_id", user}, {"callback_url", callback}});
  }
  /// An active GitHub account of `user`.
  std::string connect(std::string const& user = "u1") {
    auto const link = make_link(user);
    send("POST", "/link/" + link["link_token"].get<std::string>() + "/approve");
    return link["connected_account_id"];
  }
  HttpResponse execute(std::string const& tool, nlohmann::json const& arguments,
                       std::string const& user = "u1") {
    return send("POST", "/tools/execute/" + tool, {{"user_id", user}, {"arguments", arguments}});
  }
  /// The error of an answer, as `status code slug`.
  static std::string refusal(HttpResponse const& response) {
    auto const error = json(response)["error"];
    std::string const code = error.contains("code") ? std::to_string(error["code"].get<int>()) : "-";
    return std::to_string(response.status) + " " + code + " " + error.value("slug", "");
  }
  static std::string header(HttpResponse const& response, std::string_view name) {
    return std::string{find_header(response.headers, name).value_or("")};
  }

  StoppedClock clock_{};
  std::string key_ = "ak_sandbox";
  std::unique_ptr<Sandbox> sandbox_{};
};

}  // namespace agenta::daemon::sandbox
