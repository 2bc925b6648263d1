#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cli/app/app.hpp"

namespace agenta::cli {

/// A world for one command line: a service that answers from a function, a captured terminal, a stated
/// environment.
struct Rig {
  using Answer = std::function<Result<ServiceReply>(ServiceRequest const&)>;

  Answer answer = [](ServiceRequest const& request) -> Result<ServiceReply> {
    return fail(ErrorCode::internal, "nobody expected " + request.method + " " + request.target);
  };
  std::vector<ServiceRequest> seen{};
  std::map<std::string, std::string> variables{{"AGENTA_TOOLS_HOME", "/nonexistent/home"},
                                               {"AGENTA_TOOLS_CONFIG", "/nonexistent/config.toml"}};
  Shape shape{};
  Capture capture{};
  std::stop_source stop{};
  int signal = 2;
  std::filesystem::path own_program{"/opt/agenta/bin/agenta-tools"};
  bool lost_reply = false;

  /// Answers every request with one document.
  void answers(std::string body) {
    answer = [body = std::move(body)](ServiceRequest const&) -> Result<ServiceReply> {
      ServiceReply reply;
      reply.body = body;
      return reply;
    };
  }

  int run(std::vector<std::string> const& words) {
    World world;
    world.environment = [this](std::string const& name) -> std::optional<std::string> {
      auto const found = variables.find(name);
      if (found == variables.end()) return std::nullopt;
      return found->second;
    };
    world.stop = stop.get_token();
    world.own_program = own_program;
    world.signal = [this] { return stop.stop_requested() ? signal : 0; };
    world.make_service = [this] { return std::make_unique<Service>(*this); };
    world.lost_reply = [this] { return lost_reply; };
    Terminal terminal = Terminal::captured(capture, shape);
    return run_in(world, words, terminal);
  }

 private:
  class Service final : public ToolService {
   public:
    explicit Service(Rig& rig) : rig_(rig) {}
    Result<ServiceReply> call(ServiceRequest const& request, std::stop_token) override {
      std::lock_guard const guard{rig_.mutex_};  // a command may ask from several threads
      rig_.seen.push_back(request);
      return rig_.answer(request);
    }

   private:
    Rig& rig_;
  };

  std::mutex mutex_{};
};

/// A reply with a body.
inline Result<ServiceReply> reply_with(std::string body) {
  ServiceReply reply;
  reply.body = std::move(body);
  return reply;
}

}  // namespace agenta::cli
