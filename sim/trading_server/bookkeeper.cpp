#include "sim/trading_server/bookkeeper.hpp"

#include "sim/trading_server/crash_point.hpp"

namespace cambist::sim {

namespace {

uint16_t event_of(const Deal& deal) {
    if (deal.record.deleted)
        return CTSP_EV_DEAL_DELETE;
    if (deal.record.version > 1)
        return CTSP_EV_DEAL_UPDATE;
    return deal.path == Path::direct ? CTSP_EV_DEAL_DIRECT : CTSP_EV_DEAL_ADD;
}

EventHead head_of(uint16_t type, uint64_t login, uint64_t version, const Cause& cause) {
    return {.type = type,
            .login = login,
            .version = version,
            .cause_hi = cause.op_hi,
            .cause_lo = cause.op_lo,
            .actor = cause.actor,
            .request = cause.request};
}

}  // namespace

void Bookkeeper::commit(Batch& batch, const Cause& cause) {
    for (Deal& deal : batch.deals) {
        if (deal.record.deal == 0) {
            deal.record.deal = store_.next_deal();
            deal.record.op_hi = cause.op_hi;
            deal.record.op_lo = cause.op_lo;
            deal.hook = cause.hook;
            deal.path = cause.path;
            counters_.add(Count::deals);
        }
    }
    crash_point("before_store_write");
    store_.write(batch);
    crash_point("after_store_write");
}

void Bookkeeper::raise(const Batch& batch, const Cause& cause) {
    for (const Deal& deal : batch.deals) {
        crash_point("before_deal_event");
        plugin_.tell(head_of(event_of(deal), deal.record.login, deal.record.version, cause),
                     deal.record);
        crash_point("after_deal_event");
    }
    for (const ctsp_position& position : batch.positions)
        plugin_.tell(head_of(CTSP_EV_POSITION, position.login, position.version, cause), position);
    for (const PendingOrder& order : batch.orders)
        plugin_.tell(head_of(CTSP_EV_ORDER, order.login, order.ticket, cause));
}

void Bookkeeper::tell_users(const Batch& batch, const Cause& cause) {
    for (const ctsp_user& user : batch.users)
        plugin_.tell(head_of(CTSP_EV_USER_UPDATE, user.login, user.version, cause));
}

void Bookkeeper::refused(const ctsp_request& request, const Refused& refused, uint32_t stage) {
    counters_.refused(refused);
    Batch batch;
    const bool funds = request.action == CTSP_ACT_BALANCE || request.action == CTSP_ACT_TRANSFER;
    batch.refused.push_back({request, refused, stage, funds ? "funds" : "trade"});
    store_.write(batch);
    if (stage == 0)
        return;
    const EventHead head{.type = CTSP_EV_REQ_REFUSED,
                         .login = request.login,
                         .version = 0,
                         .cause_hi = request.op_hi,
                         .cause_lo = request.op_lo,
                         .actor = request.actor,
                         .request = request.id};
    plugin_.tell(head, request);
}

void Bookkeeper::refused(uint64_t login, uint64_t actor, const Refused& refused, const char* kind) {
    counters_.refused(refused);
    ctsp_request request{};
    request.login = login;
    request.actor = actor;
    Batch batch;
    batch.refused.push_back({request, refused, 1, kind});
    store_.write(batch);
}

}  // namespace cambist::sim
