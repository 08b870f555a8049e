#include "sim/trading_server/population.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "sim/trading_server/host_clock.hpp"
#include "sim/trading_server/text_field.hpp"
#include "sim/trading_server/thread_place.hpp"
#include "sim/trading_server/trader.hpp"

namespace cambist::sim {

namespace {
constexpr int kThreads = 2;
constexpr uint64_t kPaymentSystem = 1'002;
/// A server that cannot keep up is not asked more and more.
constexpr int64_t kMostInFlight = 5'000;
constexpr int64_t kNapNs = 2'000'000;
}  // namespace

std::string_view text_of(Deed deed) {
    static constexpr std::array<std::string_view, static_cast<size_t>(Deed::size_)> texts{
        "open",
        "close",
        "partial_close",
        "oversize_close",
        "close_with_lying_flag",
        "double_close",
        "close_by",
        "wrong_side_close",
        "close_of_nothing",
        "pending_place",
        "pending_modify",
        "pending_cancel",
        "stops",
        "login",
        "transfer",
        "deposit",
        "withdrawal",
        "forged_withdrawal",
        "leverage",
        "group",
        "unknown_action"};
    return texts[static_cast<size_t>(deed)];
}

/// Plays deeds of accounts against the desks.
class Population::Trader {
  public:
    Trader(Population& population, std::mt19937_64& random)
        : population_(population), random_(random) {}

    void act(Account& account) {
        const Deed deed = choose_deed(random_);
        ++population_.deeds_[static_cast<size_t>(deed)];
        uint64_t login = 0;
        std::string group;
        {
            const AccountLock lock(account);
            login = account.user.login;
            group = text_in(account.user.group);
        }
        switch (deed) {
            case Deed::login:
                log_in(login);
                break;
            case Deed::transfer:
                transfer(login);
                break;
            case Deed::deposit:
            case Deed::withdrawal:
            case Deed::forged_withdrawal:
                pay(account, deed);
                break;
            case Deed::leverage:
                (void)population_.users_.patch(
                    {.login = login, .leverage_x100 = kLeverages[random_() % kLeverages.size()]});
                break;
            case Deed::group:
                move(login, group);
                break;
            default:
                for (const ctsp_request& request :
                     requests_for(deed, random_, account, population_.market_))
                    population_.pipeline_.submit(request);
        }
    }

  private:
    static constexpr std::array<uint32_t, 5> kLeverages{3'000, 5'000, 10'000, 20'000, 50'000};

    void log_in(uint64_t login) {
        const uint8_t ip[16] = {192, 0, 2, static_cast<uint8_t>(random_() % 250)};
        (void)population_.users_.login(login, static_cast<uint32_t>(random_() % 4), ip);
    }

    void transfer(uint64_t payer) {
        Account* other = population_.book_.next_after(payer);
        if (!other)
            return;
        uint64_t payee = 0;
        {
            const AccountLock lock(*other);
            payee = other->user.login;
        }
        const auto amount = static_cast<int64_t>(1 + random_() % 2'000);
        (void)population_.funds_.transfer(payer, payee, amount, 0);
    }

    /// The payment system's doing: mostly small amounts, now and then most of the balance.
    void pay(Account& account, Deed deed) {
        MoneyOrder order{.comment = "payment", .actor = kPaymentSystem};
        int64_t balance = 0;
        {
            const AccountLock lock(account);
            order.login = account.user.login;
            balance = account.user.balance;
        }
        const bool large = random_() % 5 == 0;
        const int64_t permille = large ? 600 + static_cast<int64_t>(random_() % 350)
                                       : 1 + static_cast<int64_t>(random_() % 10);
        const int64_t amount = std::max<int64_t>(1, balance / 1'000 * permille);
        order.amount = deed == Deed::deposit ? amount : -amount;
        if (deed == Deed::forged_withdrawal)
            order.op_hi = order.op_lo = random_();
        (void)population_.funds_.book(order);
    }

    void move(uint64_t login, const std::string& from) {
        const auto groups = population_.book_.groups();
        const auto present = population_.book_.group(from);
        for (const auto& group : groups) {
            if (!present || text_in(group->record.currency) != text_in(present->record.currency) ||
                group->record.margin_mode != present->record.margin_mode ||
                group->record.group_id == present->record.group_id)
                continue;
            (void)population_.users_.patch(
                {.login = login, .group = std::string(text_in(group->record.name))});
            return;
        }
    }

    Population& population_;
    std::mt19937_64& random_;
};

void Population::start(const TradingDay& day) {
    stop();
    const std::lock_guard control(control_mutex_);
    stopping_ = false;
    focus(day.focus, day.focus_percent);
    trading_threads_ = kThreads;
    for (int i = 0; i < kThreads; ++i)
        threads_.emplace_back([this, day, i] { run(day, static_cast<uint64_t>(i)); });
}

void Population::focus(std::vector<uint64_t> logins, int64_t percent) {
    const std::lock_guard lock(mutex_);
    focus_ = std::move(logins);
    focus_percent_ = percent;
}

void Population::stop() {
    const std::lock_guard control(control_mutex_);
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_)
        thread.join();
    threads_.clear();
}

uint64_t Population::choose(std::mt19937_64& random, const std::vector<uint64_t>& everybody) {
    const std::lock_guard lock(mutex_);
    const bool focused = !focus_.empty() && static_cast<int64_t>(random() % 100) < focus_percent_;
    return focused ? focus_[random() % focus_.size()] : everybody[random() % everybody.size()];
}

void Population::run(TradingDay day, uint64_t stream) {
    mark_host_thread();
    std::mt19937_64 random(day.seed * 2 + stream);
    Trader trader(*this, random);
    const std::vector<uint64_t> everybody = book_.logins();
    const int64_t start = steady_ns();
    const int64_t end = day.seconds > 0 ? start + day.seconds * kSecondNs : 0;
    int64_t done = 0;
    while (!everybody.empty() && (end == 0 || steady_ns() < end)) {
        const int64_t due = static_cast<int64_t>(
            static_cast<double>(steady_ns() - start) / static_cast<double>(kSecondNs) *
            static_cast<double>(day.orders_per_second) / kThreads);
        for (; done < due && pipeline_.in_flight() < kMostInFlight; ++done)
            if (Account* account = book_.find(choose(random, everybody)))
                trader.act(*account);
        std::unique_lock lock(mutex_);
        if (wake_.wait_for(lock, std::chrono::nanoseconds(kNapNs), [this] { return stopping_; }))
            break;
    }
    --trading_threads_;
}

}  // namespace cambist::sim
