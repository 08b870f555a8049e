// What goes wrong, beside lost frames and crash points.

#include "tests/simulation/simulation.hpp"

namespace cambist::simulation {

void Simulation::fault() {
    const std::uint64_t what = world_.random.between(0, 99);
    BridgeEnd& bridge = bridges_[world_.random.between(0, 1)];
    if (what < 20) {
        world_.saw("trading server killed");
        plugin_.crash();
    } else if (what < 45) {
        world_.saw("bridge killed");
        bridge.crash();
    } else if (what < 55) {
        database_.crash();
    } else if (what < 70) {
        cut_a_link();
    } else if (what < 82) {
        world_.saw("lease lost to the other bridge");
        database_.tables().lease.until = world_.now();
        database_.tables().lease.holder_incarnation = 0;
    } else if (what < 88) {
        plugin_backup_ = plugin_.disk();
    } else if (what < 93) {
        database_backup_ = database_.tables();
    } else if (what < 97) {
        restore_the_plugin();
    } else {
        restore_the_database();
    }
}

/// One direction only.
void Simulation::cut_a_link() {
    const std::uint64_t bridge = world_.random.between(1, 2);
    const bool inward = world_.random.chance(500'000);
    const std::size_t from = inward ? server_place : bridge, to = inward ? bridge : server_place;
    world_.saw("link cut in one direction");
    world_.trace("link from ", from, " to ", to, " cut");
    network_.cut(from, to, true);
    world_.after(world_.random.span(milliseconds(200), seconds(6)),
                 [this, from, to] { network_.cut(from, to, false); });
}

void Simulation::restore_the_plugin() {
    if (!plugin_backup_)
        return;
    world_.saw("plugin's files restored from a backup");
    world_.trace("the plugin's files go back in time");
    plugin_was_restored_ = true;
    plugin_.crash();
    network_.flush();
    plugin_.restore(*plugin_backup_);
    oracle_.plugin_restored(plugin_backup_->numbers.get().bridge_epoch);
    keep_only_possible_refusals();
}

void Simulation::restore_the_database() {
    if (!database_backup_)
        return;
    world_.saw("database restored from a backup");
    world_.trace("the database goes back in time");
    database_was_restored_ = true;
    for (BridgeEnd& bridge : bridges_)
        bridge.crash();
    network_.flush();
    database_.restore(*database_backup_);
    keep_only_possible_refusals();
}

/// A refusal that neither side remembers any more cannot be asked for.
void Simulation::keep_only_possible_refusals() {
    std::set<RefusalName> remembered = database_.tables().refusals;
    for (const JournalEntry& entry : plugin_.disk().journal.items()) {
        if (const auto* refusal = std::get_if<RefusalRecord>(&entry.event.fact))
            remembered.insert({refusal->boot, refusal->number});
    }
    std::erase_if(oracle_.refusals_kept,
                  [&](const RefusalName& name) { return !remembered.contains(name); });
}

}  // namespace cambist::simulation
