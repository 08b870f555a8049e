#include "plugin/mirror/pump.hpp"

#include <algorithm>
#include <cstring>

#include "plugin/mirror/adapter.hpp"

namespace cambist::plugin {

namespace {

constexpr std::size_t events_a_lane = 256;
constexpr std::size_t objections_a_round = 1024;
/// A host may keep each of these waiting for its locks; meanwhile the lanes fill.
constexpr std::size_t rereads_a_round = 256;
constexpr std::int64_t window_ns = 1'000'000'000;
constexpr std::int64_t calm_ns = 1'000'000'000;
constexpr std::int64_t account_digest_ns = 10 * window_ns;

/// The payload of an event when it is there whole; the host may know a longer record.
template <class Record>
bool read_payload(const ctsp_event& event, const std::byte* payload, Record& record) {
    if (event.size < sizeof event + sizeof record)
        return false;
    std::memcpy(&record, payload, sizeof record);
    return true;
}

}  // namespace

Pump::Pump(const ctsp_host_api& host, Lanes& lanes, Gate& gate, EventWriter& writer,
           std::uint64_t boot)
    : host_(host), lanes_(lanes), gate_(gate), writer_(writer), refusals_(boot) {}

void Pump::epoch_began(ResyncCause cause) {
    cause_ = cause;
    snapshot_.abandon();
    snapshot_wanted_ = true;
    lost_ = false;
    ++resyncs_;
}

void Pump::start_snapshot(Instant deals_since) {
    snapshot_wanted_ = false;
    snapshot_.begin(host_, cause_, deals_since, writer_);
}

bool Pump::round(std::int64_t now_ns) {
    const std::size_t taken = lanes_.take(events_a_lane, [&](const std::byte* bytes) {
        ctsp_event event;
        std::memcpy(&event, bytes, sizeof event);
        on_event(event, bytes + sizeof event);
    });
    events_taken_ += taken;
    const std::size_t objected =
        gate_.objections().take(objections_a_round, [&](const std::byte* bytes) {
            Objection objection;
            std::memcpy(&objection, bytes, sizeof objection);
            refusals_.add(objection, writer_);
        });
    reread_users(rereads_a_round);
    reread_groups_and_symbols();
    refusals_.write_due(now_ns, writer_);
    tell_mode(now_ns);
    bool busy = taken + objected + to_reread_.size() > 0;
    // Half the journal stays free for what happens meanwhile.
    if (snapshot_.running() && !writer_.broken() && writer_.has_room())
        busy |= snapshot_.step(writer_);
    close_digests(now_ns);
    writer_.flush();

    const std::uint64_t dropped = lanes_.dropped();
    if (dropped != dropped_seen_) {
        writer_.write(NoticeRecord{NoticeKind::lane_overrun,
                                   static_cast<std::int64_t>(dropped - dropped_seen_), Login{},
                                   Instant{now_ns}});
        writer_.flush();
        dropped_seen_ = dropped;
        if (!lost_)
            first_drop_ns_ = now_ns;
        calm_ns_ = std::min(now_ns + calm_ns, first_drop_ns_ + 10 * calm_ns);
        lost_ = true;
        lost_cause_ = ResyncCause::overrun;
    }
    if (writer_.broken()) {
        lost_ = true;
        lost_cause_ = ResyncCause::overrun;
    }
    return busy;
}

void Pump::finish(std::int64_t now_ns) {
    round(now_ns);
    reread_users(to_reread_.size());
    refusals_.write_all(writer_);
    writer_.close_deal_window();
    writer_.flush();
}

void Pump::tell_mode(std::int64_t now_ns) {
    const bool enforcing = gate_.enforcing();
    if (enforcing == enforcing_)
        return;
    enforcing_ = enforcing;
    writer_.write(NoticeRecord{NoticeKind::mode_changed, enforcing, Login{}, Instant{now_ns}});
}

void Pump::Taken::add(std::uint16_t type) {
    const std::size_t kind = type < CTSP_EV_GROUP_ADD      ? 0
                             : type < CTSP_EV_DEAL_ADD     ? 1
                             : type < CTSP_EV_BALANCE_FIX  ? 2
                             : type == CTSP_EV_BALANCE_FIX ? 0
                             : type == CTSP_EV_POSITION    ? 3
                             : type == CTSP_EV_MARGIN      ? 4
                             : type == CTSP_EV_EOD         ? 5
                                                           : 6;
    counts_[kind].fetch_add(1, std::memory_order_relaxed);
}

void Pump::on_event(const ctsp_event& event, const std::byte* payload) {
    taken_.add(event.type);
    switch (event.type) {
        case CTSP_EV_USER_ADD:
        case CTSP_EV_USER_UPDATE:
        case CTSP_EV_USER_DELETE:
        case CTSP_EV_USER_ARCHIVE:
        case CTSP_EV_USER_RESTORE:
        case CTSP_EV_BALANCE_FIX:
            return touch(event);
        case CTSP_EV_GROUP_ADD:
        case CTSP_EV_GROUP_UPDATE:
        case CTSP_EV_GROUP_DELETE:
            dirty_groups_.insert(static_cast<std::uint32_t>(event.login));
            return;
        case CTSP_EV_SYMBOL_UPDATE:
            dirty_symbols_.insert(static_cast<std::uint32_t>(event.login));
            return;
        case CTSP_EV_DEAL_ADD:
        case CTSP_EV_DEAL_UPDATE:
        case CTSP_EV_DEAL_DELETE:
        case CTSP_EV_DEAL_DIRECT:
            return on_deal(event, payload);
        case CTSP_EV_POSITION:
            if (ctsp_position position; read_payload(event, payload, position))
                writer_.write(position_record(position), {event.cause_hi, event.cause_lo},
                              event.actor);
            return;
        case CTSP_EV_MARGIN:
            if (ctsp_account account; read_payload(event, payload, account))
                writer_.write(margin_record(account));
            return;
        case CTSP_EV_EOD:
            if (ctsp_eod day; read_payload(event, payload, day))
                writer_.write(end_of_day_record(day));
            return;
        case CTSP_EV_PASSWORD:
            writer_.write(NoticeRecord{NoticeKind::password_changed, 0, Login{event.login},
                                       Instant{event.ts_ns}},
                          {event.cause_hi, event.cause_lo}, event.actor);
            return;
        case CTSP_EV_CLOCK:
            writer_.write(NoticeRecord{NoticeKind::clock_offset,
                                       static_cast<std::int64_t>(event.version) - (1ll << 32),
                                       Login{}, Instant{event.ts_ns}});
            return;
        case CTSP_EV_RESYNC:
            lost_ = true;
            lost_cause_ = ResyncCause::host_said_so;
            return;
        default:
            return;  // a kind that this version does not know
    }
}

void Pump::on_deal(const ctsp_event& event, const std::byte* payload) {
    ctsp_deal deal;
    if (!read_payload(event, payload, deal))
        return;
    DealRecord record = deal_record(deal, event.type == CTSP_EV_DEAL_DIRECT);
    record.deleted |= event.type == CTSP_EV_DEAL_DELETE;
    writer_.write_deal(record, {event.cause_hi, event.cause_lo}, event.actor);
}

void Pump::touch(const ctsp_event& event) {
    const auto [place, first] = touched_.try_emplace(event.login);
    if (first)
        to_reread_.push_back(event.login);
    Touch& touch = place->second;
    if (event.cause_hi | event.cause_lo)
        touch.cause = OperationId{event.cause_hi, event.cause_lo};
    if (event.actor)
        touch.actor = event.actor;
    touch.version = std::max(touch.version, event.version);
}

void Pump::reread_users(std::size_t most) {
    for (most = std::min(most, to_reread_.size()); most > 0; --most) {
        const std::uint64_t login = to_reread_.front();
        const Touch touch = touched_.at(login);
        touched_.erase(login);
        to_reread_.pop_front();
        ctsp_user user{};
        user.size = sizeof user;
        const ctsp_status status = host_.user_get(host_.host, login, &user);
        if (status == CTSP_OK)
            writer_.write_user(user_record(user), touch.cause, touch.actor);
        else if (status == CTSP_E_NOTFOUND)
            writer_.write_user(gone_user(Login{login}, touch.version), touch.cause, touch.actor);
        else if (touched_.emplace(login, touch).second)
            to_reread_.push_back(login);  // the host cannot say now
    }
}

void Pump::reread_groups_and_symbols() {
    if (!dirty_groups_.empty())
        gate_.scope().forget_cached();
    // What the host cannot say now stays dirty.
    std::erase_if(dirty_groups_, [&](std::uint32_t id) {
        ctsp_group group{};
        group.size = sizeof group;
        const ctsp_status status = host_.group_get(host_.host, id, &group);
        if (status == CTSP_OK)
            writer_.write(group_record(group));
        else if (status == CTSP_E_NOTFOUND)
            writer_.write(gone_group(GroupId{id}));
        return status == CTSP_OK || status == CTSP_E_NOTFOUND;
    });
    std::erase_if(dirty_symbols_, [&](std::uint32_t id) {
        ctsp_symbol symbol{};
        symbol.size = sizeof symbol;
        const ctsp_status status = host_.symbol_get(host_.host, id, &symbol);
        if (status == CTSP_OK)
            writer_.write(symbol_record(symbol));
        return status == CTSP_OK || status == CTSP_E_NOTFOUND;
    });
}

void Pump::close_digests(std::int64_t now_ns) {
    if (now_ns - window_closed_ns_ >= window_ns) {
        writer_.close_deal_window();
        window_closed_ns_ = now_ns;
    }
    const bool due = now_ns - digest_ns_ >= account_digest_ns && !snapshot_.running() &&
                     !snapshot_wanted_ && writer_.accounts() > 0;
    if (due || digest_wanted_) {
        writer_.write_account_digest();
        digest_ns_ = now_ns;
        digest_wanted_ = false;
    }
}

}  // namespace cambist::plugin
