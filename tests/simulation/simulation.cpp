#include "tests/simulation/simulation.hpp"

#include <algorithm>

namespace cambist::simulation {

namespace {

constexpr std::size_t accounts = 8;
constexpr nanoseconds fault_phase = seconds(15);
constexpr nanoseconds calm_at_most = seconds(30);
constexpr std::uint64_t least_trades = 120, least_policy_changes = 60, least_commands = 30;

bool says(CommandState state, bool has_effect) {
    if (state == CommandState::done)
        return has_effect;
    return state == CommandState::in_doubt || !has_effect;
}

}  // namespace

Simulation::Simulation(std::uint64_t seed, bool verbose)
    : world_(seed, verbose),
      oracle_(world_),
      network_(world_),
      server_(world_, oracle_, accounts),
      database_(world_),
      plugin_(world_, oracle_, network_, server_),
      bridges_{BridgeEnd(world_, oracle_, network_, database_, 1),
               BridgeEnd(world_, oracle_, network_, database_, 2)} {
    network_.attach(server_place, plugin_, plugin_);
    for (std::size_t at = 0; at < bridges_.size(); ++at)
        network_.attach(1 + at, bridges_[at], bridges_[at]);
}

Report Simulation::run() {
    Report report;
    try {
        work_for_a_while();
        const Instant faults_ended = world_.now();
        calm_down();
        report.until_quiet = world_.now() - faults_ended;
    } catch (const Violation& violation) {
        report.violation = violation;
        world_.trace("VIOLATED: ", violation.invariant, ": ", violation.detail);
    }
    report.coverage = world_.coverage();
    report.events = oracle_.events;
    report.policies = policy_changes_;
    report.commands = commands_;
    return report;
}

void Simulation::work_for_a_while() {
    for (const auto& [login, user] : server_.users())
        database_.tables().policies[login].accepted = {login, 1, Rights::all(), {}, 0, 0};
    plugin_.start();
    for (BridgeEnd& bridge : bridges_)
        bridge.start();
    every(milliseconds(20), milliseconds(160), &Simulation::trade);
    every(milliseconds(50), milliseconds(350), &Simulation::change_policy);
    every(milliseconds(100), milliseconds(600), &Simulation::order_command);
    every(world_.harshness.between_faults / 2, world_.harshness.between_faults * 2,
          &Simulation::fault);
    const Instant end = world_.now() + fault_phase;
    while (world_.now() < end || !enough_work()) {
        world_.step();
        check();
    }
}

void Simulation::every(nanoseconds least, nanoseconds most, void (Simulation::*what)()) {
    world_.after(world_.random.span(least, most), [this, least, most, what] {
        if (!working_)
            return;
        (this->*what)();
        every(least, most, what);
    });
}

bool Simulation::enough_work() const {
    return trades_ >= least_trades && policy_changes_ >= least_policy_changes &&
           commands_ >= least_commands;
}

void Simulation::trade() {
    plugin_.enter([this] {
        ++trades_;
        const std::uint64_t what = world_.random.between(0, 99);
        if (what == 0) {
            for (int burst = 0; burst < 30; ++burst)
                server_.trade(server_.some_login());
        } else if (what < 70) {
            server_.trade(server_.some_login());
        } else if (what < 80) {
            server_.correct_a_deal();
        } else if (what < 88) {
            server_.change_leverage(server_.some_login());
        } else {
            plugin_.refuse(server_.some_login());
        }
    });
}

void Simulation::change_policy() {
    if (!database_.up())
        return;
    auto& policies = database_.tables().policies;
    auto changed = policies.begin();
    std::advance(changed, world_.random.between(0, policies.size() - 1));
    PolicyRow& row = changed->second;
    ++policy_changes_;
    ++row.accepted.version;
    row.held = world_.random.chance(300'000);
    row.accepted.rights = row.held ? Rights::all().without(Right::withdraw) : Rights::all();
    row.accepted.reserved = static_cast<std::int64_t>(world_.random.between(0, 1000));
}

void Simulation::order_command() {
    if (!database_.up())
        return;
    ++commands_;
    Command command;
    command.id = {world_.random.next(), world_.random.next()};
    command.login = server_.some_login();
    const std::uint64_t what = world_.random.between(0, 9);
    if (what < 7) {
        command.amount = static_cast<std::int64_t>(world_.random.between(1, 40'000)) - 20'000;
    } else if (what < 9) {
        command.kind = CommandKind::leverage;
        command.leverage_x100 = static_cast<std::uint32_t>(commands_) * 200 + 100;
    } else {
        command.kind = CommandKind::create_account;
        command.login = {};
    }
    database_.tables().commands[command.id] = {command, CommandState::queued};
}

void Simulation::calm_down() {
    world_.trace("the faults end");
    working_ = world_.faults = false;
    network_.heal();
    const Instant end = world_.now() + calm_at_most;
    Instant next_look = world_.now() + seconds(1);
    std::string_view unrest_now = "nothing was looked at";
    while (world_.now() < end) {
        world_.step();
        check();
        if (world_.now() < next_look)
            continue;
        next_look = world_.now() + milliseconds(100);
        unrest_now = unrest();
        if (unrest_now.empty())
            break;
    }
    if (!unrest_now.empty())
        world_.violate("I14 quiet within bounded time", std::string(unrest_now));
    if (const std::string_view differs = difference(); !differs.empty())
        world_.violate("I7 after quiet both sides are equal", std::string(differs));
}

std::string_view Simulation::unrest() const {
    const Tables& tables = database_.tables();
    if (!plugin_.up() || !database_.up() || !bridges_[0].up() || !bridges_[1].up())
        return "something is still down";
    if (!plugin_.snapshot_told() || !plugin_.lanes_empty())
        return "the snapshot or the lanes are not told";
    if (tables.epoch != plugin_.mirror().epoch() || tables.seq != plugin_.mirror().last_seq() ||
        plugin_.mirror().acknowledged() != tables.seq)
        return "events wait for their commit or acknowledgement";
    if (!tables.quiet() || !bridges_[0].at_rest() || !bridges_[1].at_rest())
        return "policies or commands wait for their outcome";
    if (tables.policy_era != plugin_.era())
        return "the eras differ";
    return {};
}

std::string_view Simulation::difference() const {
    const Tables& tables = database_.tables();
    const auto same_user = [](const auto& row, const auto& user) {
        return row.second.user == user.second;
    };
    const auto same_deal = [](const auto& row, const auto& deal) {
        return row.second.deal == deal.second;
    };
    const auto same_policy = [&](const auto& row) {
        const auto held = plugin_.gate().find(row.first);
        return held != plugin_.gate().end() && held->second == row.second.accepted;
    };
    if (!std::ranges::equal(tables.accounts, server_.users(), same_user))
        return "accounts";
    if (!std::ranges::equal(tables.deals, server_.deals(), same_deal))
        return "deals";
    if (!std::ranges::includes(tables.refusals, oracle_.refusals_kept))
        return "refusals";
    if (!std::ranges::all_of(tables.policies, same_policy))
        return "policies";
    for (const auto& [id, row] : tables.commands) {
        if (!says(row.state, oracle_.effects_of(id) == 1))
            return "commands";
    }
    return {};
}

void Simulation::check() {
    plugin_.check();
    const Tables& tables = database_.tables();
    if (!database_was_restored_ && tables.epoch == plugin_.mirror().epoch())
        world_.require(plugin_.mirror().acknowledged() <= tables.seq,
                       "I4 what is acknowledged is committed", "the plugin forgot an event");
    if (!plugin_.up() || plugin_was_restored_ || tables.policy_era != plugin_.era())
        return;
    for (const auto& [login, row] : tables.policies) {
        if (row.enforced == 0)
            continue;
        const auto held = plugin_.gate().find(login);
        world_.require(held != plugin_.gate().end() && held->second.version >= row.enforced,
                       "an enforced version is in the gate", "the gate holds a lower one");
    }
}

}  // namespace cambist::simulation
