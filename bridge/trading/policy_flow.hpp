#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "bridge/bell.hpp"
#include "bridge/trading/server_context.hpp"
#include "office/trading/policy_store.hpp"
#include "sync/streams/policy_sender.hpp"

namespace cambist::bridge {

/// Takes one server's accepted policies to its plugin and writes what is enforced; also the mode
/// and scope of its gate. The rows are the truth: read when woken and every 100 ms.
class PolicyFlow {
  public:
    struct Calls {
        std::function<void()> scope_changed;
        std::function<void()> greet_again;  ///< the session must begin anew
    };
    PolicyFlow(boost::asio::any_io_executor executor, ServerContext& context, Calls calls);

    void session_began();
    void session_ended();
    void on_acknowledged(PolicyAcknowledged message, Instant at);
    void on_digest(const PolicyDigest& digest);
    /// The office accepted something.
    void wake();

    boost::asio::awaitable<void> run();
    void stop() { bell_.ring(); }

  private:
    struct Acknowledged {
        PolicyAcknowledged message;
        Instant at;
    };
    boost::asio::awaitable<void> turn();
    boost::asio::awaitable<void> compare_digest();
    boost::asio::awaitable<void> mend(const std::set<std::size_t>& shards,
                                      std::vector<office::policies::VersionedPolicy> all);
    boost::asio::awaitable<void> store_enforced();
    boost::asio::awaitable<void> read_pending();
    boost::asio::awaitable<void> plugin_is_ahead(Login login);
    void send_due();
    void send_settings(const office::TradingServer& now);

    ServerContext& context_;
    Calls calls_;
    Bell bell_;
    PolicySender sender_;
    std::vector<Acknowledged> acknowledged_;
    std::unordered_map<Login, std::int64_t> offered_;  ///< the accepted version under way
    std::optional<PolicyDigest> digest_;
    std::set<std::size_t> resent_;  ///< shards that were sent anew after an earlier digest
    Instant session_at_{}, read_at_{}, settings_sent_at_{};
    bool woken_ = false;
    bool digest_due_ = false;  ///< nothing is sent before it is compared, for a second
};

}  // namespace cambist::bridge
