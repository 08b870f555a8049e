// Seals the audit of a database by the bridge's own sealer until nothing is left, and prints one
// JSON line: cambist-bench-audit DSN KEY_FILE ANCHOR_FOLDER ROWS ROWS_A_SEAL; returns when so many
// rows are sealed.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "bridge/bell.hpp"
#include "bridge/jobs/audit_sealer.hpp"
#include "bridge/keys/seal_key.hpp"
#include "office/pg/pool.hpp"
#include "tests/bench/harness.hpp"

namespace {

namespace asio = boost::asio;
namespace bridge = cambist::bridge;

asio::awaitable<void> seal(bridge::AuditSealer& sealer, std::uint64_t rows) {
    bridge::Bell pause(co_await asio::this_coro::executor);
    while (sealer.state().rows < rows)
        if (!co_await sealer.step())
            co_await pause.wait(std::chrono::milliseconds(50));
}

void run(const std::string& dsn, const std::string& key_file, const std::string& folder,
         std::uint64_t rows, std::int64_t rows_a_seal) {
    const auto key = bridge::read_seal_key(key_file);
    if (!key)
        throw std::runtime_error(key.error());
    asio::io_context context(1);
    cambist::office::pg::PoolSettings settings;
    settings.connection.dsn = dsn;
    cambist::office::pg::Pool pool(settings);
    bridge::SealerSettings told{.key = *key, .folders = {folder}};
    told.limits.rows = rows_a_seal;
    bridge::AuditSealer sealer(context.get_executor(), pool, std::move(told));
    const std::int64_t began = cambist::bench::ticks_ns();
    asio::co_spawn(context, seal(sealer, rows), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    context.run();
    const double seconds = static_cast<double>(cambist::bench::ticks_ns() - began) / 1e9;
    std::printf("{\"rows\":%llu,\"seals\":%llu,\"seconds\":%.3f}\n",
                static_cast<unsigned long long>(sealer.state().rows),
                static_cast<unsigned long long>(sealer.state().seals), seconds);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) {
        std::fprintf(stderr,
                     "usage: cambist-bench-audit DSN KEY_FILE ANCHOR_FOLDER ROWS ROWS_A_SEAL\n");
        return 2;
    }
    try {
        run(argv[1], argv[2], argv[3], std::strtoull(argv[4], nullptr, 10), std::atoll(argv[5]));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "cambist-bench-audit: %s\n", error.what());
        return 1;
    }
}
