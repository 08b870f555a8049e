#include <gmock/gmock.h>

#include <algorithm>

#include "bridge/keys/seal_key.hpp"
#include "office/audit/seal/seal_store.hpp"
#include "tests/integration/audit/audit_stand.hpp"

namespace cambist::tests {

namespace {

using ::testing::HasSubstr;

class AuditSeal : public AuditStand {
  protected:
    /// first_number+rows of every seal that has rows.
    std::string windows() {
        return sql(
            "select coalesce(string_agg(first_number || '+' || rows, ' ' order by number), '') "
            "from audit_seal where rows > 0");
    }
    /// A transaction that has written a row and is still open.
    std::unique_ptr<pg::Transaction> open_transaction() {
        return await(context, [&]() -> awaitable<std::unique_ptr<pg::Transaction>> {
            auto tx = std::make_unique<pg::Transaction>(co_await pool->begin());
            co_await tx->script(
                "insert into audit (actor, action, subject) values ('key:late', 'late', 'x')");
            co_return tx;
        }());
    }
};

TEST_F(AuditSeal, covers_every_row_and_is_found_intact) {
    change(5);
    seal_all();
    change(3);
    seal_all();
    const auto report = verified();
    EXPECT_TRUE(report.intact()) << found(report);
    EXPECT_EQ(report.rows, 8);
    EXPECT_EQ(report.last_seal, 2);
    EXPECT_EQ(report.unsealed, 0);
    EXPECT_EQ(windows(), "1+5 6+3");
}

TEST_F(AuditSeal, waits_for_transactions_that_are_still_open) {
    change(2);
    const auto sealing = sealer();
    seal_all(*sealing);
    auto late = open_transaction();
    for (int seal = 0; seal < 3; ++seal) {
        change(2);  // higher numbers, committed first
        seal_all(*sealing);
    }
    EXPECT_EQ(windows(), "1+2") << "sealed past a transaction that may still write";
    EXPECT_EQ(verified().unsealed, 6);

    await(context, late->commit());
    seal_all(*sealing);
    EXPECT_EQ(windows(), "1+2 3+7");
    EXPECT_EQ(found(), "");
    EXPECT_EQ(verified().unsealed, 0);
}

TEST_F(AuditSeal, skips_what_was_rolled_back) {
    open_transaction().reset();
    change(1);
    seal_all();
    EXPECT_EQ(windows(), "1+1");
    EXPECT_EQ(found(), "");
}

TEST_F(AuditSeal, cuts_long_transactions_into_seals_of_bounded_size) {
    change(10);
    seal_all(*sealer({anchors}, 4));
    EXPECT_EQ(windows(), "1+4 5+4 9+2");
    EXPECT_EQ(found(), "");
}

TEST_F(AuditSeal, is_made_without_rows_only_when_it_is_due) {
    bridge::SealerSettings settings{.key = key, .folders = {anchors}};
    settings.limits.quiet = std::chrono::seconds(0);
    bridge::AuditSealer eager(context.get_executor(), *pool, settings);
    for (int step = 0; step < 3; ++step)
        await(context, eager.step());
    EXPECT_EQ(sql("select count(*) from audit_seal where rows = 0"), "3");
    seal_all(*sealer());
    EXPECT_EQ(sql("select count(*) from audit_seal"), "3") << "none was due";
    change();
    seal_all(*sealer());
    EXPECT_EQ(windows(), "1+1");
    EXPECT_EQ(found(), "");
}

TEST_F(AuditSeal, covers_nulls_empty_texts_and_what_is_not_ascii) {
    sql("insert into audit (actor, action, subject, before, after, client_id, on_behalf_of) values "
        "('staff:zoë', 'renamed', 'client:Ωmega', null, '{\"naïve\": [1.50, null, \"\\u00e9\"]}', "
        "gen_random_uuid(), 'staff:ada'), ('x', 'y', '', 'null', '[]', null, '')");
    seal_all();
    EXPECT_EQ(found(), "");
}

TEST_F(AuditSeal, is_refused_when_transaction_ids_went_back) {
    change(2);
    seal_all();
    // As a dump would leave it that was restored into a young cluster.
    await(context, [&]() -> awaitable<void> {
        auto tx = co_await pool->begin();
        office::Seal far = (co_await office::seals::newest(tx)).value();
        far.number = 2;
        far.previous = far.hash;
        far.from = far.to;
        far.to.xid += 1'000'000;
        sign(far, key);
        office::seals::insert(tx, far);
        co_await tx.commit();
    }());
    EXPECT_THROW(seal_all(), office::SealingRefused);
    EXPECT_EQ(sql("select count(*) from audit_seal"), "2");
}

TEST_F(AuditSeal, is_not_continued_where_the_newest_was_changed) {
    change(2);
    seal_all();
    sql("alter table audit_seal disable trigger append_only; "
        "update audit_seal set xid_to = '99999999999'");
    change(2);
    EXPECT_THROW(seal_all(), office::SealingRefused);
    EXPECT_EQ(found(), "[seal_altered 1]");
}

TEST_F(AuditSeal, may_be_verified_from_a_later_seal_on) {
    for (int seal = 0; seal < 4; ++seal) {
        change(3);
        seal_all();
    }
    auto from_third = question(anchors);
    from_third.from_seal = 3;
    auto report = verified(from_third);
    EXPECT_TRUE(report.intact()) << found(report);
    EXPECT_EQ(report.rows, 6);
    EXPECT_EQ(report.seals, 2);
    from_third.from_seal = 5;
    EXPECT_THROW(verified(from_third), verify::CannotVerify);
}

TEST_F(AuditSeal, by_a_new_key_needs_both_public_keys) {
    change(2);
    seal_all();
    const auto old_public_key = public_key;
    key = office::SealKey::random();
    change(2);
    seal_all();
    EXPECT_EQ(found(), "[signature_invalid 2]");

    auto both = question(anchors);
    EXPECT_EQ(both.keys.size(), 1u);
    std::filesystem::create_directory(place / "new");
    const auto made = bridge::make_seal_key("seal", place / "new");
    key = made;
    change(1);
    seal_all();
    both.keys.push_back(verify::PublicKey::read(place / "new" / "seal.pub"));
    EXPECT_EQ(found(verified(both)), "[signature_invalid 2]") << "the third is by the new key";
}

TEST_F(AuditSeal, tells_of_rows_that_nobody_seals) {
    change(3);
    EXPECT_EQ(found(), "") << "they are young";
    sql("alter table audit disable trigger all; update audit set at = at - interval '2 minutes'");
    EXPECT_EQ(found(), "[unsealed_too_long 1]");
    seal_all();
    EXPECT_EQ(found(), "");
}

TEST_F(AuditSeal, cannot_be_verified_without_anchors_a_key_or_all_rows) {
    change(1);
    seal_all();
    EXPECT_THROW(verified(place / "nowhere"), verify::CannotVerify);
    EXPECT_THROW(verify::PublicKey::read(place / "seal.key"), verify::CannotVerify);
    EXPECT_THROW(verify::PublicKey::read(place / "none.pub"), verify::CannotVerify);
    EXPECT_THROW(verified(question(anchors), "cambist_gateway"), verify::CannotVerify)
        << "row level security hides rows from it";
}

TEST_F(AuditSeal, is_numbered_timed_and_placed_by_the_database_alone) {
    for (const char* column : {"id", "at", "xid"})
        EXPECT_EQ(sql("select has_column_privilege('cambist_gateway', 'audit', '" +
                      std::string(column) + "', 'insert')"),
                  "f")
            << column;
    EXPECT_EQ(sql("select has_table_privilege('cambist_gateway', 'audit_seal', 'insert'), "
                  "has_table_privilege('cambist_bridge', 'audit_seal', 'update')"),
              "f|f");
    change(1);
    seal_all();
    for (const char* statement : {"delete from audit_seal", "truncate audit_seal",
                                  "set session_replication_role = replica; truncate audit_seal"})
        EXPECT_ANY_THROW(sql(statement)) << statement;
}

}  // namespace
}  // namespace cambist::tests
