#include "bridge/trading/mirror_flow.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "office/pg/error.hpp"
#include "office/trading/command_store.hpp"
#include "office/trading/server_service.hpp"
#include "office/trading/server_store.hpp"
#include "sync/messages/codec.hpp"

namespace cambist::bridge {

namespace {

using boost::asio::awaitable;
using office::pg::DatabaseError;
namespace mirror = office::mirror;

/// In one transaction: what waits is applied together, and an account that was told twice is
/// written once.
constexpr std::size_t most_events = 2 * max_events_a_batch;
constexpr int batches_until_trusted = 3;
constexpr auto retry_pause = std::chrono::milliseconds(200);
constexpr auto resync_interval = std::chrono::seconds(60);
constexpr auto most_lag = std::chrono::seconds(5);

/// The rows themselves are at fault, not the database: trying again cannot help.
bool is_bad_row(const DatabaseError& error) {
    return error.fault() == office::pg::Fault::refused_by_server &&
           (error.sqlstate().starts_with("22") || error.sqlstate().starts_with("23"));
}

bool looks_new(const office::Told<DealRecord>& told) {
    return !told.record->deleted &&
           (told.record->version <= 1 || told.record->modified == told.record->done);
}

}  // namespace

MirrorFlow::MirrorFlow(boost::asio::any_io_executor executor, ServerContext& context, Calls calls)
    : context_(context), calls_(std::move(calls)), bell_(std::move(executor)) {}

// ---- what arrives ----

void MirrorFlow::on_hello(const Hello& hello) {
    const bool repeated = hello.epoch == hello_.epoch && context_.session == greeted_session_;
    hello_ = hello;
    greeted_session_ = context_.session;
    if (repeated && (begin_due_ || beginning_))
        return;
    if (repeated && context_.open) {
        // Said before our Welcome came; its answer may be lost.
        welcome_.cursor_seq = receiver_.cursor();
        welcome_.policy_era = context_.office.policy_era;
        welcome_.settings = settings_of(context_.office);
        context_.send(welcome_);
        return;
    }
    context_.open = context_.mirror_fresh = false;
    begin_due_ = true;
    bell_.ring();
}

void MirrorFlow::greet_again() {
    // What arrives before the Welcome belongs to no session: it would be taken twice.
    context_.open = context_.mirror_fresh = false;
    begin_due_ = context_.session != 0;
    bell_.ring();
}

void MirrorFlow::on_batch(EventBatch batch) {
    const std::size_t events = batch.events.size();
    if (!context_.open) {
        context_.port.taken(context_.server, events);
        return;
    }
    const auto verdict = receiver_.on_batch(batch);
    if (const auto* apply = std::get_if<MirrorReceiver::Apply>(&verdict)) {
        waiting_events_ += events;
        queue_.push_back({std::move(batch), apply->skip});
        bell_.ring();
        return;
    }
    context_.port.taken(context_.server, events);
    if (std::holds_alternative<MirrorReceiver::Duplicate>(verdict)) {
        context_.metrics.duplicates->Increment();
        acknowledge();
    } else if (const auto* gap = std::get_if<MirrorReceiver::Gap>(&verdict)) {
        context_.metrics.gaps->Increment();
        context_.send(EventsMissing{context_.bridge_epoch, receiver_.epoch(), gap->from_seq});
    }
}

void MirrorFlow::on_heartbeat(const Heartbeat& heartbeat) {
    if (!context_.open && context_.owner && !beginning_ && greeted_session_ == context_.session) {
        begin_due_ = true;  // it was silent for a while and still believes in its session
        bell_.ring();
    }
    if (heartbeat.epoch == receiver_.epoch())
        raised_ = heartbeat.last_seq;
    update_lag();
}

void MirrorFlow::update_lag() {
    const std::uint64_t behind = raised_ > receiver_.cursor() ? raised_ - receiver_.cursor() : 0;
    const Instant now = context_.clock.now();
    if (behind == 0)
        fresh_at_ = now;
    context_.metrics.lag_events->Set(static_cast<double>(behind));
    context_.mirror_fresh = context_.open && context_.complete && now - fresh_at_ <= most_lag;
    context_.metrics.money_out_waits->Set(context_.mirror_fresh ? 0 : 1);
}

void MirrorFlow::ask_resync(std::string_view why) {
    const Instant now = context_.clock.now();
    if (!context_.open || poisoned_ || now - resync_asked_ < resync_interval)
        return;
    resync_asked_ = now;
    spdlog::warn("server {}: resync asked: {}", context_.server.value, why);
    context_.send(ResyncAsked{context_.bridge_epoch, Instant{}});
}

// ---- sessions ----

awaitable<void> MirrorFlow::begin_session() {
    begin_due_ = false;
    context_.open = context_.mirror_fresh = false;
    drop_queue();
    if (context_.session == 0)
        co_return;
    if (!context_.owner) {
        Welcome not_owner;
        not_owner.server = context_.server;
        context_.send(not_owner);
        co_return;
    }
    if (hello_.bridge_epoch > context_.bridge_epoch) {
        co_await overtaken(hello_.bridge_epoch);
        co_return;
    }
    const std::uint64_t session = context_.session;
    beginning_ = true;
    const auto welcome = co_await prepare_welcome(hello_);
    if (!welcome)
        co_return calls_.step_down("the cursor belongs to another lease");
    if (session != context_.session || !context_.owner) {
        begin_due_ = true;
        co_return;
    }
    receiver_.resume(welcome->cursor_epoch, welcome->cursor_seq);
    window_.begin(welcome->cursor_seq == 0);
    all_new_ = false;
    poisoned_ = poisoned_ && began_session_ != 0 && welcome->cursor_seq != 0;
    raised_ = hello_.last_seq;
    fresh_at_ = context_.clock.now();
    began_session_ = session;
    welcome_ = *welcome;
    context_.send(welcome_);
    context_.open = true;
    update_lag();
    spdlog::info("server {}: session {} open, epoch {} from {}", context_.server.value, session,
                 welcome->cursor_epoch, welcome->cursor_seq);
    calls_.session_began();
}

awaitable<void> MirrorFlow::overtaken(std::uint64_t obeyed) {
    auto tx = co_await context_.pool.begin();
    mirror::raise_fence(tx, context_.server, obeyed);
    co_await restored(tx, "the plugin has obeyed a later lease");
    co_await tx.commit();
    calls_.step_down("the plugin has obeyed a later lease than the database knows");
}

awaitable<void> MirrorFlow::restored(office::pg::Transaction& tx, std::string how_seen) {
    spdlog::critical("server {}: {}: was the database restored?", context_.server.value, how_seen);
    co_await office::distrust_restored(tx, context_.server, std::move(how_seen), context_.actor());
}

awaitable<std::optional<Welcome>> MirrorFlow::prepare_welcome(Hello hello) {
    auto tx = co_await context_.pool.begin();
    auto cursor = co_await mirror::cursor(tx, context_.server);
    if (!cursor || cursor->bridge_epoch != context_.bridge_epoch)
        co_return std::nullopt;
    auto server = co_await office::servers::find(tx, context_.server);
    Welcome welcome;
    welcome.server = context_.server;
    welcome.owner = true;
    welcome.low_water = co_await office::commands::low_water(tx, context_.server);
    if (hello.epoch == cursor->epoch && hello.first_seq > cursor->seq + 1) {
        co_await restored(tx, "the plugin has forgotten events as stored that are not");
        server->asks_first = true;
    }
    if (hello.epoch > cursor->epoch) {
        if (!co_await mirror::begin_epoch(tx, context_.server, *cursor, hello.epoch))
            co_return std::nullopt;
        cursor->epoch = hello.epoch;
        cursor->seq = 0;
    }
    welcome.deals_since = co_await mirror::deals_since(tx, context_.server, cursor->epoch);
    if (hello.policy_era > server->policy_era) {
        office::servers::raise_policy_era(tx, context_.server, hello.policy_era);
        server->policy_era = hello.policy_era;
        co_await restored(tx, "the plugin's policy era is ahead");
        server->asks_first = true;
    }
    context_.complete = co_await mirror::snapshot_ended(tx, context_.server, cursor->epoch);
    co_await mirror::rescope(tx, context_.server, server->scope);
    co_await tx.commit();
    context_.office = std::move(*server);
    welcome.bridge_epoch = context_.bridge_epoch;
    welcome.cursor_epoch = cursor->epoch;
    welcome.cursor_seq = cursor->seq;
    welcome.credit_events = static_cast<std::uint32_t>(context_.settings.credit_events);
    welcome.policy_era = context_.office.policy_era;
    welcome.settings = settings_of(context_.office);
    co_return welcome;
}

// ---- applying ----

awaitable<void> MirrorFlow::run() {
    while (!context_.stopping) {
        if (!begin_due_ && queue_.empty())
            co_await bell_.wait(std::chrono::seconds(1));
        if (context_.stopping)
            break;
        bool failed = false;
        try {
            if (begin_due_)
                co_await begin_session();
            else if (!queue_.empty())
                co_await apply_waiting();
        } catch (const DatabaseError& error) {
            context_.metrics.database_errors->Increment();
            spdlog::warn("server {}: session: {}", context_.server.value, error.what());
            begin_due_ = failed = true;
        }
        beginning_ = false;
        if (failed)
            co_await pause();
    }
}

awaitable<void> MirrorFlow::pause() {
    Bell timer(co_await boost::asio::this_coro::executor);
    co_await timer.wait(retry_pause);
}

MirrorFlow::Events MirrorFlow::next_events() const {
    Events events;
    for (const Waiting& waiting : queue_) {
        for (std::size_t at = waiting.next; at < waiting.batch.events.size(); ++at) {
            const Event& event = waiting.batch.events[at];
            events.push_back({waiting.batch.first_seq + at, &event});
            if (office::ends_batch(event) || events.size() == most_events)
                return events;
        }
    }
    return events;
}

awaitable<void> MirrorFlow::apply_waiting() {
    Events events = next_events();
    const std::size_t count = events.size();
    const Fate fate = co_await apply_range(std::move(events));
    if (fate == Fate::over)
        drop_queue();
    else
        release(count);
    if (fate == Fate::over && lost_)
        calls_.step_down("the cursor was moved under another lease");
    lost_ = false;
}

awaitable<MirrorFlow::Fate> MirrorFlow::apply_range(Events events) {
    for (;;) {
        if (!context_.owner || !context_.open || begin_due_)
            co_return Fate::over;
        std::optional<DatabaseError> failure;
        try {
            co_await apply_once(events);
        } catch (const DatabaseError& error) {
            failure = error;
        }
        if (lost_)
            co_return Fate::over;
        if (!failure)
            co_return Fate::committed;
        context_.metrics.database_errors->Increment();
        if (failure->in_doubt()) {
            if (const auto fate = co_await look_for(events.back().seq))
                co_return *fate;
        } else if (all_new_ && mirror::is_known_deal(*failure)) {
            all_new_ = false;
            unknown_batches_ = 0;
        } else if (is_bad_row(*failure)) {
            if (events.size() == 1)
                co_return co_await quarantine(events.front(), failure->what());
            co_return co_await apply_halves(std::move(events));
        } else {
            spdlog::warn("server {}: apply: {}", context_.server.value, failure->what());
            if (context_.stopping)
                co_return Fate::over;
            co_await pause();
        }
    }
}

awaitable<MirrorFlow::Fate> MirrorFlow::apply_halves(Events events) {
    const auto middle = events.begin() + static_cast<std::ptrdiff_t>(events.size() / 2);
    Events first(events.begin(), middle), second(middle, events.end());
    if (co_await apply_range(std::move(first)) == Fate::over)
        co_return Fate::over;
    co_return co_await apply_range(std::move(second));
}

mirror::Stream MirrorFlow::stream() const {
    return {context_.server,
            {context_.bridge_epoch, receiver_.epoch(), receiver_.cursor()},
            context_.office.scope};
}

awaitable<void> MirrorFlow::apply_once(const Events& events) {
    const auto began = std::chrono::steady_clock::now();
    const office::MirrorBatch batch = office::sorted_batch(receiver_.epoch(), events);
    const bool all_new = all_new_ && std::ranges::all_of(batch.deals, looks_new);
    const mirror::DealsTold told = window_.with(batch);
    const mirror::Stream from = stream();
    auto tx = co_await context_.pool.begin();
    const auto applied =
        co_await mirror::apply(tx, from, batch, told, all_new, context_.clock.now());
    if (!applied.owned) {
        lost_ = true;
        co_return;
    }
    co_await tx.commit();
    committed(batch, applied);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    context_.metrics.batch_seconds->Observe(took.count());
}

void MirrorFlow::committed(const office::MirrorBatch& batch, const mirror::Applied& applied) {
    receiver_.committed(batch.last_seq);
    window_.add(batch);
    acknowledge();
    for (const auto& resync : batch.resyncs) {
        context_.complete = resync.record->ended;
        if (context_.complete)
            context_.send(DigestAsked{context_.bridge_epoch});
    }
    update_lag();
    ServerMetrics& metrics = context_.metrics;
    metrics.batches->Increment();
    metrics.events_applied->Increment(static_cast<double>(batch.size()));
    metrics.batch_rows->Observe(static_cast<double>(batch.size()));
    metrics.drifts->Increment(static_cast<double>(applied.drifts));
    if (!batch.deals.empty() && !all_new_) {
        unknown_batches_ = applied.deals_known ? 0 : unknown_batches_ + 1;
        all_new_ = unknown_batches_ >= batches_until_trusted;
    }
    for (const auto& notice : batch.notices)
        if (notice.record->kind != NoticeKind::logged_in &&
            notice.record->kind != NoticeKind::logged_out)
            spdlog::warn("server {}: the plugin says: notice {} value {}", context_.server.value,
                         static_cast<int>(notice.record->kind), notice.record->value);
    switch (applied.digest) {
        case mirror::Digest::none:
            return;
        case mirror::Digest::skipped:
            return metrics.digests_skipped->Increment();
        case mirror::Digest::equal:
            metrics.digest_equal->Set(1);
            return metrics.digests_equal->Increment();
        case mirror::Digest::different:
            metrics.digest_equal->Set(0);
            metrics.digests_different->Increment();
            return ask_resync("a digest differs");
    }
}

awaitable<std::optional<MirrorFlow::Fate>> MirrorFlow::look_for(std::uint64_t last_seq) {
    for (;;) {
        try {
            auto tx = co_await context_.pool.begin();
            const auto cursor = co_await mirror::cursor(tx, context_.server);
            lost_ = !cursor || cursor->bridge_epoch != context_.bridge_epoch ||
                    cursor->epoch != receiver_.epoch();
            if (lost_)
                co_return Fate::over;
            if (cursor->seq < last_seq)
                co_return std::nullopt;  // it was not committed: once more
            receiver_.committed(last_seq);
            window_.lose();
            acknowledge();
            co_return Fate::committed;
        } catch (const DatabaseError& error) {
            spdlog::warn("server {}: looking for a commit: {}", context_.server.value,
                         error.what());
        }
        if (context_.stopping)
            co_return Fate::over;
        co_await pause();
    }
}

awaitable<MirrorFlow::Fate> MirrorFlow::quarantine(office::NumberedEvent poison,
                                                   std::string reason) {
    Bytes bytes;
    encode_event(*poison.event, bytes);
    std::optional<DatabaseError> failure;
    try {
        auto tx = co_await context_.pool.begin();
        lost_ = !co_await mirror::quarantine(
            tx, stream(), {poison.seq, office::login_of(*poison.event), reason, bytes});
        if (lost_)
            co_return Fate::over;
        co_await tx.commit();
    } catch (const DatabaseError& error) {
        failure = error;
    }
    if (failure) {
        if (failure->in_doubt())
            if (const auto fate = co_await look_for(poison.seq))
                co_return *fate;
        co_await pause();
        Events again;
        again.push_back(poison);
        co_return co_await apply_range(std::move(again));
    }
    spdlog::error("server {}: event {} is in quarantine: {}", context_.server.value, poison.seq,
                  reason);
    receiver_.committed(poison.seq);
    window_.lose();
    poisoned_ = true;
    context_.metrics.quarantined->Increment();
    acknowledge();
    co_return Fate::committed;
}

void MirrorFlow::acknowledge() {
    context_.send(EventsAcknowledged{context_.bridge_epoch, receiver_.epoch(), receiver_.cursor(),
                                     static_cast<std::uint32_t>(context_.settings.credit_events)});
}

void MirrorFlow::release(std::size_t events) {
    while (events != 0) {
        Waiting& front = queue_.front();
        const std::size_t here = std::min(events, front.batch.events.size() - front.next);
        front.next += here;
        events -= here;
        if (front.next != front.batch.events.size())
            continue;
        context_.port.taken(context_.server, front.batch.events.size());
        waiting_events_ -= front.batch.events.size();
        queue_.pop_front();
    }
}

void MirrorFlow::drop_queue() {
    if (waiting_events_ != 0)
        context_.port.taken(context_.server, waiting_events_);
    waiting_events_ = 0;
    queue_.clear();
    receiver_.rewind();
}

}  // namespace cambist::bridge
