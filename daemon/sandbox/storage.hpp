#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace agenta::daemon::sandbox {

/// A file that was announced, and is there once its bytes came.
struct StoredObject {
  std::string key{};
  std::string name{};
  std::string mimetype{};
  std::string md5{};  ///< as announced
  std::string bytes{};
  bool is_there = false;
  std::uint64_t puts = 0;
  std::string write_signature{};
  std::string read_signature{};
};

/// The place that signed URLs lead to: files for tools, and of them. In memory, the newest of them.
struct Storage {
  std::deque<StoredObject> objects{};
  std::string base_url{};

  StoredObject* find(std::string_view key);
  StoredObject& add(StoredObject object);
  std::string write_url(StoredObject const& object) const;
  std::string read_url(StoredObject const& object) const;
};

}  // namespace agenta::daemon::sandbox
