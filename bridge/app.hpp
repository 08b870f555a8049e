#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "bridge/jobs/answer_sweeper.hpp"
#include "bridge/jobs/audit_sealer.hpp"
#include "bridge/jobs/policy_recomputer.hpp"
#include "bridge/metrics.hpp"
#include "bridge/metrics_server.hpp"
#include "bridge/scope.hpp"
#include "bridge/settings.hpp"
#include "bridge/trading/link.hpp"
#include "bridge/trading/server_link.hpp"
#include "office/pg/pool.hpp"

namespace cambist::bridge {

/// The whole bridge, wired; runs on one io_context that one thread runs.
class App {
  public:
    /// Binds its ports. Throws when one is taken.
    App(boost::asio::io_context& context, const Clock& clock, Settings settings);
    ~App();

    void start();
    /// Asks everything to end: batches are finished, leases released. From the context's thread.
    void stop();
    /// Throws what broke, if anything did.
    boost::asio::awaitable<void> join();
    /// 0: no endpoint.
    std::uint16_t metrics_port() const { return metrics_server_ ? metrics_server_->port() : 0; }

  private:
    boost::asio::awaitable<void> listen();
    boost::asio::awaitable<void> hear();
    boost::asio::awaitable<void> keep_partitions();
    void make_sealer(const Clock& clock);
    std::string not_ready() const;
    void wake_all();

    boost::asio::io_context& context_;
    Settings settings_;
    Metrics metrics_;
    office::pg::Pool pool_;
    std::unique_ptr<Link> link_;
    std::map<ServerId, std::unique_ptr<ServerLink>> servers_;
    std::unique_ptr<MetricsServer> metrics_server_;
    std::unique_ptr<AuditSealer> sealer_;
    Scope scope_;
    Bell stop_, partitions_, listening_;
    AnswerSweeper sweeper_;
    PolicyRecomputer recomputer_;
    std::unique_ptr<boost::asio::cancellation_signal> listener_;
    bool stopping_ = false;
};

}  // namespace cambist::bridge
