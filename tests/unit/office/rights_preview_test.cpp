#include "office/accounts/rights_preview.hpp"

#include <gtest/gtest.h>

namespace cambist::office {
namespace {

constexpr Rights connect = Rights::none().with(Right::connect);

PreviewedAccount account(std::uint64_t login, std::uint64_t client, Rights before, Rights after) {
    return {{{1}, {login}}, OperationId{1, client}, {.rights = before}, {.rights = after}};
}

std::int64_t accounts_of(const RightCounts& counts, Right right) {
    for (const RightCount& one : counts)
        if (one.right == right)
            return one.accounts;
    return -1;
}

TEST(RightsPreview, counts_rights_given_and_taken_apart_and_each_client_once) {
    PreviewCount counted;
    counted.add(account(1, 7, connect, connect.with(Right::deposit)));
    counted.add(account(2, 7, Rights::all(), Rights::all().without(Right::open)));
    counted.add(account(3, 8, connect.with(Right::open), connect.with(Right::deposit)));
    counted.add(account(4, 9, connect, connect));
    const RightsPreview preview = counted.result(1);
    EXPECT_EQ(preview.accounts_affected, 3);
    EXPECT_EQ(preview.clients_affected, 2);
    EXPECT_EQ(accounts_of(preview.given, Right::deposit), 2);
    EXPECT_EQ(accounts_of(preview.given, Right::open), 0);
    EXPECT_EQ(accounts_of(preview.taken, Right::open), 2);
    EXPECT_EQ(preview.sample.size(), 3u);
    EXPECT_FALSE(preview.is_estimate);
}

TEST(RightsPreview, counts_an_account_whose_reason_alone_changes) {
    PreviewCount counted;
    PreviewedAccount one = account(1, 7, connect, connect);
    one.after.reason = Reason::restricted;
    counted.add(one);
    EXPECT_EQ(counted.result(1).accounts_affected, 1);
    EXPECT_EQ(counted.result(1).given, no_accounts);
}

TEST(RightsPreview, of_some_accounts_says_that_it_is_an_estimate) {
    PreviewCount counted;
    for (std::uint64_t login = 1; login <= 30; ++login)
        counted.add(account(login, login, connect, Rights::all()));
    const RightsPreview preview = counted.result(10);
    EXPECT_TRUE(preview.is_estimate);
    EXPECT_EQ(preview.accounts_affected, 300);
    EXPECT_EQ(preview.clients_affected, 300);
    EXPECT_EQ(accounts_of(preview.given, Right::transfer), 300);
    EXPECT_EQ(preview.sample.size(), 20u);
}

}  // namespace
}  // namespace cambist::office
