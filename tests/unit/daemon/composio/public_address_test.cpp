#include "daemon/composio/public_address.hpp"

#include <gtest/gtest.h>

namespace agenta::daemon {
namespace {

TEST(PublicAddress, IsOneOfTheInternet) {
  for (auto const* address : {"1.1.1.1", "8.8.8.8", "100.63.0.1", "100.128.0.1", "172.15.0.1", "172.32.0.1",
                              "192.169.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::200e",
                              "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"}) {
    EXPECT_TRUE(is_public_address(address)) << address;
  }
}

TEST(PublicAddress, IsNoneThatLeadsBackIntoANetworkOfOurs) {
  for (auto const* address : {"0.0.0.0",
                              "10.1.2.3",
                              "100.64.0.1",
                              "127.0.0.1",
                              "127.255.255.254",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.2.1",
                              "192.168.1.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "203.0.113.9",
                              "224.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "fe80::1",
                              "fc00::1",
                              "fd12::1",
                              "ff02::1",
                              "2001:db8::1",
                              "2001::1",
                              "::ffff:10.0.0.1",
                              "::ffff:127.0.0.1",
                              "::127.0.0.1",
                              "64:ff9b::7f00:1",
                              "2002:7f00:1::1",
                              "2002:a9fe:a9fe::",
                              "fe80::1%eth0",
                              "localhost",
                              "",
                              "0x7f.1",
                              "127.1"}) {
    EXPECT_FALSE(is_public_address(address)) << address;
  }
}

}  // namespace
}  // namespace agenta::daemon
