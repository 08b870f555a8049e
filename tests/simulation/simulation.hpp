#pragma once

#include <array>
#include <optional>

#include "tests/simulation/bridge_end.hpp"
#include "tests/simulation/plugin_end.hpp"

namespace cambist::simulation {

/// What one seed did.
struct Report {
    std::optional<Violation> violation;
    Coverage coverage;
    std::uint64_t events = 0, policies = 0, commands = 0;
    nanoseconds until_quiet{};  ///< from the end of the faults
};

/// One seed: a trading server, two bridges, a database and a network, at work under faults; then a
/// calm, in which everything must become equal.
class Simulation {
  public:
    Simulation(std::uint64_t seed, bool verbose);
    Report run();

  private:
    void work_for_a_while();
    void calm_down();
    void check();

    // What people and traders do.
    void every(nanoseconds least, nanoseconds most, void (Simulation::*what)());
    void trade();
    void change_policy();
    void order_command();
    bool enough_work() const;

    // What goes wrong.
    void fault();
    void cut_a_link();
    void restore_the_plugin();
    void restore_the_database();
    void keep_only_possible_refusals();

    /// Empty when everything is quiet and equal; else what is not.
    std::string_view unrest() const;
    std::string_view difference() const;

    World world_;
    Oracle oracle_;
    Network network_;
    ModelServer server_;
    ModelDatabase database_;
    PluginEnd plugin_;
    std::array<BridgeEnd, 2> bridges_;

    bool working_ = true;
    bool plugin_was_restored_ = false, database_was_restored_ = false;
    std::optional<PluginDisk> plugin_backup_;
    std::optional<Tables> database_backup_;
    std::uint64_t trades_ = 0, policy_changes_ = 0, commands_ = 0;
};

}  // namespace cambist::simulation
