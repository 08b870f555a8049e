#include "office/administration/grant.hpp"

#include <gtest/gtest.h>

#include "office/administration/delegation.hpp"

namespace cambist::office {
namespace {

using std::chrono::hours;

constexpr Instant now{1'000'000'000'000};

OperationId id(std::uint64_t number) {
    return {1, number};
}

Staff person(std::uint64_t number) {
    Staff staff;
    staff.id = id(number);
    staff.person = id(number + 50);
    return staff;
}

class ANewGrant : public testing::Test {
  protected:
    ANewGrant() {
        grant.id = id(9);
        grant.staff = id(1);
        grant.role = "support";
        facts.staff = person(1);
        facts.asked_by = person(2);
        facts.role_known = facts.partner_known = facts.grantable = true;
        facts.now = now;
    }
    void expect(GrantRefusal refusal) {
        const auto allowed = review_new_grant(grant, facts);
        ASSERT_FALSE(allowed);
        EXPECT_EQ(allowed.error(), refusal);
    }
    NewGrant grant;
    NewGrantFacts facts;
};

TEST_F(ANewGrant, is_what_two_people_may_give) {
    EXPECT_TRUE(review_new_grant(grant, facts));
    grant.expires_at = now + hours(1);
    EXPECT_TRUE(review_new_grant(grant, facts));
}

TEST_F(ANewGrant, is_for_somebody_active) {
    facts.staff->status = StaffStatus::suspended;
    expect(GrantRefusal::unknown_staff);
    facts.staff.reset();
    expect(GrantRefusal::unknown_staff);
}

TEST_F(ANewGrant, names_what_there_is) {
    facts.role_known = false;
    expect(GrantRefusal::unknown_role);
    facts.role_known = true;
    grant.scope.partner = id(7);
    facts.partner_known = false;
    expect(GrantRefusal::unknown_partner);
}

TEST_F(ANewGrant, is_not_for_whoever_asks_nor_for_another_account_of_theirs) {
    facts.asked_by->person = facts.staff->person;
    expect(GrantRefusal::oneself);
}

TEST_F(ANewGrant, is_within_what_the_asker_may_give) {
    facts.grantable = false;
    expect(GrantRefusal::not_grantable);
}

TEST_F(ANewGrant, keeps_duties_apart) {
    facts.conflicts = {"auditor"};
    expect(GrantRefusal::roles_conflict);
}

TEST_F(ANewGrant, is_given_once_and_ends_later_than_now) {
    grant.expires_at = now;
    expect(GrantRefusal::expiry_invalid);
    facts.id_taken = true;
    expect(GrantRefusal::id_taken);
    facts.already_granted = true;
    expect(GrantRefusal::already_granted);
}

class ANewDelegation : public testing::Test {
  protected:
    ANewDelegation() {
        delegation = {.id = id(9),
                      .to = id(2),
                      .valid_from = now,
                      .valid_until = now + hours(24),
                      .reason = "holidays"};
        facts.from = person(1);
        facts.to = person(2);
        facts.now = now;
    }
    void expect(DelegationRefusal refusal) {
        const auto allowed = review_new_delegation(delegation, facts);
        ASSERT_FALSE(allowed);
        EXPECT_EQ(allowed.error(), refusal);
    }
    NewDelegation delegation;
    NewDelegationFacts facts;
};

TEST_F(ANewDelegation, is_for_a_time_to_come_or_now) {
    EXPECT_TRUE(review_new_delegation(delegation, facts));
    delegation.valid_from = now + hours(24);
    delegation.valid_until = now + hours(24) + longest_delegation;
    EXPECT_TRUE(review_new_delegation(delegation, facts));
}

TEST_F(ANewDelegation, has_dates_that_make_sense) {
    for (const auto& [from, until] :
         {std::pair(now, now),
          {now + hours(2), now + hours(1)},
          {now + hours(-2), now},
          {now, now + longest_delegation + hours(1)},
          {now + longest_delegation + hours(1), now + longest_delegation + hours(2)}}) {
        delegation.valid_from = from;
        delegation.valid_until = until;
        expect(DelegationRefusal::dates_invalid);
    }
}

TEST_F(ANewDelegation, is_between_two_people_at_work) {
    facts.to->person = facts.from->person;
    expect(DelegationRefusal::oneself);
    facts.to->status = StaffStatus::suspended;
    expect(DelegationRefusal::unknown_staff);
    facts.to = person(2);
    facts.from.reset();
    expect(DelegationRefusal::unknown_staff);
}

TEST_F(ANewDelegation, keeps_duties_apart) {
    facts.conflicts = {"finance"};
    expect(DelegationRefusal::roles_conflict);
    facts.conflicts.clear();
    facts.id_taken = true;
    expect(DelegationRefusal::id_taken);
}

}  // namespace
}  // namespace cambist::office
