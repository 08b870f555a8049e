#include "office/pg/notifier.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <vector>

#include "office/pg/error.hpp"
#include "office/pg/transaction.hpp"

namespace cambist::office::pg {

namespace {
constexpr Query notify{"notify", "select pg_notify(c, '') from unnest($1::text[]) c"};
constexpr std::chrono::milliseconds reconnect_pause{200};
}  // namespace

Notifier::Notifier(boost::asio::any_io_executor executor, ConnectionSettings settings)
    : settings_(std::move(settings)), bell_(std::move(executor)) {}

void Notifier::ring(std::string_view channel) {
    if (rung_.find(channel) == rung_.end())
        rung_.emplace(channel);
    bell_.cancel();
}

void Notifier::stop() {
    stopped_ = true;
    bell_.cancel();
}

awaitable<void> Notifier::wait(std::chrono::nanoseconds limit) {
    namespace asio = boost::asio;
    boost::system::error_code ended;
    bell_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(limit));
    co_await bell_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
}

awaitable<void> Notifier::run() {
    std::unique_ptr<Connection> connection;
    while (!stopped_) {
        if (rung_.empty()) {
            co_await wait(std::chrono::hours(1));
            continue;
        }
        std::vector<std::string> channels(rung_.begin(), rung_.end());
        rung_.clear();
        bool failed = false;
        try {
            if (!connection || !connection->idle_and_alive())
                connection = co_await Connection::connect(settings_);
            Transaction tx(*connection);
            tx.send(notify, channels);
            co_await tx.commit();
        } catch (const DatabaseError&) {
            failed = true;
        }
        if (failed) {
            connection.reset();
            rung_.insert(channels.begin(), channels.end());
            co_await wait(reconnect_pause);
        }
    }
}

}  // namespace cambist::office::pg
