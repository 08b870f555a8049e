#include "sim/trading_server/margin_watch.hpp"

#include <optional>

#include "sim/trading_server/host_clock.hpp"
#include "sim/trading_server/margin.hpp"
#include "sim/trading_server/text_field.hpp"
#include "sim/trading_server/trade_rules.hpp"

namespace cambist::sim {

namespace {

ctsp_request by_server(uint32_t action, uint32_t native, uint64_t login) {
    ctsp_request request{};
    request.action = action;
    request.native_action = native;
    request.login = login;
    request.origin = CTSP_ORIGIN_SERVER;
    request.ts_ns = host_now_ns();
    return request;
}

ctsp_request exit_of(const ctsp_position& position, uint32_t native) {
    ctsp_request request = by_server(CTSP_ACT_PROTECTIVE_EXIT, native, position.login);
    request.position = position.ticket;
    request.volume = position.volume;
    request.side = position.side == CTSP_SIDE_BUY ? CTSP_SIDE_SELL : CTSP_SIDE_BUY;
    request.price_digits = position.price_digits;
    set_text(request.symbol, text_in(position.symbol));
    return request;
}

ctsp_request request_for(const PendingOrder& order, uint32_t action) {
    ctsp_request request = by_server(action, 100, order.login);
    request.order = order.ticket;
    request.volume = order.volume;
    request.price = order.price;
    request.sl = order.sl;
    request.tp = order.tp;
    request.side = order.side;
    set_text(request.symbol, text_in(order.symbol));
    return request;
}

/// What a stop-out does next: one pending order goes, or the position that loses most.
std::optional<ctsp_request> stop_out_step(const Account& account, Market& market) {
    if (!account.orders.empty())
        return request_for(account.orders.front(), CTSP_ACT_STOPOUT_CANCEL);
    const ctsp_position* worst = nullptr;
    int64_t worst_result = 0;
    for (const ctsp_position& position : account.positions) {
        const int64_t result = floating_of(position, account.user, market).value_or(0);
        if (!worst || result < worst_result) {
            worst = &position;
            worst_result = result;
        }
    }
    return worst ? std::optional(exit_of(*worst, kNativeStopOut)) : std::nullopt;
}

}  // namespace

void MarginWatch::look() {
    for (Account* account : book_.all())
        look_at(*account);
}

void MarginWatch::look_at(Account& account) {
    std::optional<ctsp_request> step;
    std::optional<ctsp_account> changed;
    {
        const AccountLock lock(account);
        if (account.positions.empty() && account.so_state == 0)
            return;
        const auto group = book_.group(account.user.group_id);
        ctsp_account figures = figures_of(account, market_);
        const uint32_t state = margin_state(figures, group->record);
        if (state == 2)
            step = stop_out_step(account, market_);
        if (state != account.so_state) {
            if (state > account.so_state)
                counters_.add(state == 2 ? Count::stop_outs : Count::margin_calls);
            account.so_state = state;
            figures.so_state = state;
            changed = figures;
        }
    }
    if (changed)
        plugin_.tell({.type = CTSP_EV_MARGIN, .login = changed->login, .version = changed->version},
                     *changed);
    if (step)
        pipeline_.submit(*step);
}

namespace {

std::optional<ctsp_request> request_of(const Trigger& trigger, Account& account) {
    const AccountLock lock(account);
    if (trigger.kind == Trigger::Kind::pending) {
        const PendingOrder* order = account.order(trigger.ticket);
        return order ? std::optional(request_for(*order, CTSP_ACT_PENDING_ACTIVATE)) : std::nullopt;
    }
    const ctsp_position* position = account.position(trigger.ticket);
    if (!position)
        return std::nullopt;
    return exit_of(*position,
                   trigger.kind == Trigger::Kind::stop_loss ? kNativeStopLoss : kNativeTakeProfit);
}

/// After an exit or activation was not executed.
void try_again(const Refused& refused, const Trigger& trigger, Account& account, Pipeline& pipeline,
               Triggers& triggers) {
    std::optional<ctsp_request> expiry;
    {
        const AccountLock lock(account);
        const PendingOrder* order = account.order(trigger.ticket);
        const ctsp_position* position = account.position(trigger.ticket);
        const bool waits = refused.code == Refusal::not_triggered;
        if (trigger.kind == Trigger::Kind::pending && order && !waits)
            expiry = request_for(*order, CTSP_ACT_EXPIRE);
        else if (trigger.kind == Trigger::Kind::pending && order)
            triggers.watch(*order);
        else if (trigger.kind != Trigger::Kind::pending && position && waits)
            triggers.watch(*position);
    }
    if (expiry)
        pipeline.submit(*expiry);
}

}  // namespace

void submit_reached(const std::vector<Trigger>& reached, AccountBook& book, Pipeline& pipeline,
                    Triggers& triggers) {
    for (const Trigger& trigger : reached) {
        Account* account = book.find(trigger.login);
        const auto request = account ? request_of(trigger, *account) : std::nullopt;
        if (!request)
            continue;
        pipeline.submit(*request, [=, &pipeline, &triggers](const Outcome<Executed>& outcome) {
            if (!outcome)
                try_again(outcome.error(), trigger, *account, pipeline, triggers);
        });
    }
}

}  // namespace cambist::sim
