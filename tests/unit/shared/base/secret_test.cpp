#include "shared/base/secret.hpp"

#include <gtest/gtest.h>

#include <concepts>
#include <ostream>
#include <string>

namespace agenta {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, T const& value) { out << value; };

TEST(Secret, CannotBePrintedOrCompared) {
  EXPECT_FALSE(Printable<Secret>);
  EXPECT_FALSE(std::equality_comparable<Secret>);
  EXPECT_FALSE((std::convertible_to<Secret, std::string>));
}

TEST(Secret, IsEmptyOnceWiped) {
  Secret secret{"a key that is too long to be stored in place"};

  secret.wipe();

  EXPECT_TRUE(secret.empty());
}

TEST(Secret, LeavesNoBytesInTheBufferItWiped) {
  // Short enough to live inside the string object, where its bytes can still be looked at.
  Secret secret{"sk-canary"};
  char const* const bytes = secret.reveal().data();
  std::size_t const size = secret.reveal().size();

  secret.wipe();

  EXPECT_EQ(std::string(bytes, size), std::string(size, '\0'));
}

TEST(Secret, LeavesNoBytesWhereItMovedFrom) {
  Secret from{"sk-canary"};
  char const* const bytes = from.reveal().data();

  Secret const to{std::move(from)};

  EXPECT_EQ(to.reveal(), "sk-canary");
  EXPECT_EQ(std::string(bytes, 9).find("canary"), std::string::npos);
}

TEST(Secret, IsCopiedAndAssignedWhole) {
  Secret const original{"one"};
  Secret copy;

  copy = original;
  copy = *&copy;

  EXPECT_EQ(copy.reveal(), "one");
  EXPECT_EQ(original.reveal(), "one");
}

}  // namespace
}  // namespace agenta
