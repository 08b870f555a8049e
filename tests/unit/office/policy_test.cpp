#include "office/accounts/policy.hpp"

#include <gtest/gtest.h>

#include "tests/unit/office/delivered.hpp"

namespace cambist::office {
namespace {

Policy effective_rights(const PolicyFacts& facts) {
    return office::effective_rights(facts, delivered_rights());
}

PolicyFacts approved() {
    PolicyFacts facts;
    facts.client = ClientStatus::approved;
    return facts;
}

struct Row {
    ClientStatus status;
    bool connect, open, deposit, withdraw, transfer;
    Reason reason;
};

// The table of the domain, column by column.
constexpr Row status_table[] = {
    {ClientStatus::registered, true, false, false, false, false, Reason::not_approved},
    {ClientStatus::pending_review, true, false, false, false, false, Reason::not_approved},
    {ClientStatus::pending_documents, true, false, false, false, false, Reason::not_approved},
    {ClientStatus::approved, true, true, true, true, true, Reason::none},
    {ClientStatus::restricted, true, false, false, false, false, Reason::restricted},
    {ClientStatus::closed, false, false, false, false, false, Reason::account_closed},
};

TEST(EffectiveRights, follow_the_table_of_statuses) {
    for (const Row& row : status_table) {
        PolicyFacts facts;
        facts.client = row.status;
        const Policy policy = effective_rights(facts);
        EXPECT_EQ(policy.rights.has(Right::connect), row.connect) << name_of(row.status);
        EXPECT_EQ(policy.rights.has(Right::open), row.open) << name_of(row.status);
        EXPECT_EQ(policy.rights.has(Right::deposit), row.deposit) << name_of(row.status);
        EXPECT_EQ(policy.rights.has(Right::withdraw), row.withdraw) << name_of(row.status);
        EXPECT_EQ(policy.rights.has(Right::transfer), row.transfer) << name_of(row.status);
        EXPECT_EQ(policy.reason, row.reason) << name_of(row.status);
    }
}

TEST(EffectiveRights, every_cause_stops_everything_but_exits_whatever_the_status) {
    for (int cause = 0; cause < cause_count; ++cause)
        for (int status = 0; status < client_status_count; ++status) {
            PolicyFacts facts;
            facts.client = ClientStatus(status);
            facts.causes.impose(Cause(cause));
            const Policy policy = effective_rights(facts);
            EXPECT_EQ(policy.rights & Rights::all().without(Right::connect), Rights::none());
        }
}

TEST(EffectiveRights, only_a_freeze_is_named_and_it_is_the_gravest) {
    for (int cause = 0; cause < cause_count; ++cause) {
        PolicyFacts facts = approved();
        facts.causes.impose(Cause(cause));
        EXPECT_EQ(effective_rights(facts).reason,
                  Cause(cause) == Cause::authority_freeze ? Reason::frozen : Reason::restricted);
    }
    PolicyFacts closed;
    closed.client = ClientStatus::closed;
    closed.causes.impose(Cause::authority_freeze);
    EXPECT_EQ(effective_rights(closed).reason, Reason::frozen);
}

TEST(EffectiveRights, a_withdrawal_hold_stops_money_out_alone) {
    PolicyFacts facts = approved();
    facts.withdrawal_hold = true;
    const Policy policy = effective_rights(facts);
    EXPECT_EQ(policy.rights, Rights::all().without(Right::withdraw).without(Right::transfer));
    EXPECT_EQ(policy.reason, Reason::withdrawal_hold);
}

TEST(EffectiveRights, a_trading_hold_stops_new_positions_alone) {
    PolicyFacts facts = approved();
    facts.trading_hold = true;
    EXPECT_EQ(effective_rights(facts).rights, Rights::all().without(Right::open));
}

TEST(EffectiveRights, a_reserve_takes_no_right_and_is_passed_on) {
    PolicyFacts facts = approved();
    facts.reserved = 12'345;
    const Policy policy = effective_rights(facts);
    EXPECT_EQ(policy.rights, Rights::all());
    EXPECT_EQ(policy.reserved, 12'345);
}

TEST(EffectiveRights, account_states_take_rights_of_an_approved_client) {
    const std::pair<AccountState, Rights> table[] = {
        {AccountState::requested, Rights::none()},
        {AccountState::creating, Rights::none()},
        {AccountState::active, Rights::all()},
        {AccountState::close_only, Rights::all().without(Right::open)},
        {AccountState::dormant, Rights::none().with(Right::connect)},
        {AccountState::archived, Rights::none()},
        {AccountState::closed, Rights::none()},
    };
    for (const auto& [state, rights] : table) {
        PolicyFacts facts = approved();
        facts.state = state;
        EXPECT_EQ(effective_rights(facts).rights, rights) << name_of(state);
    }
}

TEST(EffectiveRights, demo_accounts_trade_from_registration_on_but_not_when_restricted) {
    PolicyFacts facts;
    facts.kind = AccountKind::demo;
    facts.client = ClientStatus::registered;
    EXPECT_EQ(effective_rights(facts).rights, Rights::all());
    facts.client = ClientStatus::restricted;
    EXPECT_FALSE(effective_rights(facts).rights.has(Right::open));
    facts.client = ClientStatus::closed;
    EXPECT_EQ(effective_rights(facts).rights, Rights::none());
}

TEST(EffectiveRights, an_account_of_nobody_may_only_be_left) {
    PolicyFacts facts;
    facts.kind = AccountKind::demo;
    EXPECT_EQ(effective_rights(facts).rights, Rights::none().with(Right::connect));
}

TEST(EffectiveRights, the_lowest_leverage_cap_holds_and_zero_is_none) {
    PolicyFacts facts = approved();
    EXPECT_EQ(effective_rights(facts).leverage_cap_x100, 0);
    facts.classification_cap_x100 = 50'000;
    EXPECT_EQ(effective_rights(facts).leverage_cap_x100, 50'000);
    facts.client_cap_x100 = 20'000;
    facts.account_cap_x100 = 30'000;
    EXPECT_EQ(effective_rights(facts).leverage_cap_x100, 20'000);
}

TEST(EffectiveRights, adding_a_cause_or_a_hold_never_gives_a_right) {
    for (int status = 0; status < client_status_count; ++status)
        for (int state = 0; state < account_state_count; ++state)
            for (int more = 0; more < cause_count + 2; ++more) {
                PolicyFacts facts;
                facts.client = ClientStatus(status);
                facts.state = AccountState(state);
                const Rights before = effective_rights(facts).rights;
                if (more < cause_count)
                    facts.causes.impose(Cause(more));
                facts.withdrawal_hold = more == cause_count;
                facts.trading_hold = more == cause_count + 1;
                const Rights after = effective_rights(facts).rights;
                EXPECT_EQ(after & before, after);
            }
}

}  // namespace
}  // namespace cambist::office
