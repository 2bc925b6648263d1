#include "shared/base/expected.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "shared/base/try.hpp"

namespace agenta {
namespace {

struct Problem {
  int number = 0;
  bool operator==(Problem const&) const = default;
};

expected<int, Problem> halve(int value) {
  if (value % 2 != 0) return unexpected(Problem{value});
  return value / 2;
}

expected<int, Problem> quarter(int value) {
  AGENTA_TRY(int const half, halve(value));
  return halve(half);
}

expected<void, Problem> check_both(int a, int b) {
  AGENTA_CHECK(halve(a));
  AGENTA_CHECK(halve(b));
  return {};
}

expected<int, Problem> add_halves(int a, int b) {
  // Two on one line: their temporaries must differ.
  // clang-format off
  AGENTA_TRY(int const x, halve(a)); AGENTA_TRY(int const y, halve(b));
  // clang-format on
  return x + y;
}

TEST(Expected, HoldsAValueOrAnError) {
  EXPECT_EQ(halve(4).value(), 2);
  EXPECT_EQ(halve(3).error(), Problem{3});
  EXPECT_FALSE(halve(3));
  EXPECT_EQ(halve(3).value_or(9), 9);
}

TEST(Expected, ReadingTheSideThatIsNotThereIsNoSilentAccident) {
  EXPECT_THROW((void)halve(3).value(), std::bad_variant_access);
  EXPECT_THROW((void)halve(4).error(), std::bad_variant_access);
}

TEST(Expected, MovesWhatCannotBeCopied) {
  expected<std::unique_ptr<int>, Problem> made{std::make_unique<int>(7)};

  auto const taken = std::move(made).value();

  EXPECT_EQ(*taken, 7);
}

TEST(Expected, TellsEqualTypesApart) {
  expected<std::string, std::string> const failed = unexpected(std::string{"no"});

  EXPECT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error(), "no");
}

TEST(Try, ReturnsTheFirstError) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error(), Problem{3});
  EXPECT_EQ(add_halves(2, 4).value(), 3);
  EXPECT_EQ(add_halves(2, 5).error(), Problem{5});
}

TEST(Check, ReturnsTheFirstErrorAndElseGoesOn) {
  EXPECT_TRUE(check_both(2, 4).has_value());
  EXPECT_EQ(check_both(2, 5).error(), Problem{5});
}

}  // namespace
}  // namespace agenta
