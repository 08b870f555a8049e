#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "office/pg/deadline.hpp"
#include "office/pg/error.hpp"
#include "office/pg/pool.hpp"
#include "tests/integration/test_database.hpp"

namespace cambist::tests {

namespace {

namespace asio = boost::asio;
using namespace office::pg;
using namespace std::chrono_literals;
using asio::awaitable;
using asio::ip::tcp;

constexpr Query add{"add", "insert into legal_entity values ($1, $2)"};

/// Between client and server; cuts the connection when the client commits.
class CuttingProxy {
  public:
    enum class Cut {
        before_the_commit_passes,  ///< the server never sees it
        after_it_passed,           ///< the server commits, the answer is lost
        never_answer,              ///< the answer is swallowed, the connection stays
    };

    CuttingProxy(asio::io_context& context, int server_port, Cut cut)
        : context_(context),
          acceptor_(context, {asio::ip::address_v4::loopback(), 0}),
          client_(context),
          server_(context),
          server_port_(server_port),
          cut_(cut) {
        asio::co_spawn(context, serve(), [](std::exception_ptr) {});
    }

    int port() const { return acceptor_.local_endpoint().port(); }
    void close() {
        acceptor_.close();
        client_.close();
        server_.close();
    }

  private:
    awaitable<void> serve() {
        client_ = co_await acceptor_.async_accept(asio::use_awaitable);
        const tcp::endpoint server(asio::ip::address_v4::loopback(),
                                   static_cast<unsigned short>(server_port_));
        co_await server_.async_connect(server, asio::use_awaitable);
        asio::co_spawn(context_, answers(), [](std::exception_ptr) {});
        co_await requests();
    }

    awaitable<void> requests() {
        std::array<char, 65536> bytes;
        while (true) {
            const std::size_t got =
                co_await client_.async_read_some(asio::buffer(bytes), asio::use_awaitable);
            const std::string_view seen(bytes.data(), got);
            const bool commits = seen.find("COMMIT") != seen.npos;
            if (commits && cut_ == Cut::before_the_commit_passes) {
                close();
                co_return;
            }
            silent_ = silent_ || commits;
            co_await asio::async_write(server_, asio::buffer(bytes, got), asio::use_awaitable);
        }
    }

    awaitable<void> answers() {
        std::array<char, 65536> bytes;
        while (true) {
            const std::size_t got =
                co_await server_.async_read_some(asio::buffer(bytes), asio::use_awaitable);
            if (silent_ && cut_ == Cut::after_it_passed) {
                close();
                co_return;
            }
            if (!silent_)
                co_await asio::async_write(client_, asio::buffer(bytes, got), asio::use_awaitable);
        }
    }

    asio::io_context& context_;
    tcp::acceptor acceptor_;
    tcp::socket client_, server_;
    int server_port_;
    Cut cut_;
    bool silent_ = false;
};

class LostCommit : public ::testing::Test {
  protected:
    /// Commits one row through the proxy; is the error in doubt?
    std::optional<DatabaseError> commit(CuttingProxy::Cut cut,
                                        std::optional<std::chrono::milliseconds> deadline = {}) {
        CuttingProxy proxy(context, database.port(), cut);
        auto settings = database.settings_through("127.0.0.1", proxy.port());
        settings.commit_timeout = 200ms;
        Pool pool({.connection = settings, .connections = 1});
        std::optional<DatabaseError> error;
        await(context, [&]() -> awaitable<void> {
            const auto transfer = [&]() -> awaitable<void> {
                auto tx = co_await pool.begin();
                co_await tx.execute(add, "row", "Row");
                co_await tx.commit();
            };
            try {
                if (deadline)
                    co_await with_deadline(transfer(), *deadline);
                else
                    co_await transfer();
            } catch (const DatabaseError& thrown) {
                error = thrown;
            }
            EXPECT_EQ(pool.open(), 0u) << "the connection was kept";
            proxy.close();
        }());
        return error;
    }

    bool row_exists() {
        return database.psql("select count(*) from legal_entity where code = 'row'") == "1";
    }

    TestDatabase database;
    asio::io_context context;
};

TEST_F(LostCommit, is_in_doubt_when_it_happened_and_the_answer_was_lost) {
    const auto error = commit(CuttingProxy::Cut::after_it_passed);
    ASSERT_TRUE(error);
    EXPECT_TRUE(error->in_doubt());
    EXPECT_FALSE(error->retryable());
    EXPECT_TRUE(row_exists());
}

TEST_F(LostCommit, is_in_doubt_when_it_did_not_happen_too) {
    const auto error = commit(CuttingProxy::Cut::before_the_commit_passes);
    ASSERT_TRUE(error);
    EXPECT_TRUE(error->in_doubt());
    EXPECT_FALSE(row_exists());
}

TEST_F(LostCommit, is_in_doubt_when_no_answer_comes_in_time) {
    const auto error = commit(CuttingProxy::Cut::never_answer);
    ASSERT_TRUE(error);
    EXPECT_TRUE(error->in_doubt());
}

TEST_F(LostCommit, stays_in_doubt_when_the_callers_deadline_passes_first) {
    const auto error = commit(CuttingProxy::Cut::never_answer, 50ms);
    ASSERT_TRUE(error);
    EXPECT_TRUE(error->in_doubt());
}

TEST_F(LostCommit, an_error_before_the_commit_is_not_in_doubt) {
    Pool pool({.connection = database.settings(), .connections = 1});
    await(context, [&]() -> awaitable<void> {
        auto tx = co_await pool.begin();
        tx.send(add, "main", "again");
        try {
            co_await tx.commit();
            ADD_FAILURE() << "committed a duplicate";
        } catch (const DatabaseError& error) {
            EXPECT_FALSE(error.in_doubt());
            EXPECT_EQ(error.constraint(), "legal_entity_pkey");
        }
    }());
    EXPECT_EQ(pool.idle(), 1u);
    await(context, [&]() -> awaitable<void> {
        auto tx = co_await pool.begin();
        co_await tx.execute(add, "row", "The connection is as new");
        co_await tx.commit();
    }());
    EXPECT_TRUE(row_exists());
}

TEST_F(LostCommit, a_constraint_that_speaks_at_commit_is_a_plain_refusal) {
    database.psql(
        "create table late (id int, unique (id) deferrable initially deferred); "
        "insert into late values (1)");
    constexpr Query late{"late", "insert into late values (1)"};
    Pool pool({.connection = database.settings(), .connections = 1});
    await(context, [&]() -> awaitable<void> {
        auto tx = co_await pool.begin();
        co_await tx.execute(late);
        try {
            co_await tx.commit();
            ADD_FAILURE() << "committed a duplicate";
        } catch (const DatabaseError& error) {
            EXPECT_FALSE(error.in_doubt());
            EXPECT_EQ(error.sqlstate(), "23505");
        }
    }());
    EXPECT_EQ(pool.idle(), 1u);
}

}  // namespace
}  // namespace cambist::tests
