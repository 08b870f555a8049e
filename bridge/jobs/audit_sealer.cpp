#include "bridge/jobs/audit_sealer.hpp"

#include <spdlog/spdlog.h>

#include "office/audit/seal/seal_store.hpp"

namespace cambist::bridge {

namespace {

using boost::asio::awaitable;
using office::Seal;
using office::SealedWindow;
using office::SealingRefused;

constexpr auto same_problem_again = std::chrono::seconds(60);

}  // namespace

AuditSealer::AuditSealer(boost::asio::any_io_executor executor, office::pg::Pool& pool,
                         SealerSettings settings)
    : pool_(pool), settings_(std::move(settings)), bell_(std::move(executor)) {
    for (const auto& folder : settings_.folders)
        followers_.emplace_back(pool_, worker_, settings_.key, folder);
}

void AuditSealer::stop() {
    stopping_ = true;
    bell_.ring();
}

awaitable<void> AuditSealer::run() {
    while (!stopping_) {
        bool more = false;
        std::string problem;
        try {
            more = co_await step();
            problem = lagging_;
        } catch (const std::runtime_error& error) {
            problem = error.what();
        }
        note(problem);
        if (!more && !stopping_)
            co_await bell_.wait(settings_.interval);
    }
}

void AuditSealer::note(const std::string& problem) {
    const bool is_new = state_.problem != problem;
    state_.problem = problem;
    state_.failures += problem.empty() ? 0 : 1;
    const auto now = std::chrono::steady_clock::now();
    if (!is_new && (problem.empty() || now - noted_ < same_problem_again))
        return;
    noted_ = now;
    if (problem.empty())
        spdlog::info("the audit is sealed and anchored again");
    else
        spdlog::critical("sealing the audit: {}", problem);
}

awaitable<bool> AuditSealer::step() {
    std::optional<Seal> newest;
    {
        auto tx = co_await pool_.begin();
        newest = co_await office::seals::newest(tx);
    }
    co_await follow(newest);

    std::optional<SealedWindow> sealed;
    {
        auto tx = co_await pool_.begin();
        sealed = co_await office::seal_next(tx, newest, settings_.key, settings_.limits);
        if (!sealed)
            co_return false;
        co_await tx.commit();
    }
    last_ = std::move(sealed);
    ++state_.seals;
    state_.rows += static_cast<std::uint64_t>(last_->seal.rows);
    const bool more = last_->seal.rows >= settings_.limits.rows;
    co_await follow(last_->seal);
    co_return more;
}

awaitable<void> AuditSealer::follow(const std::optional<Seal>& newest) {
    std::string refused;
    lagging_.clear();
    std::size_t complete = 0;
    for (AnchorFollower& follower : followers_) {
        try {
            co_await follower.follow(newest, last_ ? &*last_ : nullptr);
            ++complete;
        } catch (const SealingRefused& error) {
            refused = error.what();
        } catch (const AnchorFault& error) {
            lagging_ = error.what();
        }
    }
    if (last_ && (!newest || newest->number < last_->seal.number))
        refused = "the database lost seal " + std::to_string(last_->seal.number) +
                  ", which this bridge made: it was rolled back";
    note_age();
    state_.stopped = !refused.empty();
    if (state_.stopped)
        throw SealingRefused(refused);
    if (complete == 0)
        throw AnchorFault(lagging_);
}

void AuditSealer::note_age() {
    state_.anchored.reset();
    for (const AnchorFollower& follower : followers_) {
        if (!follower.newest()) {
            state_.anchored.reset();
            return;
        }
        const Instant at = follower.newest()->sealed_at;
        state_.anchored = std::min(at, state_.anchored.value_or(at));
    }
}

}  // namespace cambist::bridge
