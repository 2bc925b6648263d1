#include "shared/domain/error.hpp"

#include <cerrno>

namespace agenta {

Error error_from(OsError const& os, ErrorCode otherwise) {
  Error error;
  error.message = os.message();
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
