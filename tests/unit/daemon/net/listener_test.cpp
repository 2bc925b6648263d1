#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <vector>

#include "daemon/net/loopback_listener.hpp"
#include "daemon/net/unix_listener.hpp"
#include "shared/base/port_holder.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/daemon/net/loop_thread.hpp"
#include "tests/unit/daemon/net/raw_client.hpp"

namespace agenta::daemon {
namespace {

namespace fs = std::filesystem;

struct UnixListenerTest : testing::Test {
  test::TemporaryDirectory directory;
  fs::path path = directory / "daemon.sock";
  LoopThread thread;
  std::unique_ptr<UnixListener> listener;
  std::promise<Peer> accepted;
  std::vector<StreamSocket> sockets;

  ~UnixListenerTest() override {
    thread.on_loop([this] {
      sockets.clear();
      listener.reset();
    });
    thread.finish();
  }
  UnixListener::Events events() {
    UnixListener::Events events;
    events.accepted = [this](StreamSocket socket, Peer peer) {
      sockets.push_back(std::move(socket));
      if (sockets.size() == 1) accepted.set_value(peer);
    };
    events.refused = [](Peer) { ADD_FAILURE() << "this user was refused"; };
    return events;
  }
  OsResult<void> bind_at(fs::path const& where) {
    return thread.on_loop([&]() -> OsResult<void> {
      auto bound = UnixListener::bind(thread.executor(), where, events());
      if (!bound) return unexpected(bound.error());
      listener = std::move(*bound);
      return {};
    });
  }
  bool in_place() {
    return thread.on_loop([this] { return listener->in_place(); });
  }
  void close() {
    thread.on_loop([this] { listener->close(); });
  }
  static UniqueFd connect_to(fs::path const& where) {
    UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    auto const address = UnixAddress::of(where);
    if (!address || ::connect(fd.get(), address->data(), address->size()) != 0) return UniqueFd{};
    return fd;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (auto const& entry : fs::directory_iterator{directory.path()})
      found.push_back(entry.path().filename());
    return found;
  }
};

TEST_F(UnixListenerTest, IsOpenToOthersOnlyWhereSomeAreLetIn) {
  struct stat info {};
  ASSERT_TRUE(bind_at(path));
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  auto const other = directory / "other.sock";

  thread.on_loop([&] {
    auto open = events();
    open.also = {12345};
    listener = std::move(*UnixListener::bind(thread.executor(), other, std::move(open)));
  });

  ASSERT_EQ(::stat(other.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0666U);
  EXPECT_TRUE(connect_to(other));
  accepted.get_future().wait();
}

TEST_F(UnixListenerTest, AcceptsThisUserAndTellsWhoItIs) {
  ASSERT_TRUE(bind_at(path));

  auto const client = connect_to(path);

  ASSERT_TRUE(client);
  auto const peer = accepted.get_future().get();
  EXPECT_EQ(peer.uid, ::geteuid());
  EXPECT_EQ(peer.pid, ::getpid());
}

TEST_F(UnixListenerTest, IsClosedToOthersWhateverTheUmask) {
  mode_t const before = ::umask(0);
  auto const bound = bind_at(path);
  mode_t const during = ::umask(before);

  ASSERT_TRUE(bound);
  struct stat info {};
  ASSERT_EQ(::lstat(path.c_str(), &info), 0);
  EXPECT_TRUE(S_ISSOCK(info.st_mode));
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
  EXPECT_EQ(during, 0U) << "the process's umask is as it was";
}

TEST_F(UnixListenerTest, LeavesNoTemporaryNameBehind) {
  ASSERT_TRUE(bind_at(path));
  EXPECT_EQ(names(), std::vector<std::string>{"daemon.sock"});

  close();
  EXPECT_TRUE(names().empty());
}

TEST_F(UnixListenerTest, ReplacesWhatStoodThere) {
  std::ofstream{path} << "old";

  ASSERT_TRUE(bind_at(path));

  EXPECT_TRUE(connect_to(path));
}

TEST_F(UnixListenerTest, NoticesThatItsFileIsGoneOrReplaced) {
  ASSERT_TRUE(bind_at(path));
  EXPECT_TRUE(in_place());

  fs::rename(path, directory / "moved");
  EXPECT_FALSE(in_place());
  std::ofstream{path} << "another's";
  EXPECT_FALSE(in_place());

  fs::rename(directory / "moved", path);
  EXPECT_TRUE(in_place());
}

TEST_F(UnixListenerTest, LeavesAnothersFileAloneWhenItCloses) {
  ASSERT_TRUE(bind_at(path));
  fs::remove(path);
  std::ofstream{path} << "another's";

  close();

  EXPECT_TRUE(fs::exists(path));
}

TEST_F(UnixListenerTest, AbandoningLeavesTheFile) {
  ASSERT_TRUE(bind_at(path));

  thread.on_loop([this] { listener->abandon(); });

  EXPECT_TRUE(fs::exists(path));
  EXPECT_FALSE(connect_to(path)) << "and nobody listens";
}

TEST_F(UnixListenerTest, WorksAtAPathThatNoSocketAddressHolds) {
  fs::path deep = directory.path();
  for (int i = 0; i < 10; ++i) deep /= std::string(100, 'd');
  fs::create_directories(deep);
  ASSERT_GT((deep / "daemon.sock").native().size(), sizeof(sockaddr_un::sun_path));

  ASSERT_TRUE(bind_at(deep / "daemon.sock"));

  EXPECT_TRUE(connect_to(deep / "daemon.sock"));
  EXPECT_TRUE(in_place());
  close();
  EXPECT_FALSE(fs::exists(deep / "daemon.sock"));
}

TEST_F(UnixListenerTest, SaysWhatIsInItsWay) {
  auto const bound = bind_at(directory / "missing" / "daemon.sock");

  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().number, ENOENT);
  EXPECT_TRUE(names().empty());
}

/// How many sockets a program started now would get.
int count_inheritable_sockets() {
  int count = 0;
  for (auto const& entry : fs::directory_iterator{"/proc/self/fd"}) {
    int const fd = std::stoi(entry.path().filename());
    std::error_code gone;
    auto const target = fs::read_symlink(entry.path(), gone).string();
    if (!gone && target.starts_with("socket:") && (::fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0) ++count;
  }
  return count;
}

TEST_F(UnixListenerTest, NeitherTheSocketNorItsConnectionsAreInherited) {
  int const before = count_inheritable_sockets();
  ASSERT_TRUE(bind_at(path));
  auto const client = connect_to(path);
  accepted.get_future().get();

  EXPECT_EQ(count_inheritable_sockets(), before);
}

struct LoopbackListenerTest : testing::Test {
  LoopThread thread;
  std::unique_ptr<LoopbackListener> listener;
  std::vector<StreamSocket> sockets;

  ~LoopbackListenerTest() override {
    thread.on_loop([this] {
      sockets.clear();
      listener.reset();
    });
    thread.finish();
  }
  OsResult<std::unique_ptr<LoopbackListener>> bind(std::uint16_t port) {
    return thread.on_loop([&] {
      return LoopbackListener::bind(thread.executor(), port,
                                    [this](StreamSocket socket) { sockets.push_back(std::move(socket)); });
    });
  }
  static bool can_connect(sockaddr_in address, std::uint16_t port) {
    UniqueFd const fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    return ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  static bool can_connect(char const* host, std::uint16_t port) {
    sockaddr_in address{};
    ::inet_pton(AF_INET, host, &address.sin_addr);
    return can_connect(address, port);
  }
};

TEST_F(LoopbackListenerTest, ListensOnOneAddressOfLoopbackAndNowhereElse) {
  listener = std::move(bind(0)).value();
  auto const port = listener->port();

  EXPECT_NE(port, 0);
  EXPECT_TRUE(can_connect("127.0.0.1", port));
  EXPECT_FALSE(can_connect("127.0.0.2", port));
  ifaddrs* all = nullptr;
  ASSERT_EQ(::getifaddrs(&all), 0);
  std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> const owner{all, &::freeifaddrs};
  for (ifaddrs const* entry = all; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET ||
        (entry->ifa_flags & IFF_LOOPBACK) != 0)
      continue;
    EXPECT_FALSE(can_connect(*reinterpret_cast<sockaddr_in*>(entry->ifa_addr), port)) << entry->ifa_name;
  }
}

TEST_F(LoopbackListenerTest, SaysThatAPortIsTaken) {
  listener = std::move(bind(0)).value();

  auto const second = bind(listener->port());

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().number, EADDRINUSE);
}

TEST_F(LoopbackListenerTest, WhoHoldsAPortIsNamed) {
  listener = std::move(bind(0)).value();

  auto const holder = find_port_holder(listener->port());

  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->uid, ::geteuid());
  EXPECT_EQ(holder->pid, ::getpid());
  EXPECT_EQ(holder->text(), holder->program + " (pid " + std::to_string(::getpid()) + ")");
  auto const port = listener->port();
  thread.on_loop([this] { listener.reset(); });
  EXPECT_FALSE(find_port_holder(port));
}

TEST_F(LoopbackListenerTest, ClosesItsPortWhenItGoes) {
  listener = std::move(bind(0)).value();
  auto const port = listener->port();

  thread.on_loop([this] { listener.reset(); });

  EXPECT_FALSE(can_connect("127.0.0.1", port));
}

}  // namespace
}  // namespace agenta::daemon
