#include "bridge/jobs/answer_sweeper.hpp"

#include <spdlog/spdlog.h>

#include "office/pg/error.hpp"
#include "office/staff/request_key_store.hpp"

namespace cambist::bridge {
namespace {

constexpr int batch = 1000;
constexpr auto between_batches = std::chrono::milliseconds(100);
constexpr auto between_sweeps = std::chrono::minutes(10);

}  // namespace

boost::asio::awaitable<bool> AnswerSweeper::step() {
    auto tx = co_await pool_.begin();
    const int forgotten = co_await office::request_keys::forget_ended(tx, batch);
    co_await tx.commit();
    co_return forgotten == batch;
}

boost::asio::awaitable<void> AnswerSweeper::run() {
    while (!stopping_) {
        bool more = false;
        try {
            more = co_await step();
        } catch (const office::pg::DatabaseError& error) {
            spdlog::warn("answers that need not be kept: {}", error.what());
        }
        if (!stopping_)
            co_await bell_.wait(more ? std::chrono::nanoseconds(between_batches)
                                     : std::chrono::nanoseconds(between_sweeps));
    }
}

void AnswerSweeper::stop() {
    stopping_ = true;
    bell_.ring();
}

}  // namespace cambist::bridge
