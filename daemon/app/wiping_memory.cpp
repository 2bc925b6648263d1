#include <malloc.h>
#include <string.h>

#include <cstdlib>
#include <new>

// Every piece of C++ memory that the daemon gives back is overwritten first. A credential passes through many
// hands on its way to Composio (the buffer of the socket, the body, its members, the body of the request made
// of it), most of them a library's: to wipe each would be right until the next one comes. What outlives its
// use is then only what somebody still holds, and `Secret` wipes itself besides.
//
// The replacements below go together: each form of `new` has its `delete` here, so that a sanitizer sees a
// pair. The over-aligned forms, which nothing with text in it uses, stay the library's.
namespace {

/// Larger blocks are catalogues and files, not credentials, and often not even touched to their end.
constexpr std::size_t kLargestWiped = std::size_t{1} << 20;

void* allocate(std::size_t size) noexcept { return std::malloc(size == 0 ? 1 : size); }

void* allocate_or_throw(std::size_t size) {
  for (;;) {
    if (void* const block = allocate(size)) return block;
    std::new_handler const handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc{};
    handler();
  }
}

void wipe_and_free(void* block) noexcept {
  if (block == nullptr) return;
  std::size_t const size = ::malloc_usable_size(block);
  if (size <= kLargestWiped) ::explicit_bzero(block, size);
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) { return allocate_or_throw(size); }
void* operator new[](std::size_t size) { return allocate_or_throw(size); }
void* operator new(std::size_t size, std::nothrow_t const&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, std::nothrow_t const&) noexcept { return allocate(size); }
void operator delete(void* block) noexcept { wipe_and_free(block); }
void operator delete[](void* block) noexcept { wipe_and_free(block); }
void operator delete(void* block, std::size_t) noexcept { wipe_and_free(block); }
void operator delete[](void* block, std::size_t) noexcept { wipe_and_free(block); }
void operator delete(void* block, std::nothrow_t const&) noexcept { wipe_and_free(block); }
void operator delete[](void* block, std::nothrow_t const&) noexcept { wipe_and_free(block); }
