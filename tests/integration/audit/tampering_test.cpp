#include <algorithm>
#include <cstdlib>
#include <random>
#include <sstream>

#include "tests/integration/audit/audit_stand.hpp"
#include "tests/integration/audit/tamperer.hpp"

namespace cambist::tests {

namespace {

constexpr int tamperings = 1'000;

/// CAMBIST_SEED plays a run again.
std::uint64_t seed() {
    if (const char* given = std::getenv("CAMBIST_SEED"))
        return std::strtoull(given, nullptr, 10);
    return std::random_device()();
}

class Tampering : public AuditStand {
  protected:
    /// A dozen seals, some of several of one transaction and some without rows, and an old copy.
    void make_history() {
        bridge::SealerSettings settings{.key = key, .folders = {anchors}};
        settings.limits = {.rows = 40, .quiet = std::chrono::seconds(0)};
        bridge::AuditSealer eager(context.get_executor(), *pool, settings);
        const auto sealing = sealer({anchors}, 40);
        for (int part = 0; part < 8; ++part) {
            for (int transaction = 0; transaction < 4; ++transaction)
                change(1 + (part * 7 + transaction * 5) % 13, "client:" + std::to_string(part));
            seal_all(*sealing);
            if (part % 3 == 1)
                await(context, eager.step());
            if (part == 4)
                keep_copy();
        }
        read_record();
        for (const std::string table : {"audit", "audit_seal"})
            sql("do $$ declare part regclass; begin for part in select '" + table +
                "'::regclass union select inhrelid from pg_inherits where inhparent = '" + table +
                "'::regclass loop execute format('alter table %s disable trigger all', part); end "
                "loop; end $$");
        sql("alter table audit alter column id drop identity; "
            "alter table audit_seal drop constraint audit_seal_check");
    }
    void keep_copy() {
        sql("create table old_audit as table audit; create table old_seal as table audit_seal");
        record.copied_seals = std::stoll(sql("select count(*) from old_seal"));
        record.copied_rows = std::stoll(sql("select count(*) from old_audit"));
    }
    void read_record() {
        record.seals = std::stoll(sql("select count(*) from audit_seal"));
        std::istringstream rows(
            sql("select id || ' ' || row_number() over (order by a.xid, a.id) || ' ' || s.number "
                "|| ' ' || a.xid from audit a join audit_seal s on (a.xid, a.id) >= (s.xid_from, "
                "s.id_from) and (a.xid, a.id) < (s.xid_to, s.id_to) order by a.xid, a.id"));
        for (SealedRow row; rows >> row.id >> row.number >> row.seal >> row.xid;)
            record.rows.push_back(row);
    }
    static bool is_found(const Expected& expected, const verify::Report& report) {
        const auto& findings = report.findings.kept();
        if (findings.empty())
            return false;
        const verify::Finding& first = findings.front();
        if (expected.seal != 0 && first.seal != expected.seal)
            return false;
        if (!expected.codes.contains(std::string(name_of(first.code))))
            return false;
        std::set<std::int64_t> named;
        for (const verify::Finding& finding : findings)
            if (finding.audit_id)
                named.insert(*finding.audit_id);
        return expected.and_no_other ? named == expected.audit_ids
                                     : std::ranges::includes(named, expected.audit_ids);
    }

    Record record;
};

TEST_F(Tampering, of_a_thousand_kinds_is_found_with_the_right_row_or_anchor) {
    make_history();
    ASSERT_EQ(found(), "") << "before anybody tampers";
    const std::uint64_t first_seed = seed();
    std::printf("seeds %llu to +%d\n", static_cast<unsigned long long>(first_seed), tamperings);
    for (int number = 0; number < tamperings; ++number) {
        const std::uint64_t each_seed = first_seed + static_cast<std::uint64_t>(number);
        await(context, [&]() -> awaitable<void> {
            const auto connection = co_await pg::Connection::connect(database.settings());
            pg::Transaction tx(*connection);
            Tamperer tamperer(record, each_seed);
            const Expected expected = co_await tamperer.tamper(tx);
            const auto report = co_await verify::Verification(question(anchors)).run(tx);
            EXPECT_TRUE(is_found(expected, report))
                << "CAMBIST_SEED=" << each_seed << ": " << expected.what << "\nfound "
                << found(report).substr(0, 500);
        }());
    }
    EXPECT_EQ(found(), "") << "every tampering was undone";
}

}  // namespace
}  // namespace cambist::tests
