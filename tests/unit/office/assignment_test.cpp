#include "office/accounts/assignment.hpp"

#include <gtest/gtest.h>

#include "office/accounts/person_name.hpp"

namespace cambist::office {
namespace {

constexpr OperationId ada{1, 1}, partner{2, 2};

TEST(AssignmentRule, what_is_not_named_stays) {
    const AssignmentFacts facts{.now = {"north", ada, std::nullopt}, .since = {}, .clock = {}};
    AssignmentChange change;
    change.region = "south";
    const auto plan = review_assignment(change, facts);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->to, (Assignment{"south", ada, std::nullopt}));
    EXPECT_TRUE(plan->changes);
    EXPECT_FALSE(plan->widens);
    change.region = "north";
    EXPECT_FALSE(review_assignment(change, facts)->changes);
    change.manager = std::optional<OperationId>();
    EXPECT_EQ(review_assignment(change, facts)->to.manager, std::nullopt);
}

TEST(AssignmentRule, another_partner_takes_an_approval) {
    AssignmentFacts facts{.now = {}, .since = {}, .clock = {}};
    AssignmentChange change;
    change.partner = partner;
    EXPECT_TRUE(review_assignment(change, facts)->widens);
    facts.now.partner = partner;
    change.partner = std::optional<OperationId>();
    EXPECT_TRUE(review_assignment(change, facts)->widens);
}

TEST(AssignmentRule, is_refused_by_name) {
    AssignmentChange change;
    change.region = "south";
    const AssignmentFacts fine{.now = {}, .since = {10}, .clock = {20}};
    AssignmentFacts facts = fine;
    facts.manager_works = false;
    EXPECT_EQ(review_assignment(change, facts).error(), AccountRefusal::unknown_manager);
    facts = fine;
    facts.partner_known = false;
    EXPECT_EQ(review_assignment(change, facts).error(), AccountRefusal::unknown_partner);
    facts = fine;
    facts.lands_in_scope = false;
    EXPECT_EQ(review_assignment(change, facts).error(), AccountRefusal::out_of_scope);
    for (const Instant from : {Instant{10}, Instant{21}}) {
        change.from = from;
        EXPECT_EQ(review_assignment(change, fine).error(), AccountRefusal::assignment_from_invalid);
    }
    change.from = Instant{11};
    EXPECT_TRUE(review_assignment(change, fine));
}

TEST(PersonName, is_masked_to_the_first_letter_of_each_word) {
    EXPECT_EQ(shown(PersonName("Ada Byron"), Masking::masked), "A*** B***");
    EXPECT_EQ(shown(PersonName("Øre  Å"), Masking::masked), "Ø*** Å***");
    EXPECT_EQ(shown(PersonName(""), Masking::masked), "");
    EXPECT_EQ(shown(PersonName("Ada Byron"), Masking::plain), "Ada Byron");
}

}  // namespace
}  // namespace cambist::office
