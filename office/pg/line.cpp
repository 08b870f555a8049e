#include "office/pg/line.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "sync/vocabulary/assertion.hpp"

namespace cambist::office::pg {

namespace {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using boost::system::error_code;

}  // namespace

void Line::Turn::give_up() {
    given_up_ = true;
    timer_.cancel();
}

awaitable<std::vector<Result>> Line::ask(std::vector<Asked> statements, Turn& turn,
                                         std::chrono::nanoseconds limit) {
    struct Leaving {
        Line& line;
        const Turn& turn;
        ~Leaving() { line.leave(turn); }
    } leaving{*this, turn};
    turn.timer_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(limit));
    if (!broken_)
        send(statements, turn);
    if (broken_)
        throw *broken_;
    error_code ended;
    if (!turn.answered_ && !turn.given_up_)
        co_await turn.timer_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    if (turn.lost_)
        throw *turn.lost_;
    if (!turn.answered_)
        throw DatabaseError(Fault::deadline_exceeded, "the lookup was given up");
    if (turn.answers_.error)
        throw *turn.answers_.error;
    co_return std::move(turn.answers_.results);
}

void Line::send(std::vector<Asked>& statements, Turn& turn) {
    try {
        // By itself, so that what fails in one lookup takes no statement from the next.
        bool prepared = false;
        for (const Asked& asked : statements)
            prepared = connection_->prepare(*asked.query, asked.parameters) || prepared;
        if (prepared)
            end_exchange(nullptr);
        for (Asked& asked : statements)
            connection_->send(*asked.query, std::move(asked.parameters));
        end_exchange(&turn);
        push();
        listen();
    } catch (const DatabaseError& error) {
        break_off(error);
    }
}

void Line::end_exchange(Turn* turn) {
    connection_->fail_unless(PQpipelineSync(connection_->connection_) == 1);
    turns_.push_back(turn);
}

void Line::push() {
    if (pushing_ || broken_)
        return;
    const int left = PQflush(connection_->connection_);
    if (left < 0)
        return break_off(DatabaseError(Fault::connection_lost, "connection lost"));
    if (left == 0)
        return;
    pushing_ = true;
    connection_->socket_.async_wait(stream_descriptor::wait_write,
                                    [self = shared_from_this()](error_code cancelled) {
                                        self->pushing_ = false;
                                        if (!cancelled)
                                            self->push();
                                    });
}

void Line::listen() {
    if (listening_ || turns_.empty() || broken_)
        return;
    listening_ = true;
    connection_->socket_.async_wait(stream_descriptor::wait_read,
                                    [self = shared_from_this()](error_code cancelled) {
                                        self->listening_ = false;
                                        if (cancelled)
                                            return;
                                        self->take();
                                        self->listen();
                                    });
}

void Line::take() {
    PGconn* const server = connection_->connection_;
    bool alive = PQconsumeInput(server) == 1;
    while (alive && !turns_.empty() && !PQisBusy(server)) {
        const bool more = connection_->take_answer(Result(PQgetResult(server)), answers_);
        alive = PQstatus(server) == CONNECTION_OK;
        if (alive && !more)
            end_turn();
    }
    if (!alive)
        break_off(
            answers_.error.value_or(DatabaseError(Fault::connection_lost, "connection lost")));
}

void Line::end_turn() {
    Turn* const turn = turns_.front();
    turns_.pop_front();
    auto answers = std::exchange(answers_, {});
    if (!turn)
        return;
    turn->answers_ = std::move(answers);
    turn->answered_ = true;
    turn->timer_.cancel();
}

void Line::leave(const Turn& turn) {
    if (!turn.answered_)
        std::ranges::replace(turns_, &turn, nullptr);
}

void Line::break_off(DatabaseError error) {
    broken_ = std::move(error);
    for (Turn* const turn : std::exchange(turns_, {})) {
        if (!turn)
            continue;
        turn->lost_ = broken_;
        turn->timer_.cancel();
    }
    error_code ignored;
    connection_->socket_.cancel(ignored);
}

}  // namespace cambist::office::pg
