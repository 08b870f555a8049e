#include "sim/trading_server/funds_desk.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "sim/trading_server/crash_point.hpp"
#include "sim/trading_server/host_clock.hpp"
#include "sim/trading_server/margin.hpp"
#include "sim/trading_server/money_math.hpp"
#include "sim/trading_server/text_field.hpp"

namespace cambist::sim {

namespace {

/// The most common platform books at most this many major units at once.
constexpr int64_t kMostMajorUnits = 1'000'000'000;
constexpr size_t kMostCommentBytes = 31;

bool moves_credit(uint32_t kind) {
    return kind == CTSP_DEAL_CREDIT || kind == CTSP_DEAL_SO_COMP_CREDIT;
}

ctsp_request request_of(const MoneyOrder& order, const Account& account, uint64_t id) {
    ctsp_request request{};
    request.size = sizeof request;
    request.action = CTSP_ACT_BALANCE;
    request.id = id;
    request.login = order.login;
    request.op_hi = order.op_hi;
    request.op_lo = order.op_lo;
    request.amount = order.amount;
    request.actor = order.actor;
    request.deal_kind = order.kind;
    request.origin = order.path == Path::command ? CTSP_ORIGIN_PLUGIN : CTSP_ORIGIN_DEALER;
    request.currency_digits = account.user.currency_digits;
    request.ts_ns = host_now_ns();
    return request;
}

Deal deal_of(const MoneyOrder& order, const Account& account) {
    Deal deal;
    ctsp_deal& record = deal.record;
    record.size = sizeof record;
    record.kind = order.kind;
    record.login = order.login;
    record.dealer = order.actor;
    record.version = 1;
    record.profit = order.amount;
    record.reason = order.actor != 0 ? 2 : 0;
    record.currency_digits = account.user.currency_digits;
    set_text(record.comment, order.comment, kMostCommentBytes);
    return deal;
}

/// What the server itself demands: a size it can book, and for debits money that is free.
Outcome<void> verify_money(const MoneyOrder& order, const Account& account, Market& market) {
    if (order.amount == 0)
        return refuse(Refusal::volume);
    const Wide most = Wide{kMostMajorUnits} * power_of_ten(account.user.currency_digits);
    if (order.amount > most || order.amount < -most)
        return refuse(Refusal::limit);
    if (order.kind == CTSP_DEAL_BUY || order.kind == CTSP_DEAL_SELL || order.kind > CTSP_DEAL_OTHER)
        return refuse(Refusal::unsupported);
    if (order.amount > 0)
        return {};
    if (moves_credit(order.kind))
        return account.user.credit + order.amount >= 0 ? Outcome<void>{}
                                                       : refuse(Refusal::no_money);
    if (!order.check_free_margin)
        return {};
    const ctsp_account figures = figures_of(account, market);
    const int64_t most_out = std::min(figures.balance, figures.margin_free - figures.credit);
    return -order.amount <= most_out ? Outcome<void>{} : refuse(Refusal::no_money);
}

}  // namespace

Outcome<HookAnswer> FundsDesk::ask(const ctsp_request& request, Account& account) {
    // Where trading is stopped for want of a plugin, money that it would judge stops too.
    if (!pipeline_.trading_allowed())
        return refuse(Refusal::trading_stopped);
    ctsp_ctx context{};
    context.size = sizeof context;
    context.stage = 1;
    const ctsp_user user = account.user;
    const auto group = book_.group(user.group_id);
    context.user = &user;
    context.group = &group->record;
    const HookAnswer answer = plugin_.ask_funds(request, context);
    if (answer.reject != CTSP_RJ_NONE)
        return refuse(Refusal::plugin, answer);
    const bool out = request.amount < 0 || request.action == CTSP_ACT_TRANSFER;
    if (answer.failed && on_error_ == OnHookError::deny_new_exposure && out)
        return refuse(Refusal::plugin_failed, answer);
    return answer;
}

Outcome<Booked> FundsDesk::book_locked(const MoneyOrder& order, Account& account, Batch& batch,
                                       Cause& cause) {
    const ctsp_request request = request_of(order, account, bookkeeper_.store().next_request());
    cause.request = request.id;
    if (order.path == Path::hooked || order.path == Path::command) {
        const auto asked = ask(request, account);
        if (!asked) {
            bookkeeper_.refused(request, asked.error(), 1);
            return std::unexpected(asked.error());
        }
        cause.hook = *asked;
    }
    if (const auto verified = verify_money(order, account, market_); !verified) {
        Refused refused = verified.error();
        refused.hook = cause.hook;
        bookkeeper_.refused(request, refused, 0);
        return std::unexpected(refused);
    }
    crash_point("before_balance");
    batch.deals.push_back(deal_of(order, account));
    book_money(account.user, batch.deals.back().record);
    batch.users.push_back(account.user);
    bookkeeper_.record(batch, cause);
    return Booked{.deal = batch.deals.back().record.deal,
                  .version = account.user.version,
                  .balance = account.user.balance,
                  .credit = account.user.credit};
}

Outcome<Booked> FundsDesk::book(const MoneyOrder& order) {
    Account* account = book_.find(order.login);
    if (!account)
        return refuse(Refusal::account_unknown);
    Batch batch;
    Cause cause{
        .path = order.path, .actor = order.actor, .op_hi = order.op_hi, .op_lo = order.op_lo};
    Outcome<Booked> booked;
    {
        const AccountLock lock(*account);
        booked = book_locked(order, *account, batch, cause);
    }
    if (booked)
        bookkeeper_.tell_users(batch, cause);
    return booked;
}

Outcome<Booked> FundsDesk::transfer(uint64_t payer, uint64_t payee, int64_t amount,
                                    uint64_t actor) {
    Account* from = book_.find(payer);
    Account* to = book_.find(payee);
    if (!from || !to || from == to)
        return refuse(Refusal::account_unknown);
    if (amount <= 0)
        return refuse(Refusal::volume);
    const MoneyOrder out{.login = payer, .amount = -amount, .comment = "transfer", .actor = actor};
    const MoneyOrder in{.login = payee, .amount = amount, .comment = "transfer", .actor = actor};
    Batch batch;
    Cause cause{.actor = actor};
    Booked booked;
    {
        // In the order of logins, so that two transfers never wait for each other.
        const AccountLock first(payer < payee ? *from : *to);
        const AccountLock second(payer < payee ? *to : *from);
        ctsp_request request = request_of(out, *from, bookkeeper_.store().next_request());
        request.action = CTSP_ACT_TRANSFER;
        request.source_login = payee;
        request.amount = amount;
        request.origin = actor != 0 ? CTSP_ORIGIN_DEALER : CTSP_ORIGIN_CLIENT;
        cause.request = request.id;
        Outcome<void> verified = verify_money(out, *from, market_);
        if (verified && text_in(from->user.currency) != text_in(to->user.currency))
            verified = refuse(Refusal::currency);
        const auto asked = ask(request, *from);
        if (!asked || !verified) {
            const Refused refused = asked ? verified.error() : asked.error();
            bookkeeper_.refused(request, refused, asked ? 0 : 1);
            return std::unexpected(refused);
        }
        cause.hook = *asked;
        for (const auto& [order, account] : {std::pair{out, from}, std::pair{in, to}}) {
            batch.deals.push_back(deal_of(order, *account));
            book_money(account->user, batch.deals.back().record);
            batch.users.push_back(account->user);
        }
        bookkeeper_.record(batch, cause);
        booked = {.deal = batch.deals.front().record.deal,
                  .version = from->user.version,
                  .balance = from->user.balance,
                  .credit = from->user.credit};
    }
    bookkeeper_.tell_users(batch, cause);
    return booked;
}

Outcome<void> FundsDesk::edit(const DealEdit& edit) {
    const auto known = bookkeeper_.store().deal(edit.deal);
    Account* account = known ? book_.find(known->record.login) : nullptr;
    if (!account)
        return refuse(Refusal::order_gone);
    Batch batch;
    const Cause cause{.path = Path::direct, .actor = edit.actor};
    {
        const AccountLock lock(*account);
        // Again under the lock: somebody may have edited it in between.
        Deal deal = *bookkeeper_.store().deal(edit.deal);
        if (deal.record.deleted)
            return refuse(Refusal::order_gone);
        const ctsp_deal before = deal.record;
        ++deal.record.version;
        if (edit.remove)
            deal.record.deleted = 1;
        if (edit.change_comment)
            set_text(deal.record.comment, edit.comment, kMostCommentBytes);
        if (edit.change_profit)
            deal.record.profit = edit.profit;
        if (edit.fix_balance) {
            book_money(account->user, before, -1);
            if (!deal.record.deleted)
                book_money(account->user, deal.record);
        }
        batch.deals.push_back(deal);
        batch.users.push_back(account->user);
        bookkeeper_.record(batch, cause);
    }
    if (edit.fix_balance)
        plugin_.tell({.type = CTSP_EV_BALANCE_FIX,
                      .login = account->user.login,
                      .version = batch.users.front().version,
                      .actor = edit.actor});
    bookkeeper_.tell_users(batch, cause);
    return {};
}

}  // namespace cambist::sim
