// What the plugin may do to accounts, from its own threads alone.
#include <algorithm>

#include "sim/trading_server/crash_point.hpp"
#include "sim/trading_server/host_calls.hpp"
#include "sim/trading_server/text_field.hpp"

namespace cambist::sim {

namespace {

ctsp_status CTSP_CALL user_add(ctsp_host* host, const ctsp_user_add* wanted, ctsp_user* created) {
    if (const auto status = may_call(host, "user_add"); status != CTSP_OK)
        return status;
    host->parts.counters.add(Count::commands);
    const auto added = host->parts.users.add({.login = wanted->login,
                                              .group = std::string(text_in(wanted->group)),
                                              .leverage_x100 = wanted->leverage_x100,
                                              .rights = wanted->rights,
                                              .client_id = wanted->client_id,
                                              .agent = wanted->agent,
                                              .op_hi = wanted->op_hi,
                                              .op_lo = wanted->op_lo,
                                              .path = Path::command});
    if (!added)
        return status_of(added.error());
    hand_out(*added, created);
    return CTSP_OK;
}

ctsp_status CTSP_CALL user_patch(ctsp_host* host, const ctsp_user_patch* wanted,
                                 uint64_t* new_version) {
    if (const auto status = may_call(host, "user_patch"); status != CTSP_OK)
        return status;
    host->parts.counters.add(Count::commands);
    UserPatch patch{.login = wanted->login,
                    .if_version = wanted->if_version,
                    .op_hi = wanted->op_hi,
                    .op_lo = wanted->op_lo,
                    .path = Path::command};
    if (wanted->mask & CTSP_PATCH_GROUP)
        patch.group = text_in(wanted->group);
    if (wanted->mask & CTSP_PATCH_LEVERAGE)
        patch.leverage_x100 = wanted->leverage_x100;
    if (wanted->mask & CTSP_PATCH_RIGHTS) {
        patch.rights_set = wanted->rights_set;
        patch.rights_clear = wanted->rights_clear;
    }
    const auto patched = host->parts.users.patch(patch);
    if (!patched)
        return status_of(patched.error());
    *new_version = patched->version;
    return CTSP_OK;
}

ctsp_status CTSP_CALL password_set(ctsp_host* host, uint64_t login, uint32_t kind, const char*,
                                   uint32_t length) {
    if (const auto status = may_call(host, "password_set"); status != CTSP_OK)
        return status;
    constexpr uint32_t most = 64;
    if (kind > 1 || length == 0 || length > most)
        return CTSP_E_PARAM;
    host->parts.counters.add(Count::commands);
    // This server keeps no passwords: its clients are made up.
    const auto changed = host->parts.users.password_changed(login);
    return changed ? CTSP_OK : status_of(changed.error());
}

ctsp_status CTSP_CALL balance(ctsp_host* host, const ctsp_balance_op* op, ctsp_balance_res* res) {
    if (const auto status = may_call(host, "balance"); status != CTSP_OK)
        return status;
    host->parts.counters.add(Count::commands);
    Account* account = host->parts.book.find(op->login);
    if (!account)
        return CTSP_E_NOTFOUND;
    {
        const AccountLock lock(*account);
        if (account->user.currency_digits != op->currency_digits)
            return CTSP_E_PARAM;
    }
    const auto booked =
        host->parts.funds.book({.login = op->login,
                                .kind = op->kind,
                                .amount = op->amount,
                                .comment = std::string(text_in(op->comment)),
                                .actor = op->on_behalf_of,
                                .op_hi = op->op_hi,
                                .op_lo = op->op_lo,
                                .path = Path::command,
                                .check_free_margin = (op->flags & CTSP_BAL_RAW) == 0});
    crash_point("after_balance_before_return");
    if (!booked)
        return status_of(booked.error());
    const ctsp_balance_res answer{sizeof answer, 0, booked->deal, booked->version, booked->balance,
                                  booked->credit};
    hand_out(answer, res);
    return CTSP_OK;
}

ctsp_status CTSP_CALL order_cancel(ctsp_host* host, uint64_t login, uint64_t order,
                                   uint64_t* request_id) {
    if (const auto status = may_call(host, "order_cancel"); status != CTSP_OK)
        return status;
    host->parts.counters.add(Count::commands);
    ctsp_request request{};
    request.action = CTSP_ACT_PENDING_CANCEL;
    request.origin = CTSP_ORIGIN_PLUGIN;
    request.login = login;
    request.order = order;
    *request_id = 0;
    const auto cancelled = host->parts.pipeline.execute(request);
    return cancelled ? CTSP_OK : status_of(cancelled.error());
}

ctsp_status CTSP_CALL disconnect(ctsp_host* host, uint64_t login, uint32_t reason) {
    if (const auto status = may_call(host, "disconnect"); status != CTSP_OK)
        return status;
    host->parts.counters.add(Count::commands);
    const auto gone = host->parts.users.logout(login, reason);
    return gone ? CTSP_OK : status_of(gone.error());
}

}  // namespace

void offer_operations(ctsp_host_api& table) {
    table.user_add = user_add;
    table.user_patch = user_patch;
    table.password_set = password_set;
    table.balance = balance;
    table.order_cancel = order_cancel;
    table.disconnect = disconnect;
}

}  // namespace cambist::sim
