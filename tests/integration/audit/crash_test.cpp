#include <gmock/gmock.h>

#include "office/audit/seal/seal_store.hpp"
#include "tests/integration/audit/audit_stand.hpp"

namespace cambist::tests {

namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class SealerCrash : public AuditStand {
  protected:
    /// A bridge that dies between the commit of a seal and its anchor.
    void seal_without_anchor() {
        await(context, [&]() -> awaitable<void> {
            auto tx = co_await pool->begin();
            const auto newest = co_await office::seals::newest(tx);
            const auto sealed = co_await seal_next(tx, newest, key, {});
            EXPECT_TRUE(sealed.has_value());
            co_await tx.commit();
        }());
    }
    void keep_copy() {
        sql("create table old_audit as table audit; create table old_seal as table audit_seal");
    }
    void restore_copy() {
        sql("alter table audit disable trigger all; alter table audit_seal disable trigger all; "
            "delete from audit; delete from audit_seal; "
            "insert into audit overriding system value select * from old_audit; "
            "insert into audit_seal select * from old_seal");
    }
    std::string refusal_of(bridge::AuditSealer& sealer) {
        try {
            await(context, sealer.step());
        } catch (const office::SealingRefused& refused) {
            return refused.what();
        }
        return "";
    }
    std::string seals() { return sql("select count(*) from audit_seal"); }
};

TEST_F(SealerCrash, between_commit_and_anchor_loses_nothing) {
    change(3);
    seal_all();
    change(3);
    seal_without_anchor();
    const auto before = verified();
    EXPECT_EQ(found(before), "");
    EXPECT_EQ(before.unanchored, 1);
    EXPECT_EQ(before.rows, 6);

    seal_all();
    const auto after = verified();
    EXPECT_EQ(found(after), "");
    EXPECT_EQ(after.unanchored, 0);
    EXPECT_EQ(seals(), "2") << "anchored, not sealed again";
}

TEST_F(SealerCrash, before_the_commit_leaves_no_seal) {
    change(3);
    await(context, [&]() -> awaitable<void> {
        auto tx = co_await pool->begin();
        const auto sealed = co_await seal_next(tx, std::nullopt, key, {});
        EXPECT_TRUE(sealed.has_value());
    }());
    EXPECT_EQ(seals(), "0");
    seal_all();
    EXPECT_EQ(found(), "");
}

TEST_F(SealerCrash, in_the_middle_of_a_line_is_completed_at_every_byte) {
    change(2);
    seal_all();
    const auto file = anchor_file(anchors);
    const std::string first = text_of(file);
    change(2);
    seal_all();
    const std::string whole = text_of(file);
    for (std::size_t cut = first.size(); cut < whole.size(); ++cut) {
        write(file, whole.substr(0, cut));
        if (cut % 16 == 0) {
            const auto report = verified();
            ASSERT_EQ(found(report), "") << "cut at " << cut;
            ASSERT_EQ(report.unanchored, 1) << "cut at " << cut;
        }
        seal_all();
        ASSERT_EQ(text_of(file), whole) << "cut at " << cut;
    }
}

TEST_F(SealerCrash, that_leaves_zeros_or_rubbish_is_repaired) {
    change(2);
    seal_all();
    const auto file = anchor_file(anchors);
    const std::string whole = text_of(file);
    for (const std::string& torn : {whole.substr(0, 40) + std::string(100, '\0'),
                                    std::string(4096, '\0'), std::string("\x7f rubbish")}) {
        write(file, torn);
        seal_all();
        EXPECT_EQ(text_of(file), whole);
    }
}

TEST_F(SealerCrash, between_two_folders_is_made_good_in_the_second) {
    const auto elsewhere = new_folder("elsewhere");
    change(2);
    seal_all(*sealer({anchors, elsewhere}));
    change(2);
    seal_all(*sealer({anchors}));
    EXPECT_EQ(verified(elsewhere).unanchored, 1);
    seal_all(*sealer({anchors, elsewhere}));
    EXPECT_EQ(text_of(anchor_file(elsewhere)), text_of(anchor_file(anchors)));
}

TEST_F(SealerCrash, leaves_a_new_folder_to_be_filled_from_the_first_seal_on) {
    for (int seal = 0; seal < 5; ++seal) {
        change(3);
        seal_all();
    }
    const auto added = new_folder("added");
    seal_all(*sealer({added}));
    EXPECT_EQ(text_of(anchor_file(added)), text_of(anchor_file(anchors)));
}

TEST_F(SealerCrash, of_the_database_is_survived) {
    const auto sealing = sealer();
    change(2);
    seal_all(*sealing);
    sql("select count(pg_terminate_backend(pid)) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()");
    change(2);
    seal_all(*sealing);
    EXPECT_EQ(found(), "");
    EXPECT_EQ(seals(), "2");
}

TEST_F(SealerCrash, two_sealers_take_turns_and_never_fork) {
    const auto elsewhere = new_folder("elsewhere"), shared = new_folder("shared");
    const auto one = sealer({anchors, shared}, 3), other = sealer({elsewhere, shared}, 3);
    for (int round = 0; round < 20; ++round) {
        change(1 + round % 5);
        await(context, (round % 3 == 0 ? one : other)->step());
        await(context, (round % 2 == 0 ? one : other)->step());
    }
    seal_all(*one);
    seal_all(*other);
    for (const auto& folder : {anchors, elsewhere, shared}) {
        const auto report = verified(folder);
        EXPECT_EQ(found(report), "") << folder;
        EXPECT_EQ(report.unanchored, 0) << folder;
    }
    EXPECT_GT(one->state().seals, 0u);
    EXPECT_GT(other->state().seals, 0u);
}

TEST_F(SealerCrash, one_of_two_sealers_at_once_stands_back) {
    change(3);
    await(context, [&]() -> awaitable<void> {
        auto tx = co_await pool->begin();
        const auto mine = co_await seal_next(tx, std::nullopt, key, {});
        auto other = co_await pool->begin();
        const auto theirs = co_await seal_next(other, std::nullopt, key, {});
        EXPECT_TRUE(mine.has_value());
        EXPECT_FALSE(theirs.has_value());
        co_await tx.commit();
    }());
    EXPECT_EQ(seals(), "1");
}

TEST_F(SealerCrash, a_database_that_was_rolled_back_is_sealed_no_further) {
    const auto sealing = sealer();
    change(2);
    seal_all(*sealing);
    keep_copy();
    change(2);
    seal_all(*sealing);
    restore_copy();
    change(1);
    for (bridge::AuditSealer* each : {sealing.get(), sealer().release()}) {
        EXPECT_THAT(refusal_of(*each), HasSubstr("rolled back"));
        EXPECT_TRUE(each->state().stopped);
        if (each != sealing.get())
            delete each;
    }
    EXPECT_EQ(seals(), "1");
    EXPECT_EQ(found(), "[database_rolled_back 2]");

    // People decided: the old anchors are put aside.
    const auto fresh = new_folder("fresh");
    seal_all(*sealer({fresh}));
    EXPECT_EQ(found(verified(fresh)), "");
    EXPECT_EQ(found(), "[database_rolled_back 2]") << "the old ones still prove it";
}

TEST_F(SealerCrash, a_folder_that_cannot_be_written_is_told_and_caught_up_with) {
    const auto elsewhere = new_folder("elsewhere");
    const auto sealing = sealer({anchors, elsewhere});
    change(1);
    seal_all(*sealing);
    fs::rename(elsewhere, place / "away");
    change(1);
    seal_all(*sealing);
    EXPECT_EQ(seals(), "2") << "the other folder suffices";
    fs::rename(anchors, place / "away_too");
    change(1);
    EXPECT_THROW(seal_all(*sealing), bridge::AnchorFault);
    EXPECT_EQ(seals(), "2") << "nothing is sealed that nowhere is anchored";

    fs::rename(place / "away", elsewhere);
    fs::rename(place / "away_too", anchors);
    seal_all(*sealing);
    EXPECT_EQ(seals(), "3");
    EXPECT_EQ(text_of(anchor_file(elsewhere)), text_of(anchor_file(anchors)));
    EXPECT_EQ(found(), "");
}

TEST_F(SealerCrash, rows_that_change_before_they_are_anchored_are_told) {
    change(3);
    seal_without_anchor();
    sql("alter table audit disable trigger all; update audit set reason = 'new' where id = 2");
    seal_all();
    const auto report = verified();
    EXPECT_EQ(found(report), "[row_altered 1/1]") << "no anchor can list what was sealed";
    EXPECT_THAT(report.findings.kept()[0].detail, HasSubstr("rows 1 to 3"));
}

TEST_F(SealerCrash, a_forged_seal_is_not_continued) {
    change(2);
    seal_all();
    change(2);
    sql("insert into audit_seal select 2, columns, xid_to, id_to, xid_to, id_to, "
        "first_number + rows, 0, root, leaves_hash, hash, sha256('x'), signature, now() "
        "from audit_seal");
    const auto sealing = sealer();
    EXPECT_THAT(refusal_of(*sealing), HasSubstr("not ours"));
    EXPECT_EQ(seals(), "2");
    EXPECT_EQ(found(), "[seal_added 2]");
}

}  // namespace
}  // namespace cambist::tests
