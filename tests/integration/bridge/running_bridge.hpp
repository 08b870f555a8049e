#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "bridge/app.hpp"
#include "bridge/system_clock.hpp"
#include "tests/integration/bridge/plugin_double.hpp"
#include "tests/integration/test_database.hpp"

namespace cambist::tests {

/// The real bridge in a thread of its own; stopped gracefully when destroyed.
class RunningBridge {
  public:
    explicit RunningBridge(bridge::Settings settings);
    ~RunningBridge();
    RunningBridge(const RunningBridge&) = delete;
    RunningBridge& operator=(const RunningBridge&) = delete;

  private:
    bridge::SystemClock clock_;
    boost::asio::io_context context_;
    bridge::App app_;
    std::thread thread_;
};

/// A database with server 1, and what is needed to run bridges and a plugin on it.
class BridgeStand : public ::testing::Test {
  protected:
    BridgeStand();

    /// Settings of a bridge by that name, with an endpoint of its own.
    bridge::Settings settings(const std::string& name = "a");
    std::unique_ptr<RunningBridge> start(const std::string& name = "a") {
        return std::make_unique<RunningBridge>(settings(name));
    }
    PluginDouble plugin(const std::string& name = "a") const {
        return {endpoint(name), bridge_keys.public_key, server_keys};
    }
    std::string endpoint(const std::string& name) const;

    std::string sql(const std::string& text) const { return database.psql(text); }
    /// Waits until the query gives the value; fails the test after twenty seconds.
    void eventually(const std::string& query, const std::string& value) const;
    /// The same as `eventually(query, "t")`.
    void comes_true(const std::string& condition) const { eventually("select " + condition, "t"); }

    TestDatabase database;
    const bridge::CurvePair bridge_keys = bridge::new_pair();
    const bridge::CurvePair server_keys = bridge::new_pair();
    const bridge::CurvePair other_keys = bridge::new_pair();  ///< of server 2
};

}  // namespace cambist::tests
