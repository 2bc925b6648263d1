#include "daemon/composio/file_storage.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <mutex>

#include "tests/support/scripted_server.hpp"
#include "tests/support/temporary_directory.hpp"

namespace agenta::daemon {
namespace {

using namespace std::chrono_literals;
using testing::http_reply;
using testing::Peer;
using testing::ScriptedServer;

constexpr auto kKey = "ak_canary_0123456789";

/// Answers one request after the other with the next of the replies, whatever the connection.
class Replies {
 public:
  explicit Replies(std::vector<std::string> replies) : replies_(std::move(replies)) {}
  void play(Peer& peer) {
    while (peer.read()) {
      std::string reply;
      {
        std::lock_guard const guard{mutex_};
        reply = next_ < replies_.size() ? replies_[next_++] : http_reply(404, "");
      }
      peer.write(reply);
      if (reply.find("Connection: close") != std::string::npos) return;
    }
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> replies_;
  std::size_t next_ = 0;
};

struct FileStorageTest : ::testing::Test {
  test::TemporaryDirectory directory;
  HttpPool pool{{.ca_file = {}, .proxy = {}}};
  ComposioFiles files{pool};

  std::shared_ptr<UniqueFd> open_file(std::string const& content = "") {
    auto file = std::make_shared<UniqueFd>(
        ::open((directory.path() / "file").c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    EXPECT_EQ(::pwrite(file->get(), content.data(), content.size(), 0), static_cast<ssize_t>(content.size()));
    return file;
  }
  Result<std::string> put(ScriptedServer const& server, std::string const& content) {
    ProviderAccess const access{server.url(), Secret{kKey}, {}};
    Tool tool;
    tool.slug.text = "GMAIL_SEND_EMAIL";
    tool.integration.text = "gmail";
    StoredFile const file{"a.txt", "text/plain", "5d41402abc4b2a76b9719d911017c592",
                          FileBody{open_file(content), 0, static_cast<std::int64_t>(content.size())}};
    return files.put({access, std::chrono::steady_clock::now() + 20s, {}}, tool, file);
  }
  FetchRequest request_of(std::string url, std::string endpoint) {
    FetchRequest request;
    request.url = std::move(url);
    request.endpoint = std::move(endpoint);
    request.into = open_file();
    request.most_bytes = 1000;
    request.deadline = std::chrono::steady_clock::now() + 20s;
    return request;
  }
  static std::string content_of(FetchRequest const& request, std::int64_t size) {
    std::string content(static_cast<std::size_t>(size), '\0');
    EXPECT_EQ(::pread(request.into->get(), content.data(), content.size(), 0), size);
    return content;
  }
};

std::string ticket(std::string const& url, std::string const& backend = "s3") {
  return http_reply(200, R"({"key":"the/key","new_presigned_url":")" + url +
                             R"(","metadata":{"storage_backend":")" + backend + R"("}})");
}

TEST_F(FileStorageTest, PutsTheBytesWithoutACredential) {
  ScriptedServer storage{[](Peer& peer) {
    while (peer.read()) peer.write(http_reply(200, ""));
  }};
  Replies replies{{ticket(storage.url() + "/x?sig=1", "azure_blob_storage")}};
  ScriptedServer composio{[&](Peer& peer) { replies.play(peer); }};

  auto const key = put(composio, "hello");

  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(*key, "the/key");
  ASSERT_EQ(storage.requests().size(), 1U);
  auto const request = storage.requests()[0];
  EXPECT_TRUE(request.starts_with("PUT /x?sig=1 HTTP/1.1\r\n")) << request;
  EXPECT_TRUE(request.ends_with("\r\n\r\nhello")) << request;
  EXPECT_NE(to_lower(request).find("content-type: text/plain\r\n"), std::string::npos);
  EXPECT_NE(to_lower(request).find("x-ms-blob-type: blockblob\r\n"), std::string::npos);
  EXPECT_EQ(request.find(kKey), std::string::npos);
  EXPECT_NE(composio.requests().at(0).find(kKey), std::string::npos);
}

TEST_F(FileStorageTest, AsksForANewPlaceWhereTheOldOneIsNoMore) {
  std::atomic<int> puts{0};
  ScriptedServer storage{[&](Peer& peer) {
    while (peer.read()) peer.write(http_reply(++puts == 1 ? 403 : 200, "<Error>secret</Error>"));
  }};
  Replies replies{{ticket(storage.url() + "/one"), ticket(storage.url() + "/two")}};
  ScriptedServer composio{[&](Peer& peer) { replies.play(peer); }};

  ASSERT_TRUE(put(composio, "hello"));
  EXPECT_EQ(puts, 2);
  EXPECT_TRUE(storage.requests()[1].starts_with("PUT /two "));
}

TEST_F(FileStorageTest, SendsNothingWhereTheFileIsThere) {
  Replies replies{{http_reply(200, R"({"key":"the/key","type":"existing"})")}};
  ScriptedServer composio{[&](Peer& peer) { replies.play(peer); }};

  EXPECT_EQ(put(composio, "hello").value(), "the/key");
  EXPECT_EQ(composio.requests().size(), 1U);
}

TEST_F(FileStorageTest, NamesNoUrlWhereTheStorageRefuses) {
  ScriptedServer storage{[](Peer& peer) {
    while (peer.read()) peer.write(http_reply(400, "no to /x?sig=canary"));
  }};
  Replies replies{{ticket(storage.url() + "/x?sig=canary")}};
  ScriptedServer composio{[&](Peer& peer) { replies.play(peer); }};

  auto const refused = put(composio, "hello");

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::composio_error);
  EXPECT_EQ(refused.error().message.find("canary"), std::string::npos) << refused.error().message;
}

TEST_F(FileStorageTest, FetchesThroughRedirects) {
  Replies replies{{http_reply(302, "moved", "Location: /next/report.pdf?x\r\n"), http_reply(200, "content")}};
  ScriptedServer server{[&](Peer& peer) { replies.play(peer); }};
  auto const request = request_of(server.url() + "/first", server.url());

  auto const fetched = files.fetch(request);

  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->name, "report.pdf");
  EXPECT_EQ(content_of(request, fetched->size), "content");
}

TEST_F(FileStorageTest, FollowsNoMoreThanAFewRedirects) {
  ScriptedServer server{[](Peer& peer) {
    while (peer.read()) peer.write(http_reply(302, "", "Location: /again\r\n"));
  }};

  EXPECT_FALSE(files.fetch(request_of(server.url() + "/first", server.url())));
  EXPECT_EQ(server.requests().size(), 6U);
}

TEST_F(FileStorageTest, GoesOnWhereATransferBrokeOff) {
  Replies replies{{"HTTP/1.1 200 X\r\nContent-Length: 10\r\nETag: \"v1\"\r\nConnection: close\r\n\r\n0123",
                   http_reply(206, "456789", "ETag: \"v1\"\r\nContent-Range: bytes 4-9/10\r\n")}};
  ScriptedServer server{[&](Peer& peer) { replies.play(peer); }};
  auto const request = request_of(server.url() + "/f", server.url());

  auto const fetched = files.fetch(request);

  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(content_of(request, fetched->size), "0123456789");
  auto const second = to_lower(server.requests().at(1));
  EXPECT_NE(second.find("range: bytes=4-\r\n"), std::string::npos);
  EXPECT_NE(second.find("if-range: \"v1\"\r\n"), std::string::npos);
}

TEST_F(FileStorageTest, BeginsAnewWhereItIsAnotherFileByNow) {
  Replies replies{{"HTTP/1.1 200 X\r\nContent-Length: 10\r\nETag: \"v1\"\r\nConnection: close\r\n\r\n0123",
                   http_reply(206, "xxxxxx", "ETag: \"v2\"\r\nContent-Range: bytes 4-9/10\r\n"),
                   http_reply(200, "new", "ETag: \"v2\"\r\n")}};
  ScriptedServer server{[&](Peer& peer) { replies.play(peer); }};
  auto const request = request_of(server.url() + "/f", server.url());

  auto const fetched = files.fetch(request);

  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(content_of(request, fetched->size), "new");
}

TEST_F(FileStorageTest, TakesNoMoreThanAllowed) {
  ScriptedServer server{[](Peer& peer) {
    while (peer.read()) peer.write(http_reply(200, std::string(1001, 'x')));
  }};

  auto const refused = files.fetch(request_of(server.url() + "/f", server.url()));

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_request);
}

TEST_F(FileStorageTest, ReachesNothingPrivateForAnybodyElse) {
  ScriptedServer server{[](Peer& peer) {
    while (peer.read()) peer.write(http_reply(200, "secret"));
  }};

  for (char const* endpoint : {"", "https://backend.composio.dev"}) {
    auto const refused = files.fetch(request_of(server.url() + "/f?sig=canary", endpoint));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::forbidden);
    EXPECT_EQ(refused.error().message.find("canary"), std::string::npos);
  }
  EXPECT_EQ(server.connections(), 0U);
}

}  // namespace
}  // namespace agenta::daemon
