#include "office/accounts/client.hpp"

#include <gtest/gtest.h>

namespace cambist::office {
namespace {

Client client(ClientStatus status, std::initializer_list<Cause> causes = {}) {
    Client one;
    one.status = status;
    for (const Cause cause : causes)
        one.causes.impose(cause);
    one.version = 7;
    return one;
}

AccountRefusal refusal_of(const std::expected<StatusPlan, AccountRefusal>& plan) {
    EXPECT_FALSE(plan.has_value());
    return plan ? AccountRefusal::no_such_state : plan.error();
}

struct RefusedRow {
    const char* name;
    Client client;
    StatusChange change;
    ClosingFacts closing;
    AccountRefusal refusal;
};

const RefusedRow refused_rows[] = {
    {"an edit of what changed meanwhile",
     client(ClientStatus::approved),
     {.to = ClientStatus::restricted, .cause = {}, .reason = "r", .if_version = 6},
     {},
     AccountRefusal::stale_version},
    {"a closed client moves",
     client(ClientStatus::closed),
     {.to = ClientStatus::approved, .cause = {}, .reason = "r", .if_version = {}},
     {},
     AccountRefusal::client_closed},
    {"approval without review",
     client(ClientStatus::registered),
     {.to = ClientStatus::approved, .cause = {}, .reason = "r", .if_version = {}},
     {},
     AccountRefusal::no_such_transition},
    {"a restriction without a reason",
     client(ClientStatus::approved),
     {.to = ClientStatus::restricted, .cause = {}, .reason = "", .if_version = {}},
     {},
     AccountRefusal::reason_required},
    {"a cause that is not in force is lifted",
     client(ClientStatus::restricted, {Cause::review}),
     {.to = ClientStatus::approved,
      .cause = Cause::document_expired,
      .reason = "r",
      .if_version = {}},
     {},
     AccountRefusal::cause_not_in_force},
    {"a client with money is closed",
     client(ClientStatus::approved),
     {.to = ClientStatus::closed, .cause = {}, .reason = "r", .if_version = {}},
     {.money_left = true},
     AccountRefusal::money_left},
    {"a client with an open operation is closed",
     client(ClientStatus::approved),
     {.to = ClientStatus::closed, .cause = {}, .reason = "r", .if_version = {}},
     {.operation_pending = true},
     AccountRefusal::operation_pending},
};

TEST(StatusReview, refuses_by_name) {
    for (const RefusedRow& row : refused_rows)
        EXPECT_EQ(refusal_of(review_status(row.client, row.change, row.closing)), row.refusal)
            << row.name;
}

StatusPlan plan_of(const Client& one, ClientStatus to, std::optional<Cause> cause) {
    const auto plan =
        review_status(one, {.to = to, .cause = cause, .reason = "r", .if_version = {}}, {});
    EXPECT_TRUE(plan.has_value());
    return plan.value_or(StatusPlan{});
}

TEST(StatusReview, restricting_and_closing_narrow_and_approving_and_lifting_widen) {
    const auto approved = client(ClientStatus::approved);
    EXPECT_FALSE(plan_of(approved, ClientStatus::restricted, Cause::abnormal_activity).widens);
    EXPECT_FALSE(plan_of(approved, ClientStatus::closed, {}).widens);
    EXPECT_TRUE(plan_of(client(ClientStatus::pending_review), ClientStatus::approved, {}).widens);
    const auto restricted = client(ClientStatus::restricted, {Cause::review});
    EXPECT_TRUE(plan_of(restricted, ClientStatus::approved, Cause::review).widens);
    EXPECT_FALSE(plan_of(restricted, ClientStatus::restricted, Cause::authority_freeze).widens);
}

TEST(StatusReview, a_restriction_without_a_cause_is_a_review) {
    const auto plan = plan_of(client(ClientStatus::approved), ClientStatus::restricted, {});
    EXPECT_TRUE(plan.causes.has(Cause::review));
}

TEST(StatusReview, clearing_one_cause_leaves_the_rest) {
    const auto one = client(ClientStatus::restricted, {Cause::review, Cause::authority_freeze});
    const auto plan = plan_of(one, ClientStatus::approved, Cause::review);
    EXPECT_EQ(plan.status, ClientStatus::restricted);
    EXPECT_FALSE(plan.causes.has(Cause::review));
    EXPECT_TRUE(plan.causes.has(Cause::authority_freeze));
}

TEST(StatusReview, the_last_cause_lifted_approves) {
    const auto one = client(ClientStatus::restricted, {Cause::review});
    EXPECT_EQ(plan_of(one, ClientStatus::approved, Cause::review).status, ClientStatus::approved);
}

TEST(StatusReview, what_is_so_already_changes_nothing) {
    EXPECT_FALSE(plan_of(client(ClientStatus::approved), ClientStatus::approved, {}).changes);
    EXPECT_FALSE(plan_of(client(ClientStatus::restricted, {Cause::review}),
                         ClientStatus::restricted, Cause::review)
                     .changes);
    EXPECT_TRUE(plan_of(client(ClientStatus::restricted, {Cause::review}), ClientStatus::restricted,
                        Cause::sanctions_match)
                    .changes);
}

TEST(LeverageCap, raised_or_removed_it_widens) {
    EXPECT_FALSE(cap_widens(0, 3'000));
    EXPECT_FALSE(cap_widens(5'000, 3'000));
    EXPECT_TRUE(cap_widens(3'000, 5'000));
    EXPECT_TRUE(cap_widens(3'000, 0));
}

TEST(HoldReview, a_reserve_has_an_amount_and_nothing_else_has_one) {
    EXPECT_TRUE(review_hold(HoldKind::reserve, 1));
    EXPECT_TRUE(review_hold(HoldKind::withdrawal, 0));
    EXPECT_FALSE(review_hold(HoldKind::reserve, 0));
    EXPECT_FALSE(review_hold(HoldKind::reserve, -1));
    EXPECT_FALSE(review_hold(HoldKind::trading, 1));
}

TEST(Causes, confidential_ones_read_as_an_ordinary_review) {
    CauseSet causes;
    for (const Cause cause : {Cause::review, Cause::sanctions_match, Cause::abnormal_activity})
        causes.impose(cause);
    EXPECT_EQ(public_names_of(causes), std::vector<std::string_view>{"review"});
}

TEST(AccountState, leaves_requested_and_creating_by_the_servers_answer_alone) {
    for (int to = 0; to < account_state_count; ++to) {
        EXPECT_FALSE(may_become(AccountState::requested, AccountState(to)));
        EXPECT_FALSE(may_become(AccountState::creating, AccountState(to)));
        EXPECT_FALSE(may_become(AccountState::closed, AccountState(to)));
        EXPECT_FALSE(may_become(AccountState::archived, AccountState(to)));
    }
    EXPECT_TRUE(releases(AccountState::close_only, AccountState::active));
    EXPECT_FALSE(releases(AccountState::active, AccountState::close_only));
}

}  // namespace
}  // namespace cambist::office
