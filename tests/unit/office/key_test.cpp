#include "office/administration/key.hpp"

#include <gtest/gtest.h>

#include <set>

#include "office/staff/permission.hpp"

namespace cambist::office {
namespace {

using namespace std::chrono_literals;

constexpr Instant now{1'000'000'000'000'000'000};

NewKey asked() {
    NewKey key;
    key.permissions = {"client.read"};
    key.expires_at = now + 24h;
    return key;
}

NewKeyFacts facts() {
    NewKeyFacts known;
    known.owner = Staff{};
    known.now = now;
    return known;
}

std::optional<KeyRefusal> refusal_of(const NewKey& key, const NewKeyFacts& known = facts()) {
    const auto reviewed = review_new_key(key, known);
    return reviewed ? std::nullopt : std::optional(reviewed.error());
}

TEST(NewKey, is_somebodys_who_is_active) {
    EXPECT_EQ(refusal_of(asked()), std::nullopt);
    NewKeyFacts nobody = facts(), suspended = facts(), gone = facts();
    nobody.owner.reset();
    suspended.owner->status = StaffStatus::suspended;
    gone.owner->status = StaffStatus::left;
    for (const auto& known : {nobody, suspended, gone})
        EXPECT_EQ(refusal_of(asked(), known), KeyRefusal::unknown_owner);
}

TEST(NewKey, holds_permissions_that_exist_and_that_its_owner_holds) {
    NewKey none = asked(), unknown = asked();
    none.permissions.clear();
    unknown.permissions.emplace_back("client.reed");
    EXPECT_EQ(refusal_of(none), KeyRefusal::permission_unknown);
    EXPECT_EQ(refusal_of(unknown), KeyRefusal::permission_unknown);
    NewKeyFacts wider = facts();
    wider.not_held = {"client.read"};
    EXPECT_EQ(refusal_of(asked(), wider), KeyRefusal::permission_not_held);
}

TEST(NewKey, never_decides) {
    std::set<std::string_view> refused;
    for (const auto& permission : known_permissions()) {
        NewKey key = asked();
        key.permissions.emplace_back(permission.name);
        if (refusal_of(key) == KeyRefusal::permission_for_people)
            refused.insert(permission.name);
    }
    EXPECT_EQ(refused, (std::set<std::string_view>{"approval.decide", "delegation.create"}));
}

TEST(NewKey, ends_within_a_year) {
    NewKey past = asked(), at_once = asked(), last = asked(), late = asked();
    past.expires_at = now + -1s;
    at_once.expires_at = now;
    last.expires_at = now + longest_key_life;
    late.expires_at = last.expires_at + 1s;
    EXPECT_EQ(refusal_of(past), KeyRefusal::expiry_invalid);
    EXPECT_EQ(refusal_of(at_once), KeyRefusal::expiry_invalid);
    EXPECT_EQ(refusal_of(last), std::nullopt);
    EXPECT_EQ(refusal_of(late), KeyRefusal::expiry_invalid);
}

TEST(NewKey, refuses_under_codes_of_their_own) {
    std::set<std::string_view> codes;
    for (int i = 0; i < key_refusal_count; ++i)
        codes.insert(refused_as(KeyRefusal(i)).code);
    EXPECT_EQ(codes.size(), std::size_t(key_refusal_count));
}

}  // namespace
}  // namespace cambist::office
