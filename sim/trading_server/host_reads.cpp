// Single reads, the log, the clock.
#include <spdlog/spdlog.h>

#include <cstring>

#include "sim/trading_server/host_calls.hpp"
#include "sim/trading_server/host_clock.hpp"
#include "sim/trading_server/margin.hpp"
#include "sim/trading_server/text_field.hpp"
#include "sim/trading_server/thread_place.hpp"

namespace cambist::sim {

namespace {

constexpr uint32_t kMostLogBytes = 4096;

void CTSP_CALL log(ctsp_host*, int32_t level, const char* utf8, uint32_t length) {
    const int bounded = level < 0 ? 0 : level > 5 ? 5 : level;
    spdlog::log(static_cast<spdlog::level::level_enum>(bounded), "plugin: {}",
                std::string_view(utf8, std::min(length, kMostLogBytes)));
}

int64_t CTSP_CALL now_ns(ctsp_host*) {
    return host_now_ns();
}

uint32_t CTSP_CALL thread_kind(ctsp_host*) {
    return here().kind;
}

const void* CTSP_CALL extension(ctsp_host*, const char*) {
    return nullptr;
}

ctsp_status CTSP_CALL user_get(ctsp_host* host, uint64_t login, ctsp_user* io) {
    if (const auto status = may_call(host, "user_get", login); status != CTSP_OK)
        return status;
    Account* account = host->parts.book.find(login);
    if (!account)
        return CTSP_E_NOTFOUND;
    const AccountLock lock(*account);
    hand_out(account->user, io);
    return CTSP_OK;
}

ctsp_status CTSP_CALL account_get(ctsp_host* host, uint64_t login, ctsp_account* io) {
    if (const auto status = may_call(host, "account_get", login); status != CTSP_OK)
        return status;
    Account* account = host->parts.book.find(login);
    if (!account)
        return CTSP_E_NOTFOUND;
    const AccountLock lock(*account);
    hand_out(figures_of(*account, host->parts.market), io);
    return CTSP_OK;
}

/// Groups and symbols have no login: a hook may look at any.
ctsp_status CTSP_CALL group_get(ctsp_host* host, uint32_t group_id, ctsp_group* io) {
    const uint64_t login = here().login;
    const bool inside = here().kind == CTSP_THREAD_HOOK || here().kind == CTSP_THREAD_EVENT;
    if (const auto status = may_call(host, "group_get", login);
        status != CTSP_OK && !(inside && login == 0))
        return status;
    const auto group = host->parts.book.group(group_id);
    if (!group)
        return CTSP_E_NOTFOUND;
    hand_out(group->record, io);
    return CTSP_OK;
}

ctsp_status CTSP_CALL symbol_get(ctsp_host* host, uint32_t symbol_id, ctsp_symbol* io) {
    if (const auto status = may_call(host, "symbol_get", here().login); status != CTSP_OK)
        return status;
    const auto symbol = host->parts.market.by_id(symbol_id);
    if (!symbol)
        return CTSP_E_NOTFOUND;
    hand_out(*symbol, io);
    return CTSP_OK;
}

ctsp_status CTSP_CALL position_get(ctsp_host* host, uint64_t login, uint64_t ticket,
                                   const char* symbol, ctsp_position* io) {
    if (const auto status = may_call(host, "position_get", login); status != CTSP_OK)
        return status;
    Account* account = host->parts.book.find(login);
    if (!account)
        return CTSP_E_NOTFOUND;
    const AccountLock lock(*account);
    const ctsp_position* position = ticket != 0 ? account->position(ticket)
                                    : symbol    ? account->position_of(symbol)
                                                : nullptr;
    if (!position)
        return CTSP_E_NOTFOUND;
    hand_out(*position, io);
    return CTSP_OK;
}

ctsp_status CTSP_CALL user_by_operation(ctsp_host* host, uint64_t op_hi, uint64_t op_lo,
                                        ctsp_user* io) {
    if (const auto status = may_call(host, "user_by_operation"); status != CTSP_OK)
        return status;
    const auto login = host->parts.book.login_of_operation(op_hi, op_lo);
    return login ? user_get(host, *login, io) : CTSP_E_NOTFOUND;
}

ctsp_status CTSP_CALL balance_check(ctsp_host* host, uint64_t login, int64_t* stored,
                                    int64_t* from_deals, int64_t* credit_stored,
                                    int64_t* credit_from_deals) {
    if (const auto status = may_call(host, "balance_check"); status != CTSP_OK)
        return status;
    Account* account = host->parts.book.find(login);
    if (!account)
        return CTSP_E_NOTFOUND;
    // Under the lock no deal of this account can come between the two readings.
    const AccountLock lock(*account);
    const DealSums sums = host->parts.store.sums_of_deals(login);
    *stored = account->user.balance;
    *from_deals = sums.balance;
    *credit_stored = account->user.credit;
    *credit_from_deals = sums.credit;
    return CTSP_OK;
}

ctsp_status CTSP_CALL param_get(ctsp_host* host, const char* name, char* buffer, uint32_t capacity,
                                uint32_t* length) {
    if (here().kind != CTSP_THREAD_CONTROL)
        if (const auto status = may_call(host, "param_get"); status != CTSP_OK)
            return status;
    const auto found = host->parts.parameters.find(name);
    if (found == host->parts.parameters.end())
        return CTSP_E_NOTFOUND;
    const std::string& value = found->second;
    if (value.size() > capacity)
        return CTSP_E_LIMIT;
    std::memcpy(buffer, value.data(), value.size());
    *length = static_cast<uint32_t>(value.size());
    return CTSP_OK;
}

}  // namespace

void offer_reads(ctsp_host_api& table) {
    table.log = log;
    table.now_ns = now_ns;
    table.thread_kind = thread_kind;
    table.extension = extension;
    table.user_get = user_get;
    table.account_get = account_get;
    table.group_get = group_get;
    table.symbol_get = symbol_get;
    table.position_get = position_get;
    table.user_by_operation = user_by_operation;
    table.balance_check = balance_check;
    table.param_get = param_get;
}

}  // namespace cambist::sim
