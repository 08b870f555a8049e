#include "sim/trading_server/pipeline.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <future>
#include <optional>

#include "sim/trading_server/text_field.hpp"
#include "sim/trading_server/thread_place.hpp"
#include "sim/trading_server/trade_rules.hpp"

namespace cambist::sim {

namespace {
constexpr size_t kMostQueued = 20'000;

/// Actions of real servers that end when they are admitted: nothing is executed later.
bool ends_at_admission(uint32_t action) {
    return action == CTSP_ACT_PRICE;
}
}  // namespace

/// Copies of what a hook may look at; the pointers of its context point into it.
struct Pipeline::View {
    ctsp_user user{};
    ctsp_group group{};
    std::optional<ctsp_position> position, position_by;
    bool exit = false;

    /// The caller holds the account's lock.
    View(const ctsp_request& request, Account& account, const Group& of)
        : user(account.user), group(of.record), exit(is_exit(request, account)) {
        const auto copy = [](const ctsp_position* from, std::optional<ctsp_position>& to) {
            if (from)
                to = *from;
        };
        switch (request.action) {
            case CTSP_ACT_MARKET:
            case CTSP_ACT_PENDING_ACTIVATE:
                copy(account.hedging() ? account.position(request.position)
                                       : account.position_of(text_in(request.symbol)),
                     position);
                break;
            case CTSP_ACT_CLOSE_BY:
                copy(account.position(request.position), position);
                copy(account.position(request.position_by), position_by);
                break;
            case CTSP_ACT_SLTP:
            case CTSP_ACT_PROTECTIVE_EXIT:
            case CTSP_ACT_POSITION_EDIT:
                copy(account.position(request.position), position);
                break;
            default:
                break;  // the other actions come with neither
        }
    }

    ctsp_ctx context(uint32_t stage) const {
        ctsp_ctx context{};
        context.size = sizeof context;
        context.stage = stage;
        context.user = &user;
        context.group = &group;
        context.position = position ? &*position : nullptr;
        context.position_by = position_by ? &*position_by : nullptr;
        return context;
    }
};

Pipeline::Pipeline(AccountBook& book, Market& market, Bookkeeper& bookkeeper, PluginHost& plugin,
                   Triggers& triggers, Counters& counters, OnHookError on_error)
    : book_(book),
      market_(market),
      bookkeeper_(bookkeeper),
      plugin_(plugin),
      triggers_(triggers),
      counters_(counters),
      on_error_(on_error) {}

Pipeline::~Pipeline() {
    stop();
}

void Pipeline::start(int executors) {
    for (int i = 0; i < executors; ++i)
        executors_.emplace_back([this] { run(); });
}

void Pipeline::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (auto& executor : executors_)
        executor.join();
    executors_.clear();
}

void Pipeline::submit(ctsp_request request, TradeDone done) {
    ++in_flight_;
    counters_.add(Count::orders);
    request.size = sizeof request;
    request.id = bookkeeper_.store().next_request();
    Job job{request, std::move(done)};
    const auto verified = verify(request);
    if (!verified || ends_at_admission(request.action)) {
        finish(job, verified ? Outcome<Executed>(Executed{})
                             : Outcome<Executed>(std::unexpected(verified.error())));
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() < kMostQueued && !stopping_) {
            queue_.push_back(std::move(job));
            wake_.notify_one();
            return;
        }
    }
    const Refused full{Refusal::queue_full};
    bookkeeper_.refused(request, full, 1);
    finish(job, std::unexpected(full));
}

Outcome<Executed> Pipeline::execute(const ctsp_request& request) {
    const auto promise = std::make_shared<std::promise<Outcome<Executed>>>();
    auto executed = promise->get_future();
    submit(request, [promise](const Outcome<Executed>& outcome) { promise->set_value(outcome); });
    return executed.get();
}

/// Verification, then the plugin at admission; refusals are recorded here.
Outcome<void> Pipeline::verify(const ctsp_request& request) {
    Account* account = book_.find(request.login);
    const bool by_server = request.origin == CTSP_ORIGIN_SERVER;
    Outcome<void> verified;
    std::optional<View> view;
    if (!trading_allowed_ && !by_server) {
        verified = refuse(Refusal::trading_stopped);
    } else if (!account) {
        verified = refuse(Refusal::account_unknown);
    } else {
        const AccountLock lock(*account);
        verified = verify_request(request, *account, market_);
        if (verified)
            view.emplace(request, *account, *book_.group(account->user.group_id));
    }
    if (!verified) {
        bookkeeper_.refused(request, verified.error(), 0);
        return verified;
    }
    HookAnswer answer;
    verified = ask(request, *view, 1, answer);
    if (!verified)
        bookkeeper_.refused(request, verified.error(), 1);
    return verified;
}

Outcome<void> Pipeline::ask(const ctsp_request& request, const View& view, uint32_t stage,
                            HookAnswer& answer) {
    answer = plugin_.ask_trade(request, view.context(stage));
    if (answer.reject != CTSP_RJ_NONE)
        return refuse(Refusal::plugin, answer);
    if (answer.failed && on_error_ == OnHookError::deny_new_exposure && !view.exit)
        return refuse(Refusal::plugin_failed, answer);
    return {};
}

void Pipeline::run() {
    mark_host_thread();
    while (true) {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty())
            return;
        const Job job = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        finish(job, perform(job.request));
    }
}

void Pipeline::finish(const Job& job, const Outcome<Executed>& outcome) {
    if (job.done)
        job.done(outcome);
    if (in_flight_.fetch_sub(1) == 1) {
        const std::lock_guard lock(mutex_);
        idle_.notify_all();
    }
}

Outcome<Executed> Pipeline::perform(const ctsp_request& request) {
    Account& account = *book_.find(request.login);
    Batch batch;
    Cause cause{.actor = request.actor, .request = request.id};
    Outcome<Executed> executed;
    {
        const AccountLock lock(account);
        executed = perform_locked(request, account, batch, cause);
    }
    if (!executed) {
        if (executed.error().code != Refusal::not_triggered)
            bookkeeper_.refused(request, executed.error(), 2);
        return executed;
    }
    bookkeeper_.tell_users(batch, cause);
    plugin_.tell({.type = CTSP_EV_REQ_DONE,
                  .login = request.login,
                  .version = 0,
                  .actor = request.actor,
                  .request = request.id},
                 request);
    for (const ctsp_position& position : batch.positions)
        triggers_.watch(position);
    for (const PendingOrder& order : batch.orders)
        triggers_.watch(order);
    return executed;
}

Outcome<Executed> Pipeline::perform_locked(const ctsp_request& request, Account& account,
                                           Batch& batch, Cause& cause) {
    const auto group = book_.group(account.user.group_id);
    const View view(request, account, *group);
    if (const auto asked = ask(request, view, 2, cause.hook); !asked)
        return std::unexpected(asked.error());
    const uint64_t order = request.action == CTSP_ACT_PENDING_ACTIVATE
                               ? request.order
                               : bookkeeper_.store().next_ticket();
    const auto applied = apply_request(request, account, *group, market_, order, batch);
    if (!applied) {
        Refused refused = applied.error();
        refused.hook = cause.hook;
        return std::unexpected(refused);
    }
    // From here on it has happened, or the store is broken.
    if (!batch.deals.empty())
        batch.users.push_back(account.user);
    bookkeeper_.record(batch, cause);
    if (request.action == CTSP_ACT_PROTECTIVE_EXIT)
        counters_.add(Count::protective_exits);
    if (request.action == CTSP_ACT_PENDING_ACTIVATE)
        counters_.add(Count::activations);
    Executed executed{.order = order, .deals = {}};
    for (const Deal& deal : batch.deals)
        executed.deals.push_back(deal.record.deal);
    return executed;
}

bool Pipeline::wait_until_idle(int64_t timeout_ns) {
    std::unique_lock lock(mutex_);
    return idle_.wait_for(lock, std::chrono::nanoseconds(timeout_ns),
                          [this] { return in_flight_ == 0; });
}

}  // namespace cambist::sim
