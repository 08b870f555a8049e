#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <string>
#include <type_traits>

#include "office/pg/connection.hpp"

namespace cambist::tests {

/// Runs a coroutine on `context` until it ends; what it threw is thrown here.
template <class T>
T await(boost::asio::io_context& context, boost::asio::awaitable<T> operation) {
    std::exception_ptr failure;
    context.restart();
    if constexpr (std::is_void_v<T>) {
        boost::asio::co_spawn(context, std::move(operation),
                              [&](std::exception_ptr error) { failure = error; });
        context.run();
        if (failure)
            std::rethrow_exception(failure);
    } else {
        std::optional<T> value;
        boost::asio::co_spawn(context, std::move(operation),
                              [&](std::exception_ptr error, T result) {
                                  failure = error;
                                  if (!error)
                                      value.emplace(std::move(result));
                              });
        context.run();
        if (failure)
            std::rethrow_exception(failure);
        return std::move(*value);
    }
}

/// A database of one test's own in the runner's cluster, copied from the migrated template (or
/// empty) and dropped at the end. Fails the test when CAMBIST_TEST_CLUSTER does not lead to a
/// cluster.
class TestDatabase {
  public:
    enum class Content { migrated, empty };
    explicit TestDatabase(Content content = Content::migrated);
    ~TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;

    /// libpq connection string, over the socket.
    std::string dsn(const std::string& role = "postgres") const;
    office::pg::ConnectionSettings settings(const std::string& role = "postgres") const;
    /// The same through another address, e.g. of a proxy that cuts.
    office::pg::ConnectionSettings settings_through(const std::string& host, int port,
                                                    const std::string& role = "postgres") const;
    /// Where the cluster listens on 127.0.0.1.
    int port() const { return port_; }
    /// Runs SQL as superuser outside the code under test; what it printed. Fails the test on an
    /// error.
    std::string psql(const std::string& sql) const;

  private:
    std::string admin_dsn_, name_;
    int port_ = 0;
};

}  // namespace cambist::tests
