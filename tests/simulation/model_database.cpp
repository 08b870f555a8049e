#include "tests/simulation/model_database.hpp"

#include <algorithm>

#include "sync/vocabulary/planted.hpp"

namespace cambist::simulation {

namespace {

/// Longer than a fact can wait in a lane of the plugin.
constexpr nanoseconds slack = milliseconds(100);

}  // namespace

Instant Tables::deals_since() const {
    return complete_until + -slack;
}

std::uint64_t Tables::low_water() const {
    std::uint64_t low_water = last_number;
    for (const auto& [id, row] : commands) {
        if (row.state == CommandState::sent)
            low_water = std::min(low_water, row.command.number - 1);
    }
    return low_water;
}

bool Tables::quiet() const {
    const bool enforced = std::ranges::all_of(policies, [](const auto& row) {
        return row.second.enforced == row.second.accepted.version;
    });
    const bool decided = std::ranges::none_of(commands, [](const auto& row) {
        return row.second.state == CommandState::queued || row.second.state == CommandState::sent;
    });
    return enforced && decided && !resync_open && !new_era_wanted;
}

void Tables::begin_era(std::uint32_t era) {
    policy_era = era;
    new_era_wanted = false;
    for (auto& [login, row] : policies) {
        row.accepted.version = 1;
        row.enforced = 0;
    }
}

void Tables::apply(const Event& event, const Oracle& oracle) {
    if (const auto* user = std::get_if<UserRecord>(&event.fact)) {
        AccountRow& row = accounts[user->login];
        if (user->version >= row.user.version)
            row = {*user, event.hash};
    } else if (const auto* deal = std::get_if<DealRecord>(&event.fact)) {
        apply_deal(*deal, event.hash);
    } else if (const auto* refusal = std::get_if<RefusalRecord>(&event.fact)) {
        refusals.insert({refusal->boot, refusal->number});
    } else if (const auto* deals_told = std::get_if<DealDigestRecord>(&event.fact)) {
        compare_deals(*deals_told, oracle);
    } else if (const auto* accounts_told = std::get_if<AccountDigestRecord>(&event.fact)) {
        compare_accounts(*accounts_told, oracle);
    } else if (const auto* resync = std::get_if<ResyncRecord>(&event.fact); resync->ended) {
        resync_open = false;
        complete_until = last_modified;
        window.clear();
        window_has_old = false;
    }
}

void Tables::apply_deal(const DealRecord& deal, std::uint64_t hash) {
    DealRow& row = deals[deal.ticket];
    window.insert(deal.ticket);
    if (deal.version < row.deal.version)
        window_has_old = true;
    else
        row = {deal, hash};
    last_modified = std::max(last_modified, deal.modified);
    if (!resync_open || CAMBIST_PLANTED(deals_since_runs_ahead))
        complete_until = last_modified;
}

void Tables::compare_deals(const DealDigestRecord& told, const Oracle& oracle) {
    std::uint64_t sum = 0;
    for (const Ticket ticket : window)
        sum += deals.at(ticket).hash;
    if (!window_has_old)
        oracle.digest(sum == told.sum && window.size() == told.deals, "deals");
    window.clear();
    window_has_old = false;
}

void Tables::compare_accounts(const AccountDigestRecord& told, const Oracle& oracle) const {
    AccountDigestRecord here;
    here.accounts = accounts.size();
    for (const auto& [login, row] : accounts)
        here.sums[shard_of(login)] += row.hash;
    oracle.digest(here == told, "accounts");
}

bool ModelDatabase::loses_work(const Process& client, std::uint64_t of_client,
                               std::uint64_t of_database) {
    if (!up_ || incarnation_ != of_database) {
        world_.saw("database: transaction lost in a crash");
        return true;
    }
    const bool client_gone = client.incarnation() != of_client;
    if (client_gone && world_.random.chance(500'000)) {
        world_.saw("database: transaction of a crashed client rolled back");
        return true;
    }
    if (client_gone)
        world_.saw("database: transaction of a crashed client committed");
    return false;
}

void ModelDatabase::transact(Process& client, std::function<void(Tables&)> work,
                             std::function<void(bool)> reply) {
    const auto reply_later = [this, &client](nanoseconds delay, const auto& answer, bool ran,
                                             std::uint64_t incarnation) {
        world_.after(delay, [&client, answer, ran, incarnation] {
            if (client.incarnation() == incarnation)
                client.enter([&] { answer(ran); });
        });
    };
    const auto failure = world_.harshness.database_failure;
    if (!up_ || (world_.faults && world_.random.chance(failure))) {
        world_.saw("database: transaction failed");
        return reply_later(milliseconds(1), reply, false, client.incarnation());
    }
    const bool answer_lost = world_.faults && world_.random.chance(failure);
    world_.after(world_.random.span(milliseconds(1), milliseconds(world_.faults ? 12 : 3)),
                 [this, &client, mine = client.incarnation(), ours = incarnation_, answer_lost,
                  reply_later, work = std::move(work), reply = std::move(reply)] {
                     bool ran = false;
                     if (!loses_work(client, mine, ours)) {
                         work(tables_);
                         ran = !answer_lost;
                         if (answer_lost)
                             world_.saw("database: commit in doubt");
                     }
                     reply_later(milliseconds(1), reply, ran, mine);
                 });
}

void ModelDatabase::crash() {
    if (!up_)
        return;
    world_.saw("database crash");
    world_.trace("database crashes");
    up_ = false;
    ++incarnation_;
    world_.after(world_.random.span(milliseconds(50), milliseconds(1000)), [this] { up_ = true; });
}

void ModelDatabase::restore(const Tables& backup) {
    ++incarnation_;
    tables_ = backup;
    tables_.new_era_wanted = true;
    // What was waiting may have been executed after the backup: ask for it, do not send it.
    for (auto& [id, row] : tables_.commands) {
        if (row.state != CommandState::queued)
            continue;
        row.state = CommandState::sent;
        row.command.bridge_epoch = 0;
        row.command.number = ++tables_.last_number;
    }
    tables_.lease = {};
    tables_.lease.bridge_epoch = backup.lease.bridge_epoch;
}

}  // namespace cambist::simulation
