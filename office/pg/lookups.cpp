#include "office/pg/lookups.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "office/pg/error.hpp"
#include "office/pg/line.hpp"

namespace cambist::office::pg {

namespace {

LookupSettings read_only(LookupSettings settings) {
    settings.connection.read_only = true;
    return settings;
}

}  // namespace

Lookups::Lookups(LookupSettings settings) : settings_(read_only(std::move(settings))) {}
Lookups::~Lookups() = default;

awaitable<Transaction> Lookups::begin(std::chrono::nanoseconds limit) {
    std::erase_if(lines_, [](const auto& line) { return line->broken(); });
    const auto executor = co_await boost::asio::this_coro::executor;
    if (lines_.size() + connecting_ < settings_.lines)
        co_return Transaction(co_await connect(), limit, executor);
    const auto least = std::ranges::min_element(lines_, {}, &Line::waiting);
    if (least == lines_.end() || (*least)->waiting() >= settings_.waiting)
        throw DatabaseError(Fault::pool_exhausted, "no line has room for a lookup");
    co_return Transaction(*least, limit, executor);
}

awaitable<std::shared_ptr<Line>> Lookups::connect() {
    struct Connecting {
        std::size_t& count;
        explicit Connecting(std::size_t& all) : count(all) { ++count; }
        ~Connecting() { --count; }
    } connecting(connecting_);
    auto connection = co_await Connection::connect(settings_.connection);
    lines_.push_back(std::make_shared<Line>(std::move(connection)));
    co_return lines_.back();
}

}  // namespace cambist::office::pg
