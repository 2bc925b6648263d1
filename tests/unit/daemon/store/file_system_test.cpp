#include "daemon/store/file_system.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace agenta::daemon::store {
namespace {

constexpr std::uint64_t kFuse = 0x65735546;

TEST(FileSystem, RefusesNetworkAndHostSharedOnes) {
  EXPECT_EQ(name_network_file_system(0x6969, ""), "NFS");
  EXPECT_EQ(name_network_file_system(0x517B, ""), "SMB");
  EXPECT_EQ(name_network_file_system(0xFF534D42, ""), "CIFS");
  EXPECT_EQ(name_network_file_system(0xFE534D42, ""), "SMB2");
  EXPECT_EQ(name_network_file_system(0x01021997, ""), "9p");
  EXPECT_EQ(name_network_file_system(0x786F4256, ""), "vboxsf");
  EXPECT_EQ(name_network_file_system(kFuse, "fuse.sshfs"), "fuse.sshfs");
}

TEST(FileSystem, TakesLocalOnes) {
  EXPECT_FALSE(name_network_file_system(0xEF53, "ext4"));
  EXPECT_FALSE(name_network_file_system(0x9123683E, "btrfs"));
  EXPECT_FALSE(name_network_file_system(0x58465342, "xfs"));
  EXPECT_FALSE(name_network_file_system(0x01021994, "tmpfs"));
  EXPECT_FALSE(name_network_file_system(0x794C7630, "overlay"));
  EXPECT_FALSE(name_network_file_system(kFuse, "fuse.gocryptfs"));
}

TEST(FileSystem, FindsTheTypeOfAMountByItsDevice) {
  constexpr std::string_view kMounts =
      "22 27 0:21 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
      "27 1 254:1 / / rw,relatime shared:1 master:2 - ext4 /dev/vda1 rw\n"
      "90 27 0:48 / /home/ada/far rw - fuse.sshfs ada@far: rw\n";

  EXPECT_EQ(find_mount_type(kMounts, 0, 48), "fuse.sshfs");
  EXPECT_EQ(find_mount_type(kMounts, 254, 1), "ext4");
  EXPECT_EQ(find_mount_type(kMounts, 8, 1), "");
  EXPECT_EQ(find_mount_type("27 1 254:1 / / rw", 254, 1), "");
  EXPECT_EQ(find_mount_type("", 254, 1), "");
}

TEST(FileSystem, NamesAFolderThatIsNotThere) {
  auto const checked = check_local_file_system("/nowhere/at/all");

  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::storage_unavailable);
  EXPECT_NE(checked.error().message.find("/nowhere/at/all"), std::string::npos);
}

}  // namespace
}  // namespace agenta::daemon::store
