#include "tests/integration/gateway/running_gateway.hpp"

#include <spdlog/fmt/fmt.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "gateway/http/request_id.hpp"
#include "gateway/routes/four_eyes.hpp"
#include "office/staff/access_store.hpp"
#include "office/staff/api_key.hpp"
#include "office/staff/permission.hpp"
#include "office/staff/session.hpp"
#include "office/staff/token.hpp"

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
                               const HttpLimits& limits, const ApiSettings& settings,
                               DoorSettings door)
    : work_(asio::make_work_guard(context_)),
      pool_(pool_of(connection)),
      lookups_({.connection = connection}),
      notifier_(context_.get_executor(), connection),
      door_(keys(), std::move(door)),
      access_(context_.get_executor(), connection),
      events_(context_.get_executor(), connection),
      api_(pool_, lookups_, notifier_, door_, access_, events_, clock_, settings),
      server_(context_.get_executor(), "127.0.0.1", 0, limits, api_) {
    api_.watch(server_);
    serving_ = asio::co_spawn(context_, server_.serve(), asio::use_future);
    notifying_ = asio::co_spawn(context_, notifier_.run(), asio::use_future);
    following_ = asio::co_spawn(context_, events_.run(), asio::use_future);
    watching_ = asio::co_spawn(context_, access_.run(), asio::use_future);
    thread_ = std::thread([this] { context_.run(); });
}

DoorSettings quick_door() {
    DoorSettings door;
    door.password_cost = {.iterations = 1, .memory_mib = 1};
    return door;
}

const office::SecretKeys& RunningGateway::keys() {
    static const auto made = office::SecretKeys::from(office::SecretKeys::random_text());
    return *made;
}

RunningGateway::~RunningGateway() {
    asio::post(context_, [this] { events_.stop(); });
    asio::co_spawn(context_, server_.stop(), asio::use_future).wait();
    asio::post(context_, [this] { notifier_.stop(); });
    serving_.wait();
    notifying_.wait();
    following_.wait();
    context_.stop();
    thread_.join();
}

std::vector<std::string> every_permission() {
    std::vector<std::string> permissions;
    for (const auto& permission : office::known_permissions())
        if (!office::is_for_people_alone(permission.name))
            permissions.emplace_back(permission.name);
    return permissions;
}

HttpClient::Fields add_key(const tests::TestDatabase& database,
                           const std::vector<std::string>& permissions) {
    const auto key = office::KeyText::random();
    std::string hash;
    for (const std::byte byte : office::hash_of(key))
        hash += fmt::format("{:02x}", std::to_integer<int>(byte));
    database.psql(
        fmt::format("insert into cambist.api_key (id, name, hash, permissions) values "
                    "('{}', 'test', decode('{}', 'hex'), '{{{}}}')",
                    key.id, hash, fmt::join(permissions, ",")));
    return {{"Authorization", "Bearer " + key.text()}};
}

HttpClient::Fields add_session(const tests::TestDatabase& database, const std::string& username,
                               const std::vector<std::string>& roles) {
    const auto token = office::Token::random();
    std::string hash;
    for (const std::byte byte : token.hash())
        hash += fmt::format("{:02x}", std::to_integer<int>(byte));
    const auto id = database.psql("select gen_random_uuid()");
    database.psql(fmt::format(
        "insert into person (id, name) values ('{0}', '{1}');"
        "insert into staff (id, person_id, username, name) values ('{0}', '{0}', '{1}', '{1}');"
        "insert into role_grant (id, staff_id, role, granted_by) "
        "  select gen_random_uuid(), '{0}', unnest('{{{2}}}'::text[]), 'test';"
        "with device as (insert into staff_device (staff_id, token_hash, user_agent, address) "
        "  values ('{0}', decode('{3}', 'hex'), 'test', '127.0.0.1') returning id) "
        "insert into staff_session (token_hash, staff_id, device_id, security_version, state, "
        "  idle_expires_at, absolute_expires_at, stepped_up_at, address, user_agent) "
        "select decode('{3}', 'hex'), '{0}', device.id, c.security_version, 'active', "
        "  now() + interval '1 hour', now() + interval '1 hour', now(), '127.0.0.1', 'test' "
        "from device, staff_credential c where c.staff_id = '{0}'",
        id, username, fmt::join(roles, ","), hash));
    return {{"Cookie", std::string(office::session_cookie) + "=" + token.text},
            {"X-CSRF-Token", office::csrf_token_of(token)}};
}

namespace {

office::Actor add_checker(const tests::TestDatabase& database) {
    const office::Actor checker{.name = "staff:checker",
                                .principal = *OperationId::from_uuid(test_uuid(900'001)),
                                .person = *OperationId::from_uuid(test_uuid(900'002)),
                                .is_staff = true};
    database.psql(fmt::format(
        "insert into person (id, name) values ('{1}', 'X') on conflict do nothing;"
        "insert into staff (id, person_id, username, name) values ('{0}', '{1}', 'checker', 'X') "
        "  on conflict do nothing;"
        "insert into role_grant (id, staff_id, role, granted_by) "
        "  select gen_random_uuid(), '{0}', name, 'test' from role "
        "  where not exists (select from role_grant where staff_id = '{0}')",
        checker.principal.uuid(), checker.person.uuid()));
    return checker;
}

}  // namespace

ReceivedAnswer approved(const tests::TestDatabase& database, const ReceivedAnswer& asked) {
    const auto body = boost::json::parse(asked.body);
    const auto id =
        OperationId::from_uuid(body.at("approval").at("id").as_string()).value_or(OperationId{});
    const office::Actor checker = add_checker(database);
    const office::Authority alone(checker);
    const SystemClock clock;
    asio::io_context context;
    office::pg::Pool pool(pool_of(database.settings("cambist_gateway")));
    ReceivedAnswer answer;
    tests::await(context, [&]() -> asio::awaitable<void> {
        auto tx = co_await pool.begin();
        office::access::act(tx, checker, "approval.decide");
        const Request request{
            .id = make_request_id(), .method = "POST", .target = {}, .headers = {}, .peer = ""};
        const PathValues path;
        const boost::json::value nothing;
        const CursorKey cursors = CursorKey::random();
        Call call{request, path, nothing, alone, checker, clock.now(), tx, cursors};
        Reply reply;
        const office::WantedDecision wanted{.approves = true, .remark = "seen", .if_version = 1};
        const auto decided = co_await office::approvals::Engine::decide(
            tx, id, wanted, checker, clock.now(), carrying_out(call, reply));
        co_await tx.commit();
        answer.status = decided && !decided->stale ? reply.status : 409;
        answer.body = boost::json::serialize(reply.body);
        if (decided && decided->stale)
            answer.body = "{\"code\":\"" + *decided->stale + "\"}";
    }());
    return answer;
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
