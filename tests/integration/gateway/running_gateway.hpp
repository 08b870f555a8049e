#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "gateway/auth/access_watch.hpp"
#include "gateway/auth/door.hpp"
#include "gateway/http/server.hpp"
#include "gateway/routes/api.hpp"
#include "gateway/system_clock.hpp"
#include "office/pg/lookups.hpp"
#include "office/pg/notifier.hpp"
#include "office/pg/pool.hpp"
#include "tests/integration/gateway/http_client.hpp"
#include "tests/integration/test_database.hpp"

namespace cambist::gateway {

/// The defaults, with passwords that are hashed in no time.
DoorSettings quick_door();

/// The gateway's own parts, served by one thread of the test against one database.
class RunningGateway {
  public:
    explicit RunningGateway(const office::pg::ConnectionSettings& connection,
                            const HttpLimits& limits = {}, const ApiSettings& settings = {},
                            DoorSettings door = quick_door());
    ~RunningGateway();

    HttpClient client() const { return HttpClient(server_.port()); }
    /// What encrypts second factors here, in every test.
    static const office::SecretKeys& keys();
    /// How many passwords were compared with a hash.
    std::uint64_t passwords_compared() { return door_.hashes().comparisons(); }
    std::uint64_t passwords_hashed() { return door_.hashes().hashes_made(); }

  private:
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    SystemClock clock_;
    office::pg::Pool pool_;
    office::pg::Lookups lookups_;
    office::pg::Notifier notifier_;
    Door door_;
    AccessWatch access_;
    EventWatch events_;
    Api api_;
    Server server_;
    std::future<void> serving_, notifying_, watching_, following_;
    std::thread thread_;
};

/// Every permission that a key can hold.
std::vector<std::string> every_permission();

/// Adds a key to the database and gives its `Authorization` header.
HttpClient::Fields add_key(const tests::TestDatabase& database,
                           const std::vector<std::string>& permissions);

/// Adds a member of staff with those roles for all clients, signed in a moment ago with a code, and
/// gives what their browser sends: the session's cookie and the token of its pages.
HttpClient::Fields add_session(const tests::TestDatabase& database, const std::string& username,
                               const std::vector<std::string>& roles);

/// Carries out what a 202 says waits for approval, decided by a member of staff who may decide all;
/// gives what the request then answered.
ReceivedAnswer approved(const tests::TestDatabase& database, const ReceivedAnswer& asked);

/// The same header fields with an Idempotency-Key.
HttpClient::Fields with_request_key(HttpClient::Fields fields, const std::string& key);

/// 00000000-0000-4000-8000-<number>: an id of a test's own.
std::string test_uuid(std::uint64_t number);

/// Server 1 in enforce mode with the group real\usd, and the mirrored account 1001 with 1000.00
/// USD.
void add_trading_server(const tests::TestDatabase& database);

}  // namespace cambist::gateway
