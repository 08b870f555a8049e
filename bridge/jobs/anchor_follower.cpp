#include "bridge/jobs/anchor_follower.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <type_traits>

#include "office/audit/seal/seal_store.hpp"

namespace cambist::bridge {

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using office::Seal;
using office::SealedWindow;
using office::SealingRefused;

constexpr std::size_t anchors_at_once = 256;
constexpr std::size_t bytes_at_once = 4 << 20;

std::optional<AnchorMark> mark_of(const std::optional<Seal>& seal) {
    if (!seal)
        return std::nullopt;
    return AnchorMark{seal->number, seal->hash};
}

std::int64_t number_of(const std::optional<Seal>& seal) {
    return seal ? seal->number : 0;
}

/// Runs what blocks on the worker's thread.
template <class Call>
awaitable<std::invoke_result_t<Call>> blocking(asio::thread_pool& worker, Call call) {
    using Answer = std::invoke_result_t<Call>;
    auto task = [](Call todo) -> awaitable<Answer> { co_return todo(); };
    co_return co_await asio::co_spawn(worker, task(std::move(call)), asio::use_awaitable);
}

}  // namespace

void AnchorFollower::rolled_back(std::int64_t number) const {
    throw SealingRefused(folder_.path().string() + " has seal " + std::to_string(number) +
                         ", which the database lacks: the database was rolled back");
}

awaitable<void> AnchorFollower::follow(const std::optional<Seal>& newest,
                                       const SealedWindow* last) {
    co_await find_place(newest);
    while (number_of(newest_) < number_of(newest)) {
        const auto anchors = co_await missing(*newest, last);
        const auto expected = mark_of(newest_);
        auto append = [this, &anchors, expected] { return folder_.append(expected, anchors); };
        // False: another bridge shares the folder and was faster; the next step looks again.
        if (!co_await blocking(worker_, append))
            co_return;
        written_ += anchors.size();
        newest_ = reached_;
    }
}

awaitable<void> AnchorFollower::find_place(const std::optional<Seal>& newest) {
    const auto held = co_await blocking(worker_, [this] { return folder_.newest(); });
    if (held && held->number > number_of(newest))
        rolled_back(held->number);
    if (held && held->number == newest->number)
        newest_ = newest;
    if (!held)
        newest_.reset();
    if (mark_of(newest_) == held)
        co_return;
    auto tx = co_await pool_.begin();
    newest_ = co_await office::seals::find(tx, held->number);
    if (mark_of(newest_) != held) {
        newest_.reset();
        rolled_back(held->number);
    }
}

awaitable<std::vector<Anchor>> AnchorFollower::missing(const Seal& newest,
                                                       const SealedWindow* last) {
    std::vector<Anchor> anchors;
    std::size_t bytes = 0;
    reached_ = newest_;
    while (number_of(reached_) < newest.number && anchors.size() < anchors_at_once &&
           bytes < bytes_at_once) {
        const std::int64_t number = number_of(reached_) + 1;
        std::optional<Seal> seal = newest;
        if (number != newest.number) {
            auto tx = co_await pool_.begin();
            seal = co_await office::seals::find(tx, number);
        }
        if (!seal || !is_signed_by(*seal, key_) ||
            seal->previous != (reached_ ? reached_->hash : office::Hash{}))
            throw SealingRefused("seal " + std::to_string(number) +
                                 " in the database is missing or not ours: it is not anchored in " +
                                 folder_.path().string());
        anchors.push_back(co_await anchor_of(*seal, last));
        bytes += anchors.back().line.size();
        reached_ = seal;
    }
    co_return anchors;
}

awaitable<Anchor> AnchorFollower::anchor_of(const Seal& seal, const SealedWindow* last) {
    std::optional<std::string> leaves;
    if (last && last->seal.hash == seal.hash) {
        leaves = last->leaves;
    } else {
        auto tx = co_await pool_.begin();
        leaves = co_await leaves_of(tx, seal);
    }
    if (!leaves)
        spdlog::critical("the audit's rows of seal {} changed before they were anchored in {}",
                         seal.number, folder_.path().string());
    co_return Anchor{
        {seal.number, seal.hash}, seal.sealed_at, anchor_line(seal, leaves.value_or(""))};
}

}  // namespace cambist::bridge
