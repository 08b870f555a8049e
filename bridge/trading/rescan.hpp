#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <vector>

#include "bridge/bell.hpp"
#include "bridge/trading/server_context.hpp"
#include "office/trading/rescan_store.hpp"

namespace cambist::bridge {

/// Reads the whole trading server again, page by page at a bounded rate, and compares it with
/// PostgreSQL: once at the start of each session, then after a pause. A difference is recorded and
/// mended when the stream has passed the reading and a second reading still shows it.
class Rescan {
  public:
    struct Position {
        std::uint64_t epoch = 0, seq = 0;
    };
    /// `committed`: how far the stream is.
    Rescan(boost::asio::any_io_executor executor, ServerContext& context,
           std::function<Position()> committed);

    void session_began();
    void on_accounts(RescannedAccounts page);
    void on_deals(RescannedDeals page);

    boost::asio::awaitable<void> run();
    void stop();

  private:
    template <class Page>
    using Answer = std::optional<Page>;

    boost::asio::awaitable<bool> cycle();
    boost::asio::awaitable<bool> scan_accounts();
    boost::asio::awaitable<bool> scan_deals();
    boost::asio::awaitable<void> check(RescannedAccounts page, Login after);
    boost::asio::awaitable<void> check(RescannedDeals page, Instant since, Ticket after);
    boost::asio::awaitable<Answer<RescannedAccounts>> read_accounts(Login after);
    boost::asio::awaitable<Answer<RescannedDeals>> read_deals(Instant since, Ticket after);
    boost::asio::awaitable<std::vector<office::Drift>> compare(office::rescan::AccountPage page);
    boost::asio::awaitable<std::vector<office::Drift>> compare(office::rescan::DealPage page);
    /// Until the stream has passed the reading; false when it does not in time.
    boost::asio::awaitable<bool> passed(std::uint64_t epoch, std::uint64_t seq);
    boost::asio::awaitable<void> pace();
    bool serves() const {
        return context_.open && context_.complete && !context_.stopping && !restart_;
    }
    void mended(const std::vector<office::Drift>& drifts);

    ServerContext& context_;
    std::function<Position()> committed_;
    Bell bell_, answered_, pace_;
    std::uint64_t request_ = 0;
    std::optional<RescannedAccounts> accounts_;
    std::optional<RescannedDeals> deals_;
    bool restart_ = false;
};

}  // namespace cambist::bridge
