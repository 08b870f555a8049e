// The manager port's requests, sensible and not.
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include "sim/trading_server/manager_port.hpp"
#include "tests/unit/sim/stand.hpp"

namespace cambist::sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

class Managers : public testing::Test {
  protected:
    Managers() { stand.start(); }
    std::string error(const std::string& line) {
        const std::string answer = stand.ask(line);
        const std::string key = R"("error":")";
        const size_t at = answer.find(key);
        return at == answer.npos
                   ? answer
                   : answer.substr(at + key.size(),
                                   answer.find('"', at + key.size()) - at - key.size());
    }
    Stand stand;
};

TEST_F(Managers, nonsense_has_a_named_error) {
    EXPECT_EQ(error("hello"), "not_json");
    EXPECT_EQ(error(""), "not_json");
    EXPECT_EQ(error(std::string(1'000, '[')), "not_json");
    EXPECT_EQ(error("[1]"), "not_an_object");
    EXPECT_EQ(error("{}"), "missing_field");
    EXPECT_EQ(error(R"({"cmd":7})"), "wrong_type");
    EXPECT_EQ(error(R"({"cmd":"destroy"})"), "unknown_command");
    EXPECT_EQ(error(R"({"cmd":"user"})"), "missing_field");
    EXPECT_EQ(error(R"({"cmd":"user","login":-1})"), "wrong_type");
    EXPECT_EQ(error(R"({"cmd":"user","login":"12x"})"), "wrong_type");
    EXPECT_EQ(error(R"({"cmd":"user","login":5})"), "account_unknown");
    EXPECT_EQ(error(R"({"cmd":"order","login":5,"side":"up"})"), "out_of_range");
    EXPECT_EQ(error(R"({"cmd":"order","login":5,"volume":-1})"), "out_of_range");
    EXPECT_EQ(error(R"({"cmd":"balance","login":5,"amount_minor":1.5})"), "wrong_type");
    EXPECT_EQ(error(R"({"cmd":"balance","login":5,"amount_minor":1,"op":"zz"})"), "out_of_range");
    EXPECT_EQ(error(R"({"cmd":"users_add","count":99999999,"group":"x"})"), "out_of_range");
    EXPECT_EQ(error(R"({"cmd":"plugin_command","hex":"abc"})"), "out_of_range");
    EXPECT_EQ(error(R"({"cmd":"quotes_load","files":["/nonexistent.csv"]})"), "quotes_invalid");
    EXPECT_EQ(error(R"({"cmd":"quotes_start","seconds":-5})"), "out_of_range");
    EXPECT_EQ(error(R"({"cmd":"traders_start","focus":["x"]})"), "wrong_type");
    EXPECT_EQ(error(R"({"cmd":"group_add","name":"n","currency":"TOOLONGNAME"})"), "out_of_range");
    EXPECT_EQ(error("{\"cmd\":\"user\",\"login\":1,\"x\":\"\xff\"}"), "not_json");
}

TEST_F(Managers, a_day_by_hand) {
    EXPECT_TRUE(stand.ask(R"({"cmd":"ping"})").starts_with(R"({"ok":true)"));
    stand.ask(R"({"cmd":"quote","symbol":"EURUSD","bid":139000,"ask":139010})");
    EXPECT_EQ(error(R"({"cmd":"user_add","login":700,"group":"real/nowhere"})"), "group_unknown");
    stand.ask(R"({"cmd":"user_add","login":700,"group":"real/usd-hedging"})");
    EXPECT_EQ(error(R"({"cmd":"user_add","login":700,"group":"real/usd-hedging"})"), "duplicate");
    stand.ask(R"({"cmd":"balance","login":"700","amount_minor":1000000,"comment":"hello"})");
    stand.ask(R"({"cmd":"balance_direct","login":700,"amount_minor":-1000})");
    const std::string order =
        stand.ask(R"({"cmd":"order","login":700,"symbol":"EURUSD","volume":10000000})");
    EXPECT_NE(order.find(R"("deals":[)"), order.npos) << order;
    const std::string user = stand.ask(R"({"cmd":"user","login":700})");
    EXPECT_NE(user.find(R"("balance":999000)"), user.npos) << user;
    const std::string stats = stand.ask(R"({"cmd":"stats"})");
    EXPECT_NE(stats.find(R"("deals":3)"), stats.npos) << stats;
    EXPECT_EQ(stand.ask(R"({"cmd":"quiesce"})"), R"({"ok":true})");
}

class Port : public Managers {
  protected:
    Port() : port(*stand.server) {}
    tcp::socket connect() {
        tcp::socket socket(context);
        socket.connect({asio::ip::address_v4::loopback(), port.port()});
        return socket;
    }
    std::string line(tcp::socket& socket) {
        std::string text;
        boost::system::error_code error;
        asio::read_until(socket, asio::dynamic_buffer(text), '\n', error);
        return error ? error.message() : text;
    }
    asio::io_context context;
    ManagerPort port;
};

TEST_F(Port, answers_line_by_line) {
    tcp::socket socket = connect();
    asio::write(socket, asio::buffer(std::string("{\"cmd\":\"ping\"}\nnonsense\n")));
    std::string both;
    asio::read_until(socket, asio::dynamic_buffer(both), "not_json");
    EXPECT_TRUE(both.starts_with(R"({"ok":true)"));
}

TEST_F(Port, a_line_that_is_too_long_ends_the_connection) {
    tcp::socket socket = connect();
    asio::write(socket, asio::buffer(std::string(70'000, 'x')));
    EXPECT_NE(line(socket).find("line_too_long"), std::string::npos);
}

TEST_F(Port, connections_over_the_limit_are_told_so) {
    std::vector<tcp::socket> guests;
    for (int64_t i = 0; i < stand.config.manager.max_clients; ++i) {
        guests.push_back(connect());
        asio::write(guests.back(), asio::buffer(std::string("{\"cmd\":\"ping\"}\n")));
        line(guests.back());
    }
    tcp::socket late = connect();
    EXPECT_NE(line(late).find("too_many_clients"), std::string::npos);
}

}  // namespace
}  // namespace cambist::sim
