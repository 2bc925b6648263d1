#include "daemon/app/session_doors.hpp"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "shared/base/private_dir.hpp"

namespace agenta::daemon {
namespace {

// Of one session's socket.
constexpr std::size_t kMostConnections = 128;
constexpr std::uint64_t kMostBodiesBytes = 64 * 1024 * 1024;
constexpr std::size_t kLongestName = 80;  // reached by /proc/self/fd/N/NAME where the path is long

}  // namespace

/// One session's socket. Its server goes away only once nobody is served any more.
struct SessionDoors::Door {
  std::shared_ptr<SessionEntrance const> entrance{};
  std::filesystem::path path{};
  std::vector<uid_t> uids{};
  std::unique_ptr<HttpServer> server{};
  std::unique_ptr<UnixListener> listener{};
};

SessionDoors::SessionDoors(boost::asio::any_io_executor executor, std::filesystem::path directory,
                           HttpServerOptions server, api::Router const& router, Handle handle, log::Log& log)
    : executor_(std::move(executor)),
      directory_(std::move(directory)),
      server_(std::move(server)),
      router_(router),
      handle_(std::move(handle)),
      log_(log) {}

SessionDoors::~SessionDoors() = default;

std::string SessionDoors::file_name(std::string_view project, Session const& session) {
  std::string name = session.name;
  if (project != "default") name = std::string{project} + "." + name;
  if (name.size() > kLongestName) name = session.id.text;
  return name + ".sock";
}

void SessionDoors::follow(std::vector<Sessions::Opened> const& open, std::uint64_t order) {
  if (over_ || order < order_) return;
  order_ = order;
  std::set<std::string> wanted;
  for (Sessions::Opened const& each : open) wanted.insert(each.session.id.text);
  for (auto door = doors_.begin(); door != doors_.end();) {
    if (wanted.contains(door->first)) {
      ++door;
      continue;
    }
    if (door->second->listener) door->second->listener->close();
    door->second->server->drain();
    leaving_.push_back(std::move(door->second));
    door = doors_.erase(door);
  }
  for (Sessions::Opened const& each : open) {
    if (!doors_.contains(each.session.id.text)) this->open(each);
  }
  if (!std::exchange(swept_, true)) sweep();
}

void SessionDoors::open(Sessions::Opened const& opened) {
  auto door = std::make_unique<Door>();
  SessionEntrance entrance;
  entrance.session = opened.session.id.text;
  entrance.name = opened.session.name;
  entrance.project = opened.project;
  entrance.router = &router_;
  door->entrance = std::make_shared<SessionEntrance const>(std::move(entrance));
  door->path = directory_ / file_name(opened.project, opened.session);
  door->uids.assign(opened.session.socket_uids.begin(), opened.session.socket_uids.end());
  HttpServerOptions options = server_;
  options.most_connections = kMostConnections;
  options.most_bodies_bytes = kMostBodiesBytes;
  door->server = std::make_unique<HttpServer>(
      executor_, options, [this, by = door->entrance](HttpRequest request, HttpPeer peer) {
        return handle_(std::move(request), std::move(peer), by);
      });
  bind(*door);
  doors_.emplace(opened.session.id.text, std::move(door));
}

void SessionDoors::bind(Door& door) {
  if (auto const made = open_private_dir(directory_); !made) {
    log_.error("session.no_socket", {{"session", door.entrance->name}, {"why", made.error().message()}});
    return;
  }
  UnixListener::Events events;
  events.also = door.uids;
  events.accepted = [&server = *door.server](StreamSocket socket, Peer peer) {
    server.adopt(std::move(socket), peer);
  };
  events.refused = [this, name = door.entrance->name](Peer peer) {
    log_.warn("session.refused",
              {{"session", name}, {"uid", std::to_string(peer.uid)}, {"pid", std::to_string(peer.pid)}});
  };
  auto bound = UnixListener::bind(executor_, door.path, std::move(events));
  if (!bound) {
    log_.error("session.no_socket", {{"session", door.entrance->name}, {"why", bound.error().message()}});
    return;
  }
  door.listener = std::move(*bound);
}

/// Sockets of sessions that are not open any more, which a killed daemon left behind.
void SessionDoors::sweep() {
  std::set<std::filesystem::path> ours;
  for (auto const& [id, door] : doors_) ours.insert(door->path.filename());
  std::error_code ignored;
  for (auto const& entry : std::filesystem::directory_iterator{directory_, ignored}) {
    if (!ours.contains(entry.path().filename()) && entry.is_socket(ignored))
      std::filesystem::remove(entry.path(), ignored);
  }
}

void SessionDoors::look_after() {
  if (over_) return;
  for (auto const& [id, door] : doors_) {
    if (!door->listener || !door->listener->in_place()) bind(*door);
  }
  std::erase_if(leaving_, [](auto const& door) { return door->server->open() == 0; });
}

std::size_t SessionDoors::busy() const {
  std::size_t count = 0;
  for (auto const& [id, door] : doors_) count += door->server->busy();
  for (auto const& door : leaving_) count += door->server->busy();
  return count;
}

void SessionDoors::drain() {
  over_ = true;
  for (auto const& [id, door] : doors_) {
    if (door->listener) door->listener->close();
    door->server->drain();
  }
}

void SessionDoors::close_all() {
  for (auto const& [id, door] : doors_) door->server->close_all();
  for (auto const& door : leaving_) door->server->close_all();
}

}  // namespace agenta::daemon
