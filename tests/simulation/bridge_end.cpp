#include "tests/simulation/bridge_end.hpp"

namespace cambist::simulation {

namespace {

constexpr nanoseconds lease_span = milliseconds(1500);

}  // namespace

BridgeEnd::BridgeEnd(World& world, Oracle& oracle, Network& network, ModelDatabase& database,
                     std::size_t place)
    : Process(world, place == 1 ? "bridge 1" : "bridge 2"),
      oracle_(oracle),
      network_(network),
      database_(database),
      place_(place) {}

void BridgeEnd::boot() {
    owner_ = session_ = applying_ = greeting_ = false;
    bridge_epoch_ = 0;
    mirror_ = MirrorReceiver();
    policies_ = PolicySender();
    commands_ = CommandDispatcher();
    waiting_.clear();
    next_lease_ = next_poll_ = next_dispatch_ = next_reload_ = next_retire_ = next_beat_ = {};
    const auto again = [this](const auto& self) -> void {
        tick();
        after(milliseconds(50), [self] { self(self); });
    };
    after(milliseconds(10), [again] { again(again); });
}

void BridgeEnd::lose_memory(bool) {}

bool BridgeEnd::due(Instant& next, nanoseconds period) {
    if (world_.now() < next)
        return false;
    next = world_.now() + period;
    return true;
}

void BridgeEnd::tick() {
    if (due(next_lease_, milliseconds(250)))
        renew_lease();
    if (!session_)
        return;
    if (due(next_poll_, milliseconds(100)))
        poll_policies();
    if (due(next_dispatch_, milliseconds(100)))
        dispatch();
    if (due(next_reload_, seconds(1)))
        reload_commands();
    if (due(next_retire_, seconds(2)))
        retire_commands();
    if (!policies_compared_ && due(next_welcome_, seconds(1))) {
        world_.saw("Welcome said again for want of a policy digest");
        send(welcome_);
    }
    if (due(next_beat_, seconds(1)))
        send(Heartbeat{world_.now(), 0, 0});

    const PolicyBatch policies = policies_.next_batch(world_.random.between(1, 8), world_.now());
    if (!policies.accounts.empty())
        send(policies);
    const auto to_send = commands_.next(world_.now());
    for (const Command& command : to_send.commands)
        send(command);
    for (const CommandAsked& asked : to_send.questions) {
        world_.saw("question about a command");
        send(asked);
    }
    if (world_.faults && world_.random.chance(2'000))
        send(DigestAsked{bridge_epoch_});
    if (world_.faults && world_.random.chance(500)) {
        world_.saw("resync asked");
        send(ResyncAsked{bridge_epoch_, {}});
    }
}

bool BridgeEnd::holds(const Tables& tables, std::size_t place, std::uint64_t incarnation,
                      std::uint64_t bridge_epoch) {
    const Lease& lease = tables.lease;
    return lease.holder == place && lease.holder_incarnation == incarnation &&
           lease.bridge_epoch == bridge_epoch;
}

void BridgeEnd::transact(std::function<void(Tables&)> work, std::function<void()> after_commit,
                         std::function<void()> otherwise) {
    auto fenced = std::make_shared<bool>(false);
    database_.transact(
        *this,
        [fenced, place = place_, mine = incarnation(), epoch = bridge_epoch_,
         work = std::move(work)](Tables& tables) {
            *fenced = !holds(tables, place, mine, epoch);
            if (!*fenced)
                work(tables);
        },
        [this, fenced, after_commit = std::move(after_commit),
         otherwise = std::move(otherwise)](bool committed) {
            if (!committed)
                return otherwise();
            if (!*fenced)
                return after_commit();
            world_.saw("bridge fenced by a higher epoch");
            otherwise();
            step_down();
        });
}

void BridgeEnd::renew_lease() {
    struct Answer {
        bool owned = false;
        std::uint64_t bridge_epoch = 0;
    };
    auto answer = std::make_shared<Answer>();
    database_.transact(
        *this,
        [answer, place = place_, mine = incarnation(), now = world_.now()](Tables& tables) {
            Lease& lease = tables.lease;
            const bool ours = lease.holder == place && lease.holder_incarnation == mine;
            if (!ours && lease.until > now)
                return;
            if (!ours)
                lease = {place, mine, lease.bridge_epoch + 1, {}};
            lease.until = now + lease_span;
            *answer = {true, lease.bridge_epoch};
        },
        [this, answer](bool committed) {
            if (!committed)
                return;
            if (!answer->owned)
                return step_down();
            if (!owner_)
                world_.saw("lease taken");
            owner_ = true;
            if (answer->bridge_epoch == bridge_epoch_)
                return;
            // Lost and taken again: the plugin must be welcomed under the new epoch.
            end_session();
            bridge_epoch_ = answer->bridge_epoch;
        });
}

void BridgeEnd::step_down() {
    if (!owner_)
        return;
    owner_ = false;
    end_session();
    world_.saw("bridge stepped down");
    send(FrameRefused{FrameError::not_owner, {}});
}

void BridgeEnd::end_session() {
    session_ = false;
    waiting_.clear();
    mirror_.rewind();
    policies_.end_session();
    commands_.end_session();
}

void BridgeEnd::on_message(std::size_t, const Message& message) {
    if (const auto* hello = std::get_if<Hello>(&message))
        return on_hello(*hello);
    if (const auto* batch = std::get_if<EventBatch>(&message))
        return on_batch(*batch);
    if (!session_)
        return;
    if (const auto* applied = std::get_if<PolicyAcknowledged>(&message))
        on_policies_applied(*applied);
    else if (const auto* digest = std::get_if<PolicyDigest>(&message))
        on_policy_digest(*digest);
    else if (const auto* result = std::get_if<CommandResult>(&message))
        on_result(*result);
}

void BridgeEnd::on_hello(const Hello& hello) {
    if (!owner_) {
        Welcome welcome;
        welcome.server = hello.server;
        return send(welcome);
    }
    if (applying_ || greeting_)
        return;  // it is said again
    end_session();
    greeting_ = true;
    auto welcome = std::make_shared<Welcome>();
    auto sent_before = std::make_shared<std::vector<Command>>();
    transact(
        [this, hello, welcome, sent_before](Tables& tables) {
            if (hello.bridge_epoch > tables.lease.bridge_epoch) {
                world_.saw("bridge epoch raised above a restored database");
                tables.lease.bridge_epoch = hello.bridge_epoch + 1;
            }
            if (tables.new_era_wanted || hello.policy_era > tables.policy_era) {
                world_.saw("new era of policies");
                tables.begin_era(std::max(tables.policy_era, hello.policy_era) + 1);
            }
            MirrorReceiver cursor;
            cursor.resume(tables.epoch, tables.seq);
            if (cursor.begins_new_epoch(hello)) {
                tables.epoch = hello.epoch;
                tables.seq = 0;
                tables.resync_open = true;
                tables.window.clear();
            }
            *welcome = {hello.server,         true, tables.lease.bridge_epoch, tables.epoch,
                        tables.seq,           64,   tables.policy_era,         tables.low_water(),
                        tables.deals_since(), {}};
            for (const auto& [id, row] : tables.commands) {
                if (row.state == CommandState::sent)
                    sent_before->push_back(row.command);
            }
        },
        [this, welcome, sent_before] {
            greeting_ = false;
            crash_point("crash: after the cursor moved, before the Welcome");
            session_ = true;
            bridge_epoch_ = welcome->bridge_epoch;
            applied_through_ = welcome->cursor_seq;
            era_ = welcome->policy_era;
            mirror_.resume(welcome->cursor_epoch, welcome->cursor_seq);
            policies_.begin_session(era_, bridge_epoch_);
            commands_.begin_session(bridge_epoch_);
            for (const Command& command : *sent_before)
                commands_.offer_sent_before(command);
            world_.saw("session begun");
            policies_compared_ = false;
            next_welcome_ = world_.now() + seconds(1);
            welcome_ = *welcome;
            send(welcome_);
        },
        [this] { greeting_ = false; });
}

void BridgeEnd::on_batch(const EventBatch& batch) {
    if (!session_)
        return send(FrameRefused{FrameError::not_expected, {}});
    const auto verdict = mirror_.on_batch(batch);
    world_.trace(name(), ": events ", batch.first_seq, ", expected ", mirror_.expected(),
                 ", cursor ", mirror_.cursor(), ", verdict ", verdict.index());
    if (const auto* apply = std::get_if<MirrorReceiver::Apply>(&verdict)) {
        if (apply->skip > 0)
            world_.saw("batch partly known");
        waiting_.push_back({batch, *apply});
        apply_next();
    } else if (const auto* gap = std::get_if<MirrorReceiver::Gap>(&verdict)) {
        world_.saw("gap asked for");
        send(EventsMissing{bridge_epoch_, mirror_.epoch(), gap->from_seq});
    } else if (std::holds_alternative<MirrorReceiver::Duplicate>(verdict)) {
        world_.saw("batch known already");
        acknowledge();
    }
}

void BridgeEnd::apply_next() {
    if (applying_ || waiting_.empty())
        return;
    applying_ = true;
    const auto next = std::make_shared<Waiting>(std::move(waiting_.front()));
    waiting_.pop_front();
    auto cursor_moved = std::make_shared<bool>(false);
    transact(
        [this, next, cursor_moved, epoch = mirror_.epoch(), before = applied_through_](Tables& t) {
            if (t.epoch != epoch || t.seq != before)
                return;
            *cursor_moved = true;
            std::uint64_t seq = next->apply.first_seq;
            for (std::size_t at = next->apply.skip; at < next->batch.events.size(); ++at, ++seq) {
                const Event& event = next->batch.events[at];
                oracle_.applied(epoch, seq, event.hash, t.seq);
                t.apply(event, oracle_);
                t.seq = seq;
            }
        },
        [this, next, cursor_moved] {
            applying_ = false;
            if (!*cursor_moved)
                return step_down();
            crash_point("crash: after the commit, before the acknowledgement");
            if (!session_)
                return;
            applied_through_ = next->apply.last_seq;
            mirror_.committed(applied_through_);
            acknowledge();
            apply_next();
        },
        [this] {
            applying_ = false;
            world_.saw("apply in doubt: session ended");
            end_session();
        });
}

void BridgeEnd::acknowledge() {
    const Tables& tables = database_.tables();
    if (tables.epoch == mirror_.epoch())
        oracle_.acknowledged(mirror_.cursor(), tables.seq);
    send(EventsAcknowledged{bridge_epoch_, mirror_.epoch(), mirror_.cursor(),
                            static_cast<std::uint32_t>(world_.random.between(0, 96))});
}

}  // namespace cambist::simulation
