#include "bridge/trading/policy_flow.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "office/accounts/account_store.hpp"
#include "office/audit/audit_store.hpp"
#include "office/pg/error.hpp"
#include "office/trading/server_service.hpp"
#include "office/trading/server_store.hpp"

namespace cambist::bridge {

namespace {

using boost::asio::awaitable;
namespace policies = office::policies;

constexpr auto poll_interval = std::chrono::milliseconds(100);
constexpr auto digest_wait = std::chrono::seconds(1), most_digest_wait = std::chrono::seconds(5);
constexpr auto most_clock_offset = std::chrono::minutes(1);
constexpr auto settings_interval = std::chrono::seconds(1);
constexpr const char* plugin_ahead = "the plugin's policies are ahead";
constexpr int read_at_most = 20'000;
constexpr int page = 10'000;
constexpr std::size_t policies_a_frame = 4096;

AccountPolicy as_sent(const policies::VersionedPolicy& accepted) {
    return {.login = accepted.login,
            .version = static_cast<std::uint32_t>(accepted.version),
            .rights = accepted.policy.rights,
            .reason = accepted.policy.reason,
            .leverage_cap_x100 = static_cast<std::uint32_t>(accepted.policy.leverage_cap_x100),
            .reserved = accepted.policy.reserved};
}

/// Never earlier than the publication: the later of both clocks, when they are near each other.
Instant enforced_at(const PolicyAcknowledged& message, Instant received) {
    const bool sane = message.published - received < most_clock_offset;
    return sane ? std::max(message.published, received) : received;
}

awaitable<std::vector<policies::VersionedPolicy>> every_policy(office::pg::Transaction& tx,
                                                               ServerId server) {
    std::vector<policies::VersionedPolicy> all;
    for (;;) {
        const Login after = all.empty() ? Login{} : all.back().login;
        auto more = co_await policies::all(tx, server, after, page);
        const bool last = more.size() < page;
        std::ranges::move(more, std::back_inserter(all));
        if (last)
            co_return all;
    }
}

}  // namespace

PolicyFlow::PolicyFlow(boost::asio::any_io_executor executor, ServerContext& context, Calls calls)
    : context_(context), calls_(std::move(calls)), bell_(std::move(executor)) {}

void PolicyFlow::session_began() {
    sender_.begin_session(context_.office.policy_era, context_.bridge_epoch);
    acknowledged_.clear();
    digest_.reset();
    digest_due_ = true;
    session_at_ = context_.clock.now();
    wake();
}

void PolicyFlow::session_ended() {
    sender_.end_session();
}

void PolicyFlow::wake() {
    woken_ = true;
    bell_.ring();
}

void PolicyFlow::on_acknowledged(PolicyAcknowledged message, Instant at) {
    acknowledged_.push_back({std::move(message), at});
    bell_.ring();
}

void PolicyFlow::on_digest(const PolicyDigest& digest) {
    digest_ = digest;
    bell_.ring();
}

awaitable<void> PolicyFlow::run() {
    while (!context_.stopping) {
        co_await bell_.wait(poll_interval);
        if (context_.stopping || !context_.open)
            continue;
        bool failed = false;
        try {
            co_await turn();
        } catch (const office::pg::DatabaseError& error) {
            context_.metrics.database_errors->Increment();
            spdlog::warn("server {}: policies: {}", context_.server.value, error.what());
            failed = true;
        }
        if (failed) {
            Bell pause(co_await boost::asio::this_coro::executor);
            co_await pause.wait(2 * poll_interval);
        }
    }
}

awaitable<void> PolicyFlow::turn() {
    if (digest_)
        co_await compare_digest();
    const Instant now = context_.clock.now();
    if (digest_due_ && now - session_at_ < digest_wait)
        co_return;
    if (digest_due_ && now - session_at_ > most_digest_wait) {
        spdlog::warn("server {}: the plugin has not said which policies it holds",
                     context_.server.value);
        session_at_ = now;
        calls_.greet_again();
    }
    if (!acknowledged_.empty())
        co_await store_enforced();
    if (woken_ || now - read_at_ >= poll_interval)
        co_await read_pending();
    if (context_.open)
        send_due();
}

awaitable<void> PolicyFlow::compare_digest() {
    const PolicyDigest held = *digest_;
    auto tx = co_await context_.pool.begin();
    auto all = co_await every_policy(tx, context_.server);
    PolicyDigest wanted{.era = context_.office.policy_era};
    for (const auto& accepted : all)
        wanted.sums[shard_of(accepted.login)] += policy_hash(as_sent(accepted));
    const auto differing = PolicySender::differing_shards(wanted, held);
    if (!differing.empty())
        spdlog::info("server {}: {} shards of policies differ and are sent again",
                     context_.server.value, differing.size());
    co_await tx.commit();
    co_await mend({differing.begin(), differing.end()}, std::move(all));
    digest_.reset();
    digest_due_ = false;
    woken_ = true;
}

awaitable<void> PolicyFlow::mend(const std::set<std::size_t>& shards,
                                 std::vector<policies::VersionedPolicy> all) {
    auto tx = co_await context_.pool.begin();
    std::vector<Login> again;
    std::vector<office::AccountKey> anew;
    for (const auto& accepted : all) {
        const std::size_t shard = shard_of(accepted.login);
        if (!shards.contains(shard))
            continue;
        // Sent anew once already and still different: the plugin gives the number another meaning.
        if (resent_.contains(shard))
            anew.push_back({context_.server, accepted.login});
        else
            again.push_back(accepted.login);
    }
    if (!again.empty())
        policies::forget_enforced(tx, context_.server, again);
    if (!anew.empty()) {
        office::accounts::accept_again(tx, anew);
        office::audit::append(tx, context_.actor(),
                              {.action = "policies_accepted_anew",
                               .subject = context_.office.subject(),
                               .before = {},
                               .after = {},
                               .reason = "the plugin held other contents under these versions"});
    }
    co_await tx.commit();
    resent_ = shards;
}

awaitable<void> PolicyFlow::store_enforced() {
    const auto acknowledged = std::exchange(acknowledged_, {});
    std::vector<policies::Enforced> enforced;
    Login ahead;
    for (const Acknowledged& one : acknowledged) {
        const Instant at = enforced_at(one.message, one.at);
        for (const PolicyApplied& applied : sender_.on_acknowledged(one.message)) {
            const auto offered = offered_.find(applied.login);
            if (offered != offered_.end() && applied.version > offered->second)
                ahead = applied.login;
            if (offered != offered_.end() && applied.version >= offered->second)
                offered_.erase(offered);
            enforced.push_back({applied.login, applied.version, at});
        }
    }
    context_.metrics.policies_under_way->Set(static_cast<double>(sender_.under_way()));
    if (enforced.empty())
        co_return;
    const auto count = static_cast<double>(enforced.size());
    auto tx = co_await context_.pool.begin();
    co_await policies::mark_enforced(tx, context_.server, std::move(enforced));
    co_await tx.commit();
    context_.metrics.policies_enforced->Increment(count);
    if (ahead.value != 0)
        co_await plugin_is_ahead(ahead);
}

awaitable<void> PolicyFlow::plugin_is_ahead(Login login) {
    spdlog::critical("server {}: the plugin holds a later policy of {} than the office",
                     context_.server.value, login.value);
    auto tx = co_await context_.pool.begin();
    const bool first_seen = !context_.office.asks_first;
    if (first_seen)
        co_await office::distrust_restored(tx, context_.server, plugin_ahead, context_.actor());
    else
        co_await office::stop_money_out(tx, context_.server,
                                        std::string(plugin_ahead) + ": was the database restored?",
                                        context_.actor());
    co_await tx.commit();
    context_.office.asks_first = true;
    if (first_seen)
        calls_.greet_again();  // with what is asked about
}

awaitable<void> PolicyFlow::read_pending() {
    woken_ = false;
    read_at_ = context_.clock.now();
    auto tx = co_await context_.pool.begin();
    policies::ask_pending(tx, context_.server, sender_.has_room() ? read_at_most : 0);
    office::servers::ask(tx, context_.server);
    const auto answers = co_await tx.gather();
    const auto server = office::servers::server_in(answers[1]);
    for (const auto& accepted : policies::pending_in(answers[0])) {
        if (!sender_.has_room())
            break;
        sender_.offer(as_sent(accepted));
        offered_[accepted.login] = std::max(offered_[accepted.login], accepted.version);
    }
    context_.metrics.policies_under_way->Set(static_cast<double>(sender_.under_way()));
    if (server)
        send_settings(*server);
}

void PolicyFlow::send_settings(const office::TradingServer& now) {
    const bool same = now.config_version == context_.office.config_version;
    const bool same_era = now.policy_era == context_.office.policy_era;
    const bool scope_changed = now.scope != context_.office.scope;
    context_.office = now;
    // The plugin then says that it holds policies of an older era, and all are sent again.
    if (!same_era)
        return calls_.greet_again();
    // Again and again: a plugin with a full queue may have dropped it.
    if (same && read_at_ - settings_sent_at_ < settings_interval)
        return;
    settings_sent_at_ = read_at_;
    context_.send(SettingsChanged{context_.bridge_epoch, now.policy_era, settings_of(now)});
    if (scope_changed)
        calls_.scope_changed();
}

void PolicyFlow::send_due() {
    for (;;) {
        const PolicyBatch batch = sender_.next_batch(policies_a_frame, context_.clock.now());
        if (batch.accounts.empty())
            return;
        context_.metrics.policies_sent->Increment(static_cast<double>(batch.accounts.size()));
        if (!context_.send(batch))
            return;
    }
}

}  // namespace cambist::bridge
