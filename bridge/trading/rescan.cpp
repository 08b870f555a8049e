#include "bridge/trading/rescan.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "office/pg/error.hpp"
#include "office/trading/server_store.hpp"

namespace cambist::bridge {

namespace {

using boost::asio::awaitable;
using office::Drift;
namespace rescan = office::rescan;

constexpr auto answer_limit = std::chrono::seconds(10);
constexpr auto pass_step = std::chrono::milliseconds(50);
constexpr int pass_steps = 200;

rescan::AccountPage page_of(const RescannedAccounts& page, Login after) {
    return {after, page.end, page.accounts};
}

rescan::DealPage page_of(const RescannedDeals& page, Instant since, Ticket after) {
    return {since, after, page.end, page.epoch, page.last_seq, page.deals};
}

/// What both readings show: the same field of the same account, for deals the same values.
std::vector<Drift> in_both(const std::vector<Drift>& first, std::vector<Drift> second) {
    const auto stays = [&](const Drift& drift) {
        return std::ranges::any_of(first, [&](const Drift& before) {
            return before.login == drift.login && before.field == drift.field &&
                   (drift.field != "deal" || (before.office_value == drift.office_value &&
                                              before.server_value == drift.server_value));
        });
    };
    std::erase_if(second, [&](const Drift& drift) { return !stays(drift); });
    return second;
}

}  // namespace

Rescan::Rescan(boost::asio::any_io_executor executor, ServerContext& context,
               std::function<Position()> committed)
    : context_(context),
      committed_(std::move(committed)),
      bell_(executor),
      answered_(executor),
      pace_(executor) {}

void Rescan::session_began() {
    restart_ = true;
    bell_.ring();
    answered_.ring();
}

void Rescan::on_accounts(RescannedAccounts page) {
    if (page.request != request_)
        return;
    accounts_ = std::move(page);
    answered_.ring();
}

void Rescan::on_deals(RescannedDeals page) {
    if (page.request != request_)
        return;
    deals_ = std::move(page);
    answered_.ring();
}

void Rescan::stop() {
    bell_.ring();
    answered_.ring();
    pace_.ring();
}

awaitable<void> Rescan::run() {
    const auto pause = std::chrono::seconds(context_.settings.rescan.pause_seconds);
    bool whole = false;
    while (!context_.stopping) {
        if (!restart_ || !context_.open || !context_.complete)
            co_await bell_.wait(whole ? std::max(pause, std::chrono::seconds(1))
                                      : std::chrono::seconds(1));
        whole = false;
        if (!context_.open || !context_.complete)
            continue;
        restart_ = false;
        const auto began = std::chrono::steady_clock::now();
        try {
            whole = co_await cycle();
        } catch (const office::pg::DatabaseError& error) {
            context_.metrics.database_errors->Increment();
            spdlog::warn("server {}: rescan: {}", context_.server.value, error.what());
        }
        if (!whole)
            continue;
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
        context_.metrics.rescans->Increment();
        context_.metrics.rescan_cycle_seconds->Set(took.count());
    }
}

awaitable<bool> Rescan::cycle() {
    if (!co_await scan_accounts())
        co_return false;
    co_return co_await scan_deals();
}

awaitable<bool> Rescan::scan_accounts() {
    Login after;
    while (serves()) {
        auto page = co_await read_accounts(after);
        if (!page)
            co_return false;
        const bool end = page->end || page->accounts.empty();
        const Login next = end ? after : page->accounts.back().user.login;
        page->end = end;
        co_await check(std::move(*page), after);
        if (end)
            co_return serves();
        after = next;
        co_await pace();
    }
    co_return false;
}

awaitable<bool> Rescan::scan_deals() {
    Instant since;
    Ticket after;
    while (serves()) {
        auto page = co_await read_deals(since, after);
        if (!page)
            co_return false;
        const bool end = page->end || page->deals.empty();
        const Instant next_since = end ? since : page->deals.back().modified;
        const Ticket next_after = end ? after : page->deals.back().ticket;
        page->end = end;
        co_await check(std::move(*page), since, after);
        if (end)
            co_return serves();
        since = next_since;
        after = next_after;
        co_await pace();
    }
    co_return false;
}

awaitable<void> Rescan::pace() {
    co_await pace_.wait(std::chrono::nanoseconds(std::chrono::seconds(1)) /
                        context_.settings.rescan.pages_a_second);
}

awaitable<std::optional<RescannedAccounts>> Rescan::read_accounts(Login after) {
    accounts_.reset();
    context_.send(RescanAccountsAsked{context_.bridge_epoch, ++request_, after,
                                      static_cast<std::uint32_t>(max_accounts_a_rescan)});
    const Instant until = context_.clock.now() + answer_limit;
    while (!accounts_ && serves() && context_.clock.now() < until)
        co_await answered_.wait(answer_limit);
    co_return std::exchange(accounts_, std::nullopt);
}

awaitable<std::optional<RescannedDeals>> Rescan::read_deals(Instant since, Ticket after) {
    deals_.reset();
    context_.send(RescanDealsAsked{context_.bridge_epoch, ++request_, since, after,
                                   static_cast<std::uint32_t>(max_deals_a_rescan)});
    const Instant until = context_.clock.now() + answer_limit;
    while (!deals_ && serves() && context_.clock.now() < until)
        co_await answered_.wait(answer_limit);
    co_return std::exchange(deals_, std::nullopt);
}

awaitable<bool> Rescan::passed(std::uint64_t epoch, std::uint64_t seq) {
    for (int step = 0; step < pass_steps && serves(); ++step) {
        const Position position = committed_();
        if (position.epoch == epoch && position.seq >= seq)
            co_return true;
        co_await pace_.wait(pass_step);
    }
    co_return false;
}

awaitable<std::vector<Drift>> Rescan::compare(rescan::AccountPage page) {
    auto tx = co_await context_.pool.begin();
    co_return co_await rescan::compare_accounts(tx, context_.server, page);
}

awaitable<std::vector<Drift>> Rescan::compare(rescan::DealPage page) {
    auto tx = co_await context_.pool.begin();
    co_return co_await rescan::compare_deals(tx, context_.server, page);
}

void Rescan::mended(const std::vector<Drift>& drifts) {
    context_.metrics.drifts->Increment(static_cast<double>(drifts.size()));
    for (const Drift& drift : drifts)
        spdlog::warn("server {}: rescan: {} of {}: office {}, server {}", context_.server.value,
                     drift.field, drift.login.value, drift.office_value, drift.server_value);
}

awaitable<void> Rescan::check(RescannedAccounts page, Login after) {
    std::vector<Drift> drifts = co_await compare(page_of(page, after));
    if (!drifts.empty() && co_await passed(page.epoch, page.last_seq))
        drifts = co_await compare(page_of(page, after));
    if (drifts.empty()) {
        std::vector<Login> logins;
        for (const RescannedAccount& account : page.accounts)
            logins.push_back(account.user.login);
        auto tx = co_await context_.pool.begin();
        rescan::settle(tx, context_.server, logins);
        co_return co_await tx.commit();
    }
    auto again = co_await read_accounts(after);
    if (!again || !co_await passed(again->epoch, again->last_seq))
        co_return;
    again->end = again->end || again->accounts.empty();
    drifts = in_both(drifts, co_await compare(page_of(*again, after)));
    if (drifts.empty() || !serves())
        co_return;
    auto tx = co_await context_.pool.begin();
    if (!co_await office::servers::holds_lease(tx, context_.server,
                                               static_cast<std::int64_t>(context_.bridge_epoch)))
        co_return;
    co_await rescan::mend_accounts(tx, context_.server, context_.office.scope,
                                   page_of(*again, after), drifts);
    co_await tx.commit();
    mended(drifts);
}

awaitable<void> Rescan::check(RescannedDeals page, Instant since, Ticket after) {
    std::vector<Drift> drifts = co_await compare(page_of(page, since, after));
    if (drifts.empty())
        co_return;
    if (!co_await passed(page.epoch, page.last_seq))
        co_return;
    drifts = co_await compare(page_of(page, since, after));
    if (drifts.empty())
        co_return;
    auto again = co_await read_deals(since, after);
    if (!again || !co_await passed(again->epoch, again->last_seq))
        co_return;
    again->end = again->end || again->deals.empty();
    drifts = in_both(drifts, co_await compare(page_of(*again, since, after)));
    if (drifts.empty() || !serves())
        co_return;
    auto tx = co_await context_.pool.begin();
    if (!co_await office::servers::holds_lease(tx, context_.server,
                                               static_cast<std::int64_t>(context_.bridge_epoch)))
        co_return;
    co_await rescan::mend_deals(tx, context_.server, context_.office.scope,
                                page_of(*again, since, after), drifts);
    co_await tx.commit();
    mended(drifts);
}

}  // namespace cambist::bridge
