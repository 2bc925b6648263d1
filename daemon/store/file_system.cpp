#include "daemon/store/file_system.hpp"

#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "shared/base/private_dir.hpp"

namespace agenta::daemon::store {
namespace {

struct Magic {
  std::uint64_t number = 0;
  std::string_view name{};
};

// Written out: <linux/magic.h> lacks half of them.
constexpr std::array kNetworkMagics{
    Magic{0x6969, "NFS"},        Magic{0x517B, "SMB"},        Magic{0xFF534D42, "CIFS"},
    Magic{0xFE534D42, "SMB2"},   Magic{0x01021997, "9p"},  // also DrvFs under WSL 2
    Magic{0x786F4256, "vboxsf"}, Magic{0xBACBACBC, "vmhgfs"}, Magic{0x7C7C6673, "prl_fs"},
    Magic{0x5346414F, "AFS"},    Magic{0x6B414653, "kAFS"},   Magic{0x73757245, "Coda"},
    Magic{0x564C, "NCP"},        Magic{0x00C36400, "CephFS"}, Magic{0x0BD00BD0, "Lustre"},
    Magic{0x01161970, "GFS2"},   Magic{0x7461636F, "OCFS2"},  Magic{0x47504653, "GPFS"},
    Magic{0x19830326, "BeeGFS"}, Magic{0x0BD00BD1, "PVFS2"},
};

constexpr std::uint64_t kFuse = 0x65735546;

// A FUSE file system may be local (gocryptfs, bindfs): these are known not to be.
constexpr std::array<std::string_view, 13> kNetworkFuse{
    "fuse.sshfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.glusterfs",
    "fuse.davfs2",
    "fuse.gvfsd-fuse",
    "fuse.smbnetfs",
    "fuse.curlftpfs",
    "fuse.ceph",
    "fuse.goofys",
    "fuse.google-drive-ocamlfuse",
    "fuse.juicefs",
    "fuse.grpcfuse",
};

/// The next word of `line`, which is moved past it.
std::string_view take_word(std::string_view& line) {
  auto const end = std::min(line.find(' '), line.size());
  auto const word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

std::string_view take_line(std::string_view& text) {
  auto const end = std::min(text.find('\n'), text.size());
  auto const line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string mount_type_of(std::filesystem::path const& folder) {
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0) return {};
  auto const mounts = read_file("/proc/self/mountinfo");
  if (!mounts) return {};
  return std::string{find_mount_type(*mounts, major(info.st_dev), minor(info.st_dev))};
}

}  // namespace

std::optional<std::string_view> name_network_file_system(std::uint64_t magic, std::string_view type) {
  if (magic == kFuse) {
    auto const* const found = std::ranges::find(kNetworkFuse, type);
    if (found == kNetworkFuse.end()) return std::nullopt;
    return *found;
  }
  auto const* const found = std::ranges::find(kNetworkMagics, magic, &Magic::number);
  if (found == kNetworkMagics.end()) return std::nullopt;
  return found->name;
}

std::string_view find_mount_type(std::string_view mountinfo, unsigned major, unsigned minor) {
  // 36 35 98:0 /root /mount/point rw,noatime master:1 - ext3 /dev/root rw
  std::string const wanted = std::to_string(major) + ":" + std::to_string(minor);
  while (!mountinfo.empty()) {
    auto line = take_line(mountinfo);
    take_word(line);
    take_word(line);
    if (take_word(line) != wanted) continue;
    while (!line.empty()) {
      if (take_word(line) == "-") return take_word(line);
    }
  }
  return {};
}

Result<void> check_local_file_system(std::filesystem::path const& folder) {
  struct statfs info {};
  if (::statfs(folder.c_str(), &info) != 0) {
    return fail(
        error_from({errno, "inspect the file system of " + folder.string()}, ErrorCode::storage_unavailable));
  }
  // f_type is signed on some platforms: the magic numbers are its low 32 bits.
  auto const magic = static_cast<std::uint64_t>(info.f_type) & 0xFFFFFFFF;
  auto const network =
      name_network_file_system(magic, magic == kFuse ? mount_type_of(folder) : std::string{});
  if (!network) return {};
  return fail(
      ErrorCode::storage_unavailable,
      folder.string() + " is on a network or shared file system (" + std::string{*network} +
          "), where a database would be damaged; set AGENTA_TOOLS_HOME to a directory on a local disk",
      {"findmnt", "-T", folder.string()});
}

}  // namespace agenta::daemon::store
