#include "tests/integration/gateway/running_gateway.hpp"

#include <spdlog/fmt/fmt.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include "office/staff/api_key.hpp"

namespace cambist::gateway {
namespace {

namespace asio = boost::asio;

office::pg::PoolSettings pool_of(const office::pg::ConnectionSettings& connection) {
    office::pg::PoolSettings pool;
    pool.connection = connection;
    pool.connections = 8;
    pool.wait_limit = std::chrono::seconds(20);
    return pool;
}

}  // namespace

RunningGateway::RunningGateway(const office::pg::ConnectionSettings& connection,
                               const HttpLimits& limits, bool release_allowed,
                               std::chrono::milliseconds handler_time)
    : work_(asio::make_work_guard(context_)),
      pool_(pool_of(connection)),
      notifier_(context_.get_executor(), connection),
      api_(pool_, notifier_, clock_,
           {.release_allowed = release_allowed, .handler_time = handler_time}),
      server_(context_.get_executor(), "127.0.0.1", 0, limits, api_) {
    api_.watch(server_);
    serving_ = asio::co_spawn(context_, server_.serve(), asio::use_future);
    notifying_ = asio::co_spawn(context_, notifier_.run(), asio::use_future);
    thread_ = std::thread([this] { context_.run(); });
}

RunningGateway::~RunningGateway() {
    asio::co_spawn(context_, server_.stop(), asio::use_future).wait();
    asio::post(context_, [this] { notifier_.stop(); });
    serving_.wait();
    notifying_.wait();
    context_.stop();
    thread_.join();
}

std::vector<std::string> every_scope() {
    std::vector<std::string> scopes;
    for (const auto& scope : office::known_scopes())
        scopes.emplace_back(scope.name);
    return scopes;
}

HttpClient::Fields add_key(const tests::TestDatabase& database,
                           const std::vector<std::string>& scopes, bool narrow_only) {
    const auto key = office::KeyText::random();
    std::string hash;
    for (const std::byte byte : office::hash_of(key))
        hash += fmt::format("{:02x}", std::to_integer<int>(byte));
    database.psql(
        fmt::format("insert into cambist.api_key (id, name, hash, scopes, narrow_only) values "
                    "('{}', 'test', decode('{}', 'hex'), '{{{}}}', {})",
                    key.id, hash, fmt::join(scopes, ","), narrow_only));
    return {{"Authorization", "Bearer " + key.text()}};
}

HttpClient::Fields with_request_key(HttpClient::Fields fields, const std::string& key) {
    fields.emplace_back("Idempotency-Key", key);
    return fields;
}

std::string test_uuid(std::uint64_t number) {
    return fmt::format("00000000-0000-4000-8000-{:012x}", number);
}

void add_trading_server(const tests::TestDatabase& database) {
    database.psql(
        "set search_path = cambist;"
        "insert into server (id, name, mode) values (1, 'first', 'enforce');"
        "insert into trading_group (server_id, group_id, name, currency) "
        "values (1, 7, 'real\\usd', 'USD');"
        "insert into account (server_id, login, group_name, group_id, leverage_x100, balance, "
        "currency, currency_digits, server_version) "
        "values (1, 1001, 'real\\usd', 7, 10000, 100000, 'USD', 2, 1)");
}

}  // namespace cambist::gateway
