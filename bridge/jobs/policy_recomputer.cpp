#include "bridge/jobs/policy_recomputer.hpp"

#include <spdlog/spdlog.h>

#include "office/pg/error.hpp"

namespace cambist::bridge {
namespace {

using State = office::RecomputeStep::State;

constexpr int batch = 2000;
constexpr auto between_looks = std::chrono::seconds(5);
constexpr auto while_others_end = std::chrono::milliseconds(20);
constexpr auto after_a_failure = std::chrono::milliseconds(500);

std::chrono::nanoseconds pause_after(State state) {
    return state == State::idle ? std::chrono::nanoseconds(between_looks)
                                : std::chrono::nanoseconds(while_others_end);
}

}  // namespace

boost::asio::awaitable<office::RecomputeStep> PolicyRecomputer::step() {
    auto tx = co_await pool_.begin();
    office::Actor bridge{.name = "system:bridge"};
    auto done = co_await office::recompute_some(tx, batch, std::move(bridge));
    if (done.state != State::idle)
        co_await tx.commit();
    if (done.state == State::finished)
        spdlog::info("rights matrix {}: {} accounts looked at, {} changed", done.version, done.seen,
                     done.changed);
    co_return done;
}

boost::asio::awaitable<void> PolicyRecomputer::run() {
    while (!stopping_) {
        std::chrono::nanoseconds pause = after_a_failure;
        try {
            const auto done = co_await step();
            if (done.state == State::moved || done.state == State::finished)
                continue;
            pause = pause_after(done.state);
        } catch (const office::pg::DatabaseError& error) {
            spdlog::warn("deciding rights anew: {}", error.what());
        }
        if (!stopping_)
            co_await bell_.wait(pause);
    }
}

void PolicyRecomputer::stop() {
    stopping_ = true;
    bell_.ring();
}

}  // namespace cambist::bridge
