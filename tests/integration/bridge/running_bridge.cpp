#include "tests/integration/bridge/running_bridge.hpp"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

namespace cambist::tests {

RunningBridge::RunningBridge(bridge::Settings settings)
    : context_(1), app_(context_, clock_, std::move(settings)) {
    boost::asio::co_spawn(context_, app_.join(), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    app_.start();
    thread_ = std::thread([this] { context_.run(); });
}

RunningBridge::~RunningBridge() {
    boost::asio::post(context_, [this] { app_.stop(); });
    thread_.join();
}

BridgeStand::BridgeStand() {
    sql("insert into server (id, name, mode) values (1, 'one', 'enforce'), (2, 'two', 'enforce')");
}

std::string BridgeStand::endpoint(const std::string& name) const {
    const std::string dsn = database.dsn();
    const auto at = dsn.find("dbname=") + 7;
    return "ipc:///tmp/cambist-" + dsn.substr(at, dsn.find(' ', at) - at) + "-" + name;
}

bridge::Settings BridgeStand::settings(const std::string& name) {
    bridge::Settings settings;
    settings.name = name;
    settings.lease_seconds = 2;
    settings.dsn = database.dsn("cambist_bridge");
    settings.endpoint = endpoint(name);
    settings.keys = bridge_keys;
    settings.servers = {{ServerId{1}, {server_keys.public_key}}};
    return settings;
}

void BridgeStand::eventually(const std::string& query, const std::string& value) const {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    std::string found;
    do {
        found = sql(query);
        if (found == value)
            return;
    } while (std::chrono::steady_clock::now() < until);
    FAIL() << query << "\n  gives " << found << "\n  not " << value;
}

}  // namespace cambist::tests
