#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace agenta::daemon {

/// The type of a file by its first bytes; by its name where they say no more than that it is text, an archive
/// or nothing known. The database of types is in memory while it is asked, and no longer. Any thread.
std::string sniff_mime_type(int file, std::int64_t size, std::string_view name);

/// The type that a name's extension stands for; empty where it is not known.
std::string_view mime_type_of_name(std::string_view name);

}  // namespace agenta::daemon
