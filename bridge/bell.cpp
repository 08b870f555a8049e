#include "bridge/bell.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace cambist::bridge {

namespace asio = boost::asio;

void Bell::ring() {
    rung_ = true;
    timer_.cancel();
}

asio::awaitable<void> Bell::wait(std::chrono::nanoseconds limit) {
    if (!rung_) {
        timer_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(limit));
        boost::system::error_code ended;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    }
    rung_ = false;
}

}  // namespace cambist::bridge
