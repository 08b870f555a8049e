#include "office/staff/staff.hpp"

#include <gtest/gtest.h>

namespace cambist::office {
namespace {

Staff somebody(std::uint64_t number, StaffStatus status = StaffStatus::active) {
    Staff staff;
    staff.id = {1, number};
    staff.status = status;
    return staff;
}

std::optional<StaffRefusal> refusal_of(const std::expected<void, StaffRefusal>& reviewed) {
    return reviewed ? std::nullopt : std::optional(reviewed.error());
}

TEST(Staff, is_suspended_by_one_other_person) {
    EXPECT_EQ(refusal_of(review_suspension(somebody(1), {})), std::nullopt);
    EXPECT_EQ(refusal_of(review_suspension(somebody(1), {.of_oneself = true})),
              StaffRefusal::oneself);
    EXPECT_EQ(refusal_of(review_suspension(somebody(1, StaffStatus::left), {})),
              StaffRefusal::already_left);
    EXPECT_EQ(refusal_of(review_suspension(somebody(1), {.last_administrator = true})),
              StaffRefusal::last_administrator);
}

TEST(Staff, resumes_from_a_suspension_alone) {
    EXPECT_EQ(refusal_of(review_resumption(somebody(1, StaffStatus::suspended), {})), std::nullopt);
    EXPECT_EQ(refusal_of(review_resumption(somebody(1), {})), StaffRefusal::not_suspended);
    EXPECT_EQ(refusal_of(review_resumption(somebody(1, StaffStatus::left), {})),
              StaffRefusal::already_left);
    EXPECT_EQ(
        refusal_of(review_resumption(somebody(1, StaffStatus::suspended), {.of_oneself = true})),
        StaffRefusal::oneself);
}

TEST(Staff, leaves_with_somebody_to_take_over) {
    const auto leaver = somebody(1);
    EXPECT_EQ(refusal_of(review_leaving(leaver, {}, somebody(2))), std::nullopt);
    EXPECT_EQ(refusal_of(review_leaving(leaver, {}, {})), StaffRefusal::unknown_successor);
    EXPECT_EQ(refusal_of(review_leaving(leaver, {}, leaver)), StaffRefusal::successor_invalid);
    EXPECT_EQ(refusal_of(review_leaving(leaver, {}, somebody(2, StaffStatus::suspended))),
              StaffRefusal::successor_invalid);
    EXPECT_EQ(refusal_of(review_leaving(somebody(1, StaffStatus::left), {}, somebody(2))),
              StaffRefusal::already_left);
    EXPECT_EQ(refusal_of(review_leaving(somebody(1, StaffStatus::suspended), {}, somebody(2))),
              std::nullopt);
}

TEST(Username, is_small_and_plain) {
    for (const char* name : {"ada", "a1", "ada.l-x_y", "9lives"})
        EXPECT_TRUE(is_username(name)) << name;
    for (const char* name : {"", "a", "Ada", ".ada", "-ada", "a da", "ädä", "a@b", "a/b"})
        EXPECT_FALSE(is_username(name)) << name;
    EXPECT_TRUE(is_username(std::string(63, 'a')));
    EXPECT_FALSE(is_username(std::string(64, 'a')));
}

}  // namespace
}  // namespace cambist::office
