#include "daemon/composio/file_codec.hpp"

#include <gtest/gtest.h>

#include "daemon/composio/file_url.hpp"

namespace agenta::daemon {
namespace {

TEST(FileCodec, AsksForAPlaceAsComposioWantsIt) {
  Tool tool;
  tool.slug.text = "GMAIL_SEND_EMAIL";
  tool.integration.text = "gmail";

  EXPECT_EQ(
      encode_upload_request(tool, {"q3.pdf", "application/pdf", "d41d8cd98f00b204e9800998ecf8427e", {}}),
      R"({"toolkit_slug":"gmail","tool_slug":"GMAIL_SEND_EMAIL","filename":"q3.pdf",)"
      R"("mimetype":"application/pdf","md5":"d41d8cd98f00b204e9800998ecf8427e"})");
}

TEST(FileCodec, ReadsANewPlaceInEverySpelling) {
  auto const now = parse_upload_ticket(
      R"({"id":"r","key":"k","new_presigned_url":"https://s/x?sig","metadata":{"storage_backend":"s3"}})");
  auto const old = parse_upload_ticket(R"({"key":"k","newPresignedUrl":"https://s/y"})");
  auto const azure = parse_upload_ticket(
      R"({"key":"k","new_presigned_url":"https://s/x","metadata":{"storage_backend":"azure_blob_storage"}})");

  EXPECT_EQ(now.value().url, "https://s/x?sig");
  EXPECT_FALSE(now.value().is_azure);
  EXPECT_EQ(old.value().url, "https://s/y");
  EXPECT_TRUE(azure.value().is_azure);
}

TEST(FileCodec, KnowsAFileThatIsThereAlready) {
  auto const ticket = parse_upload_ticket(R"({"key":"k","type":"existing","existing_url":"https://s/x"})");

  EXPECT_EQ(ticket.value().key, "k");
  EXPECT_EQ(ticket.value().url, "");
}

TEST(FileCodec, RefusesWhatNamesNoPlace) {
  for (char const* body : {"", "[]", "{}", R"({"new_presigned_url":"https://s/x"})", R"({"key":"k"})",
                           "{\"key\":\"a\\u0001b\",\"new_presigned_url\":\"https://s/x\"}"}) {
    ASSERT_FALSE(parse_upload_ticket(body)) << body;
    EXPECT_EQ(parse_upload_ticket(body).error().code, ErrorCode::composio_error) << body;
  }
}

TEST(FileUrl, IsReadInItsParts) {
  auto const url = parse_file_url("HTTPS://Files.Example.com:8443/a/b%20c.pdf?sig=1#part");

  ASSERT_TRUE(url);
  EXPECT_EQ(url->origin, "https://files.example.com:8443");
  EXPECT_EQ(url->target, "/a/b%20c.pdf?sig=1");
  EXPECT_EQ(url->name(), "b c.pdf");
  EXPECT_EQ(parse_file_url("http://example.com")->target, "/");
  EXPECT_EQ(parse_file_url("http://example.com?x=1")->target, "/?x=1");
}

TEST(FileUrl, IsNoneWithAnotherSchemeAUserOrOddBytes) {
  for (char const* text :
       {"", "file:///etc/passwd", "ftp://example.com/x", "gopher://x/", "javascript:alert(1)",
        "//example.com/x", "https://", "https:///x", "https://user@example.com/", "https://a:b@example.com/",
        "https://exa mple.com/", "https://example.com/\r\nX: y", "https://example.com\\@127.0.0.1/",
        "https://[::1/x", "https://example.com:0/", "https://example.com:99999/",
        "https://ex\xC3\xA4mple.com/"}) {
    EXPECT_FALSE(parse_file_url(text)) << text;
  }
}

TEST(FileUrl, FollowsARedirectAndNeverToPlainHttp) {
  auto const from = *parse_file_url("https://a.example/dir/file?x");
  auto const target = [&](std::string_view location) {
    auto const url = follow_redirect(from, location);
    return url ? url->origin + url->target : "";
  };

  EXPECT_EQ(target("https://b.example/y"), "https://b.example:443/y");
  EXPECT_EQ(target("//b.example/y"), "https://b.example:443/y");
  EXPECT_EQ(target("/y?z"), "https://a.example:443/y?z");
  EXPECT_EQ(target("other"), "https://a.example:443/dir/other");
  EXPECT_EQ(target("http://b.example/y"), "");
  EXPECT_EQ(target("file:///etc/passwd"), "");
}

}  // namespace
}  // namespace agenta::daemon
