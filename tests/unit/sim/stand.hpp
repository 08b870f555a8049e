// A trading server in a folder of its own, in this process, with quotes that tests set by hand.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "sim/trading_server/manager_commands.hpp"
#include "sim/trading_server/server.hpp"
#include "sim/trading_server/text_field.hpp"
#include "sim/trading_server/thread_place.hpp"

namespace cambist::sim {

inline constexpr uint64_t kLot = CTSP_VOLUME_PER_LOT;

class Stand {
  public:
    Stand() {
        static int number = 0;
        config.server.data_dir =
            std::filesystem::temp_directory_path() /
            ("trading-server-" + std::to_string(getpid()) + "-" + std::to_string(number++));
        config.quotes.model = false;
        config.margin.check_ms = 60'000;
        mark_host_thread(CTSP_THREAD_CONTROL);
    }
    ~Stand() {
        server.reset();
        std::filesystem::remove_all(config.server.data_dir);
    }

    Stand& with_plugin(std::map<std::string, std::string> parameters = {}) {
        config.plugin.path = PLUGIN_DOUBLE;
        config.plugin.parameters = std::move(parameters);
        return *this;
    }

    Server& start() {
        server.reset();
        server = std::make_unique<Server>(config);
        server->start();
        return *server;
    }

    void quote(const std::string& symbol, int64_t bid, int64_t ask) {
        server->quotes.show(symbol, {bid, ask});
        server->quiesce(10 * 1'000'000'000ll);
    }

    uint64_t user(const std::string& group, int64_t balance, uint64_t login = 0) {
        const auto added = server->users.add(
            {.login = login, .group = group, .opening_balance = balance, .path = Path::server});
        return added ? added->login : 0;
    }

    ctsp_user user_of(uint64_t login) { return server->book.find(login)->user; }

    Outcome<Executed> trade(uint64_t login, uint8_t side, uint64_t volume, uint64_t position = 0,
                            uint32_t action = CTSP_ACT_MARKET, int64_t price = 0) {
        ctsp_request request{};
        request.action = action;
        request.login = login;
        request.side = side;
        request.volume = volume;
        request.position = position;
        request.price = price;
        set_text(request.symbol, "EURUSD");
        return server->pipeline.execute(request);
    }

    /// What the double answers to a command of its own.
    std::string plugin(const std::string& command) {
        std::string out;
        server->plugin.command(1, command, out);
        return out;
    }

    /// One of the double's counters.
    int64_t counted(const std::string& name) {
        const std::string all = " " + plugin("stats");
        const size_t at = all.find(" " + name + "=");
        return at == all.npos ? -1 : std::stoll(all.substr(at + name.size() + 2));
    }

    std::string ask(const std::string& line) { return answer_line(*server, line); }

    Config config;
    std::unique_ptr<Server> server;
};

}  // namespace cambist::sim
