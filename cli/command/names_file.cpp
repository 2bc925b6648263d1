#include "cli/command/names_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta::cli {
namespace {

/// A whole file, mapped: it is replaced and never written to, so that what is mapped stays what it was.
class Mapping {
 public:
  explicit Mapping(std::filesystem::path const& file) {
    UniqueFd const fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat info {};
    if (!fd || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_size <= 0) return;
    size_ = static_cast<std::size_t>(info.st_size);
    start_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  }
  ~Mapping() {
    if (start_ != MAP_FAILED) ::munmap(start_, size_);
  }
  Mapping(Mapping const&) = delete;
  Mapping& operator=(Mapping const&) = delete;

  std::string_view text() const {
    return start_ == MAP_FAILED ? std::string_view{}
                                : std::string_view{static_cast<char const*>(start_), size_};
  }

 private:
  void* start_ = MAP_FAILED;
  std::size_t size_ = 0;
};

/// Where lines of the text begin and end, in bytes.
struct Range {
  std::size_t first = 0;
  std::size_t last = 0;
  bool empty() const { return first >= last; }
};

/// Searches sorted lines, a character of the prefix after the other: the lines that go on with a character
/// are found by halving the range of those that began as wanted.
class Search {
 public:
  Search(std::string_view text, std::string_view prefix, std::size_t most)
      : text_(text), prefix_(prefix), most_(most) {}

  std::vector<std::string> run() {
    descend({0, text_.size()}, 0);
    return std::move(found_);
  }

 private:
  std::size_t end_of_line(std::size_t at) const { return std::min(text_.find('\n', at), text_.size()); }

  /// The beginning of the line that `at` is in, not before `first`.
  std::size_t start_of_line(std::size_t at, std::size_t first) const {
    while (at > first && text_[at - 1] != '\n') --at;
    return at;
  }

  /// The character that a line has at `depth`; less than all others where it is shorter.
  int character_at(std::size_t line, std::size_t depth) const {
    std::size_t const end = end_of_line(line);
    return line + depth < end ? static_cast<unsigned char>(text_[line + depth]) : -1;
  }

  /// The first line of the range whose character at `depth` is at least `least`.
  std::size_t lower_bound(Range range, std::size_t depth, int least) const {
    while (!range.empty()) {
      std::size_t const line = start_of_line(range.first + (range.last - range.first) / 2, range.first);
      if (character_at(line, depth) < least) {
        range.first = std::min(end_of_line(line) + 1, range.last);
      } else {
        range.last = line;
      }
    }
    return range.first;
  }

  void descend(Range range, std::size_t depth) {
    if (range.empty() || found_.size() >= most_) return;
    if (depth == prefix_.size()) {
      collect(range);
      return;
    }
    std::string const letter{prefix_.substr(depth, 1)};
    std::set<unsigned char> cases;  // in the order of their bytes, so that the finds stay in the file's
    for (std::string const& each : {to_upper(letter), to_lower(letter)}) {
      cases.insert(static_cast<unsigned char>(each.front()));
    }
    for (unsigned char const each : cases) {
      Range next = range;
      next.first = lower_bound(range, depth, each);
      next.last = lower_bound({next.first, range.last}, depth, each + 1);
      descend(next, depth + 1);
    }
  }

  void collect(Range range) {
    for (std::size_t at = range.first; at < range.last && found_.size() < most_;) {
      std::size_t const end = end_of_line(at);
      std::string name{text_.substr(at, end - at)};
      at = end + 1;
      // Looked at once more: a file that is not sorted may lead here.
      bool const fits = equal_ignoring_case(std::string_view{name}.substr(0, prefix_.size()), prefix_);
      if (!name.empty() && fits && visible(name) == name) found_.push_back(std::move(name));
    }
  }

  std::string_view text_;
  std::string_view prefix_;
  std::size_t most_;
  std::vector<std::string> found_{};
};

}  // namespace

std::vector<std::string> find_names(std::filesystem::path const& file, std::string_view prefix,
                                    std::size_t most) {
  Mapping const mapping{file};
  return Search{mapping.text(), prefix, most}.run();
}

}  // namespace agenta::cli
