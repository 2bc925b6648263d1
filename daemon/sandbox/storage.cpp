#include "daemon/sandbox/storage.hpp"

#include <algorithm>

#include "shared/base/id.hpp"

namespace agenta::daemon::sandbox {
namespace {

std::string signed_url(Storage const& storage, StoredObject const& object, std::string const& signature) {
  return storage.base_url + "/storage/" + object.key + "?X-Amz-Expires=3600&X-Amz-Signature=" + signature;
}

}  // namespace

StoredObject* Storage::find(std::string_view key) {
  auto const found = std::ranges::find(objects, key, &StoredObject::key);
  return found == objects.end() ? nullptr : &*found;
}

StoredObject& Storage::add(StoredObject object) {
  constexpr std::size_t kMost = 200;
  object.write_signature = random_hex(16);
  object.read_signature = random_hex(16);
  if (objects.size() >= kMost) objects.pop_front();
  objects.push_back(std::move(object));
  return objects.back();
}

std::string Storage::write_url(StoredObject const& object) const {
  return signed_url(*this, object, object.write_signature);
}
std::string Storage::read_url(StoredObject const& object) const {
  return signed_url(*this, object, object.read_signature);
}

}  // namespace agenta::daemon::sandbox
