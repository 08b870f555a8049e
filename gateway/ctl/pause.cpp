#include "gateway/ctl/pause.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace cambist::ctl {

void pause(std::chrono::milliseconds time) {
    boost::asio::io_context context;
    boost::asio::steady_timer(context, time).wait();
}

}  // namespace cambist::ctl
