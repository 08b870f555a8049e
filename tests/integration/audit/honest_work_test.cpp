#include <cstdlib>
#include <random>

#include "tests/integration/audit/audit_stand.hpp"

namespace cambist::tests {

namespace {

constexpr int runs = 200, steps_a_run = 12;
constexpr std::size_t most_open = 5;

/// Transactions that begin, write, wait, commit or give up in any order, while two sealers of two
/// bridges seal them.
class HonestWork : public AuditStand {
  protected:
    awaitable<void> begin() {
        auto tx = std::make_unique<pg::Transaction>(co_await gateway.begin());
        co_await write(*tx);
        open.push_back(std::move(tx));
    }
    awaitable<void> write(pg::Transaction& tx) {
        co_await tx.script(
            "insert into audit (actor, action, subject, after) select 'staff:ada', 'changed', "
            "'client:' || n, jsonb_build_object('n', n) from generate_series(1, " +
            std::to_string(1 + random() % 9) + ") n");
    }
    awaitable<void> end(bool commit) {
        const auto at = open.begin() + static_cast<std::ptrdiff_t>(random() % open.size());
        if (commit)
            co_await (*at)->commit();
        open.erase(at);
    }
    awaitable<void> step() {
        switch (random() % 8) {
            case 0:
            case 1:
                if (open.size() < most_open)
                    co_await begin();
                break;
            case 2:
                if (!open.empty())
                    co_await write(*open[random() % open.size()]);
                break;
            case 3:
            case 4:
                if (!open.empty())
                    co_await end(true);
                break;
            case 5:
                if (!open.empty())
                    co_await end(random() % 2 == 0);
                break;
            default:
                co_await (random() % 2 == 0 ? *one : *other).step();
        }
    }

    std::mt19937_64 random;
    pg::Pool gateway{{.connection = database.settings("cambist_gateway")}};
    std::vector<std::unique_ptr<pg::Transaction>> open;
    std::filesystem::path elsewhere = new_folder("elsewhere");
    std::unique_ptr<bridge::AuditSealer> one = sealer({anchors}, 7);
    std::unique_ptr<bridge::AuditSealer> other = sealer({elsewhere, anchors}, 50);
};

TEST_F(HonestWork, is_never_called_tampered) {
    const char* given = std::getenv("CAMBIST_SEED");
    const std::uint64_t seed =
        given ? std::strtoull(given, nullptr, 10) : std::uint64_t{std::random_device()()};
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    random.seed(seed);
    for (int run = 0; run < runs; ++run) {
        for (int number = 0; number < steps_a_run; ++number)
            await(context, step());
        const auto report = verified(run % 2 == 0 ? anchors : elsewhere);
        ASSERT_EQ(found(report), "") << "CAMBIST_SEED=" << seed << ", run " << run;
    }
    open.clear();
    seal_all(*one);
    seal_all(*other);
    for (const auto& folder : {anchors, elsewhere}) {
        const auto report = verified(folder);
        EXPECT_EQ(found(report), "") << folder;
        EXPECT_EQ(std::to_string(report.rows), sql("select count(*) from audit"));
        EXPECT_EQ(report.unsealed + report.unanchored, 0);
    }
    EXPECT_GT(std::stoi(sql("select count(*) from audit_seal")), runs / 2);
}

}  // namespace
}  // namespace cambist::tests
