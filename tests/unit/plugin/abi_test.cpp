#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>

#include "plugin/abi/trading_server.h"

extern "C" {
std::size_t c_size_of_plugin_api(void);
std::size_t c_size_of_host_api(void);
ctsp_fingerprint c_fingerprint(void);
}

namespace {

TEST(Abi, records_keep_the_sizes_of_version_one) {
    EXPECT_EQ(sizeof(ctsp_user), 176u);
    EXPECT_EQ(sizeof(ctsp_account), 112u);
    EXPECT_EQ(sizeof(ctsp_group), 112u);
    EXPECT_EQ(sizeof(ctsp_symbol), 88u);
    EXPECT_EQ(sizeof(ctsp_request), 184u);
    EXPECT_EQ(sizeof(ctsp_position), 104u);
    EXPECT_EQ(sizeof(ctsp_deal), 288u);
    EXPECT_EQ(sizeof(ctsp_eod), 72u);
    EXPECT_EQ(sizeof(ctsp_verdict), 24u);
    EXPECT_EQ(sizeof(ctsp_event), 64u);
    EXPECT_EQ(sizeof(ctsp_balance_op), 88u);
    EXPECT_EQ(sizeof(ctsp_balance_res), 40u);
    EXPECT_EQ(sizeof(ctsp_user_patch), 120u);
    EXPECT_EQ(sizeof(ctsp_user_add), 120u);
    EXPECT_EQ(sizeof(ctsp_fingerprint), 72u);
}

TEST(Abi, fields_keep_the_places_of_version_one) {
    EXPECT_EQ(offsetof(ctsp_user, balance), 40u);
    EXPECT_EQ(offsetof(ctsp_user, op_hi), 72u);
    EXPECT_EQ(offsetof(ctsp_user, rights), 88u);
    EXPECT_EQ(offsetof(ctsp_user, currency), 104u);
    EXPECT_EQ(offsetof(ctsp_user, group), 112u);
    EXPECT_EQ(offsetof(ctsp_request, login), 16u);
    EXPECT_EQ(offsetof(ctsp_request, op_hi), 32u);
    EXPECT_EQ(offsetof(ctsp_request, volume), 72u);
    EXPECT_EQ(offsetof(ctsp_request, amount), 104u);
    EXPECT_EQ(offsetof(ctsp_request, symbol), 152u);
    EXPECT_EQ(offsetof(ctsp_position, volume), 24u);
    EXPECT_EQ(offsetof(ctsp_position, symbol), 72u);
    EXPECT_EQ(offsetof(ctsp_deal, version), 48u);
    EXPECT_EQ(offsetof(ctsp_deal, op_hi), 56u);
    EXPECT_EQ(offsetof(ctsp_deal, profit), 128u);
    EXPECT_EQ(offsetof(ctsp_deal, symbol), 192u);
    EXPECT_EQ(offsetof(ctsp_deal, comment), 224u);
    EXPECT_EQ(offsetof(ctsp_event, login), 8u);
    EXPECT_EQ(offsetof(ctsp_event, cause_hi), 32u);
    EXPECT_EQ(offsetof(ctsp_verdict, policy_version), 16u);
    EXPECT_EQ(offsetof(ctsp_hello, fingerprint), 16u);
    EXPECT_EQ(offsetof(ctsp_reply, fingerprint), 8u);
}

TEST(Abi, an_event_fits_before_the_largest_payload) {
    EXPECT_EQ(sizeof(ctsp_event) % alignof(ctsp_deal), 0u);
    EXPECT_GE(sizeof(ctsp_deal), sizeof(ctsp_request));
    EXPECT_GE(sizeof(ctsp_deal), sizeof(ctsp_account));
}

TEST(Abi, the_fingerprint_holds_the_sizes_of_version_one) {
    const ctsp_fingerprint ours = CTSP_FINGERPRINT_V1;
    EXPECT_EQ(ours.magic, CTSP_MAGIC);
    EXPECT_EQ(ours.ptr_bits, sizeof(void*) * 8);
    EXPECT_EQ(ours.user, sizeof(ctsp_user));
    EXPECT_EQ(ours.account, sizeof(ctsp_account));
    EXPECT_EQ(ours.group, sizeof(ctsp_group));
    EXPECT_EQ(ours.symbol, sizeof(ctsp_symbol));
    EXPECT_EQ(ours.request, sizeof(ctsp_request));
    EXPECT_EQ(ours.position, sizeof(ctsp_position));
    EXPECT_EQ(ours.deal, sizeof(ctsp_deal));
    EXPECT_EQ(ours.eod, sizeof(ctsp_eod));
    EXPECT_EQ(ours.verdict, sizeof(ctsp_verdict));
    EXPECT_EQ(ours.event, sizeof(ctsp_event));
    EXPECT_EQ(ours.balance_op, sizeof(ctsp_balance_op));
    EXPECT_EQ(ours.balance_res, sizeof(ctsp_balance_res));
    EXPECT_EQ(ours.user_patch, sizeof(ctsp_user_patch));
    EXPECT_EQ(ours.user_add, sizeof(ctsp_user_add));
    EXPECT_EQ(ours.volume_per_lot, 100'000'000u);
}

TEST(Abi, c_and_cpp_see_the_same_layout) {
    EXPECT_EQ(c_size_of_plugin_api(), sizeof(ctsp_plugin_api));
    EXPECT_EQ(c_size_of_host_api(), sizeof(ctsp_host_api));
    const ctsp_fingerprint ours = CTSP_FINGERPRINT_V1, theirs = c_fingerprint();
    EXPECT_EQ(std::memcmp(&ours, &theirs, sizeof ours), 0);
}

}  // namespace
