#include "shared/domain/error.hpp"

#include <cerrno>

namespace agenta {

Error error_from(OsError const& os, ErrorCode otherwise) {
  Error error;
  // A refusal of our own (private_dir.hpp) carries its remedy; "Operation not permitted" would only blur it.
  bool const has_remedy = os.number == EPERM && os.action.find("; ") != std::string::npos;
  error.message = has_remedy ? "cannot " + os.action : os.message();
  switch (os.number) {
    case EPERM:
    case EACCES: error.code = ErrorCode::blocked; break;
    case EROFS:
    case ENOSPC:
    case EDQUOT: error.code = ErrorCode::storage_unavailable; break;
    default: error.code = otherwise; break;
  }
  return error;
}

}  // namespace agenta
