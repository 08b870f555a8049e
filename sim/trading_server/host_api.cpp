#include "sim/trading_server/host_api.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "sim/trading_server/host_calls.hpp"
#include "sim/trading_server/thread_place.hpp"

namespace cambist::sim {

ctsp_status may_call(ctsp_host* host, const char* function, uint64_t login_in_hooks) {
    const Place& place = here();
    const bool inside = place.kind == CTSP_THREAD_HOOK || place.kind == CTSP_THREAD_EVENT;
    const bool allowed = place.kind == CTSP_THREAD_WORKER ||
                         (inside && login_in_hooks != 0 && login_in_hooks == place.login);
    if (allowed)
        return host->closed ? CTSP_E_SHUTDOWN : CTSP_OK;
    if (!host->parts.strict)
        return CTSP_E_DEADLOCK;
    std::fprintf(stderr,
                 "the plugin broke a rule of threads: %s called from %s (thread kind %u, login "
                 "%llu)\n",
                 function, place.calling, place.kind, static_cast<unsigned long long>(place.login));
    std::abort();
}

ctsp_status status_of(const Refused& refused) {
    switch (refused.code) {
        case Refusal::account_unknown:
        case Refusal::group_unknown:
        case Refusal::symbol_unknown:
        case Refusal::order_gone:
        case Refusal::position_gone:
            return CTSP_E_NOTFOUND;
        case Refusal::duplicate:
            return CTSP_E_DUPLICATE;
        case Refusal::no_money:
            return CTSP_E_NOMONEY;
        case Refusal::stale_version:
            return CTSP_E_STALE;
        case Refusal::limit:
        case Refusal::queue_full:
            return CTSP_E_LIMIT;
        case Refusal::volume:
        case Refusal::price:
        case Refusal::leverage:
        case Refusal::currency:
            return CTSP_E_PARAM;
        case Refusal::unsupported:
            return CTSP_E_UNSUPPORTED;
        case Refusal::plugin:
        case Refusal::plugin_failed:
            return CTSP_E_REFUSED;
        default:
            return CTSP_E_GENERIC;
    }
}

HostApi::HostApi(HostParts parts) : host_(new ctsp_host(parts)) {
    table_.size = sizeof table_;
    table_.minor = CTSP_ABI_MINOR;
    table_.host = host_;
    offer_reads(table_);
    offer_walks(table_);
    offer_operations(table_);
}

HostApi::~HostApi() {
    delete host_;
}

void HostApi::close() {
    host_->closed = true;
}

}  // namespace cambist::sim
