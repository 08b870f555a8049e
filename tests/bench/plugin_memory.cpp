// What the plugin keeps in memory for each account.

#include "plugin/gate/gate_table.hpp"
#include "plugin/mirror/lanes.hpp"
#include "sync/streams/digests.hpp"
#include "tests/bench/harness.hpp"
#include "tests/bench/micro.hpp"

namespace cambist::bench {

void plugin_memory() {
    constexpr std::uint32_t accounts = 1'000'000;
    plugin::GateTable gate(accounts);
    AccountRows rows(accounts);
    for (std::uint64_t login = 1; login <= accounts; ++login) {
        gate.publish({Login{login}, 1, Rights::all(), Reason::none, 0, 0});
        rows.set(Login{login}, login);
    }
    const double bytes = static_cast<double>(gate.bytes() + rows.bytes()) / accounts;
    print({"memory", "plugin, an account at 1M", bytes, "B", std::nullopt, std::nullopt, "<= 96 B",
           bytes <= 96 && gate.size() == accounts && rows.size() == accounts});
    constexpr double lanes = static_cast<double>(plugin::Lanes::bytes()) / (1 << 20);
    print({"memory", "plugin, its lanes, however many accounts", lanes, "MiB", std::nullopt,
           std::nullopt, "stated", true});
}

}  // namespace cambist::bench
