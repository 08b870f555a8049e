#include "tests/simulation/plugin_end.hpp"

namespace cambist::simulation {

namespace {

constexpr std::size_t lane_capacity = 24;
constexpr std::size_t journal_capacity = 600;
constexpr std::size_t rows_a_tick = 4;
constexpr nanoseconds pump_period = milliseconds(20);
constexpr nanoseconds link_period = milliseconds(25);
constexpr nanoseconds silence = seconds(3);
constexpr nanoseconds digest_period = milliseconds(700);

}  // namespace

PluginEnd::PluginEnd(World& world, Oracle& oracle, Network& network, ModelServer& server)
    : Process(world, "server"), oracle_(oracle), network_(network), server_(server) {
    server_.run_in(*this, *this);
}

void PluginEnd::boot() {
    mirror_ = MirrorSender();
    policies_ = PolicyReceiver();
    commands_ = CommandExecutor();
    lanes_.clear();
    waiting_policies_.clear();
    owner_.reset();
    publishing_ = overrun_ = false;
    last_hello_ = {};
    const bool first = disk_.numbers.get().epoch == 0;
    begin_epoch(MirrorSender::epoch_after(disk_.numbers.get().epoch, world_.now()));
    cause_ = first ? ResyncCause::first_start : ResyncCause::restart;
    boot_ = mirror_.epoch();
    refusals_ = 0;
    carry_over();

    gate_.clear();
    std::uint32_t era = 0;
    for (const PolicyEntry& entry : disk_.policies.items()) {
        if (entry.era != era)
            gate_.clear();
        era = entry.era;
        if (entry.policy)
            gate_[entry.policy->login] = *entry.policy;
    }
    policies_.restore(era);
    // What survived a killed process may not survive a power cut yet, and answers rely on it.
    disk_.policies.sync();
    disk_.commands.sync();
    for (const auto& [login, policy] : gate_)
        oracle_.published(login, era, policy.version);
    recover_commands();

    const auto every = [this](nanoseconds period, auto self_method) {
        const auto tick = [this, period, self_method](const auto& again) -> void {
            (this->*self_method)();
            after(period, [again] { again(again); });
        };
        after(period, [tick] { tick(tick); });
    };
    every(pump_period, &PluginEnd::pump);
    every(link_period, &PluginEnd::link);
}

void PluginEnd::lose_memory(bool power) {
    disk_.journal.close();
    if (!power)
        return;
    world_.saw("power cut at the trading server");
    const auto written = disk_.journal.items();
    if (disk_.journal.tear(world_.random)) {
        world_.saw("journal tail torn");
        for (std::size_t at = disk_.journal.items().size(); at < written.size(); ++at) {
            if (const auto* refusal = std::get_if<RefusalRecord>(&written[at].event.fact))
                oracle_.refusals_kept.erase({refusal->boot, refusal->number});
        }
    }
    if (disk_.policies.tear(world_.random))
        world_.saw("policy log tail torn");
    if (disk_.commands.tear(world_.random))
        world_.saw("command log tail torn");
    disk_.numbers.tear();
}

void PluginEnd::into_lane(LaneItem item) {
    if (lanes_.size() == lane_capacity) {
        world_.saw("lane overrun");
        overrun_ = true;
        return;
    }
    lanes_.push_back(std::move(item));
}

void PluginEnd::refuse(Login login) {
    RefusalRecord refusal;
    refusal.boot = boot_;
    refusal.number = ++refusals_;
    refusal.login = login;
    refusal.refusal = Refusal::close_only;
    refusal.first = refusal.last = world_.now();
    refusal.count = 1;
    into_lane(refusal);
}

void PluginEnd::begin_epoch(std::uint64_t epoch) {
    auto numbers = disk_.numbers.get();
    numbers.epoch = epoch;
    disk_.numbers.write_and_sync(numbers);
    crash_point("crash: after the epoch is durable");
    mirror_.begin_epoch(epoch);
    owner_.reset();
    rows_.clear();
    window_.begin(1);
    snapshot_ = Snapshot::wanted;
    digest_wanted_ = false;
    world_.trace("server: epoch ", epoch);
}

/// What is in the journal and not acknowledged is told again under the new epoch. The new journal
/// takes the old one's place in one step, or a crash on the way would double it each time.
void PluginEnd::carry_over() {
    const auto old = disk_.journal.items();
    disk_.journal.begin_replacement();
    for (const JournalEntry& entry : old) {
        const bool of_its_epoch = std::holds_alternative<ResyncRecord>(entry.event.fact) ||
                                  std::holds_alternative<DealDigestRecord>(entry.event.fact) ||
                                  std::holds_alternative<AccountDigestRecord>(entry.event.fact);
        if (of_its_epoch)
            continue;
        record(entry.event.fact);
        world_.saw("event carried over into a new epoch");
        crash_point("crash: while the tail is carried over");
    }
    disk_.journal.replace();
}

void PluginEnd::resync(ResyncCause cause) {
    begin_epoch(mirror_.next_epoch(world_.now()));
    cause_ = cause;
    if (disk_.journal.items().size() >= journal_capacity) {
        world_.saw("journal overrun");
        for (const JournalEntry& entry : disk_.journal.items()) {
            if (const auto* refusal = std::get_if<RefusalRecord>(&entry.event.fact))
                oracle_.refusals_kept.erase({refusal->boot, refusal->number});
        }
        disk_.journal.forget(disk_.journal.items().size());
    }
    carry_over();
}

void PluginEnd::record(Fact fact) {
    JournalEntry entry{mirror_.epoch(), 0, {std::move(fact), {}, 0, 0}};
    Bytes bytes;
    entry.event.hash = encode_event(entry.event, bytes);
    entry.seq = mirror_.last_seq() + 1;
    if (const auto* user = std::get_if<UserRecord>(&entry.event.fact))
        rows_.set(user->login, entry.event.hash);
    if (const auto* deal = std::get_if<DealRecord>(&entry.event.fact)) {
        digest_wanted_ = window_.add(deal->ticket, entry.event.hash);
        if (digest_wanted_ && snapshot_ != Snapshot::told)
            window_.begin(1);
    }
    if (const auto* refusal = std::get_if<RefusalRecord>(&entry.event.fact))
        oracle_.refusals_kept.insert({refusal->boot, refusal->number});
    oracle_.numbered(entry.epoch, entry.seq, entry.event.hash);
    disk_.journal.append(std::move(entry));
    mirror_.appended();
}

void PluginEnd::take_lane_item(const LaneItem& item) {
    if (const auto* login = std::get_if<Login>(&item))
        record(server_.users().at(*login));
    else if (const auto* deal = std::get_if<DealRecord>(&item))
        record(*deal);
    else
        record(std::get<RefusalRecord>(item));
    if (digest_wanted_ && snapshot_ == Snapshot::told)
        tell_digests();
}

void PluginEnd::pump() {
    if (overrun_ || disk_.journal.items().size() >= journal_capacity) {
        overrun_ = false;
        resync(ResyncCause::overrun);
    }
    while (!lanes_.empty()) {
        const LaneItem item = lanes_.front();
        lanes_.pop_front();
        take_lane_item(item);
        crash_point("crash: while the lanes are emptied");
    }
    tell_snapshot();
    if (snapshot_ == Snapshot::told && next_digest_ <= world_.now())
        tell_digests();
    if (world_.random.chance(300'000))
        disk_.journal.sync();
}

/// A few rows a tick, read when they are told, between live events.
void PluginEnd::tell_snapshot() {
    if (snapshot_ == Snapshot::users) {
        auto user = server_.users().upper_bound(next_user_);
        for (std::size_t told = 0; told < rows_a_tick && user != server_.users().end(); ++told) {
            record(user->second);
            ++rows_told_;
            next_user_ = user++->first;
        }
        if (user == server_.users().end())
            snapshot_ = Snapshot::deals;
        return;
    }
    if (snapshot_ != Snapshot::deals)
        return;
    std::map<std::pair<Instant, Ticket>, const DealRecord*> by_time;
    for (const auto& [ticket, deal] : server_.deals()) {
        if (std::pair(deal.modified, ticket) > next_deal_)
            by_time[{deal.modified, ticket}] = &deal;
    }
    std::size_t told = 0;
    for (const auto& [place, deal] : by_time) {
        if (told++ == rows_a_tick * 8)
            return;
        record(*deal);
        ++rows_told_;
        next_deal_ = place;
    }
    record(ResyncRecord{cause_, true, rows_told_, deals_since_});
    window_.begin(mirror_.last_seq() + 1);
    snapshot_ = Snapshot::told;
    next_digest_ = world_.now();
    world_.saw("snapshot told");
}

void PluginEnd::tell_digests() {
    digest_wanted_ = false;
    next_digest_ = world_.now() + digest_period;
    record(window_.close(mirror_.last_seq() + 2));
    record(rows_.digest());
}

void PluginEnd::trim_journal() {
    std::size_t known = 0;
    for (const JournalEntry& entry : disk_.journal.items()) {
        if (entry.epoch != mirror_.epoch() || entry.seq > mirror_.acknowledged())
            break;
        ++known;
    }
    disk_.journal.forget(known);
}

void PluginEnd::link() {
    if (owner_ && world_.now() - last_heard_ > silence) {
        world_.saw("plugin gave up a silent bridge");
        owner_.reset();
        mirror_.on_disconnected();
    }
    if (!owner_ && world_.now() - last_hello_ > milliseconds(300))
        say_hello();
    if (owner_)
        send_events();
}

void PluginEnd::say_hello() {
    last_hello_ = world_.now();
    const auto& numbers = disk_.numbers.get();
    Hello hello{{1},
                {std::string_view("simulated")},
                mirror_.epoch(),
                mirror_.first_kept(),
                mirror_.last_seq(),
                policies_.era(),
                numbers.bridge_epoch};
    for (std::size_t place = 1; place < places; ++place)
        network_.send(server_place, place, hello);
}

void PluginEnd::to_owner(const Message& message) {
    if (owner_)
        network_.send(server_place, *owner_, message);
}

void PluginEnd::send_events() {
    for (int frames = 0; frames < 4; ++frames) {
        const auto most = static_cast<std::uint32_t>(world_.random.between(1, 32));
        const auto range = mirror_.next_batch(most, world_.now());
        if (!range)
            break;
        EventBatch batch{mirror_.epoch(), range->first, {}};
        for (const JournalEntry& entry : disk_.journal.items()) {
            if (entry.epoch == mirror_.epoch() && entry.seq >= range->first &&
                entry.seq <= range->last)
                batch.events.push_back(entry.event);
        }
        world_.require(batch.events.size() == range->last - range->first + 1,
                       "the journal holds what is not acknowledged", "a number was missing");
        world_.trace("server: events ", range->first, " to ", range->last);
        to_owner(batch);
    }
    if (world_.now() - last_hello_ > seconds(1)) {
        last_hello_ = world_.now();
        to_owner(Heartbeat{world_.now(), mirror_.epoch(), mirror_.last_seq()});
    }
}

void PluginEnd::check() const {
    if (!up())
        return;
    world_.require(mirror_.acknowledged() <= mirror_.last_seq(), "I7 numbers are gap-free",
                   "more is acknowledged than was told");
}

}  // namespace cambist::simulation
