// The program itself: killed at named points, it comes back with everything that it had told.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

class Program : public testing::Test {
  protected:
    Program()
        : folder(std::filesystem::temp_directory_path() /
                 ("cambist-sim-" + std::to_string(getpid()))) {
        std::filesystem::create_directories(folder);
    }
    ~Program() override {
        if (process > 0) {
            kill(process, SIGKILL);
            waitpid(process, nullptr, 0);
        }
        std::filesystem::remove_all(folder);
    }

    void spawn(const std::string& settings) {
        const std::string file = folder / "sim.toml";
        std::ofstream(file) << settings;
        std::vector<std::string> words{CAMBIST_SIM, "--config", file};
        std::vector<char*> arguments;
        for (std::string& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        ASSERT_EQ(posix_spawn(&process, CAMBIST_SIM, nullptr, nullptr, arguments.data(), environ),
                  0);
    }

    /// Starts it and waits until its port is known or it has ended.
    void start(const std::string& crash_at = {}) {
        std::filesystem::remove(folder / "data/manager.port");
        spawn("[server]\ndata_dir = \"" + (folder / "data").string() + "\"\ncrash_at = \"" +
              crash_at + "\"\n[plugin]\npath = \"" PLUGIN_DOUBLE "\"\n");
        while (!std::filesystem::exists(folder / "data/manager.port") &&
               waitpid(process, nullptr, WNOHANG) == 0)
            usleep(1'000);
        uint16_t port = 0;
        std::ifstream(folder / "data/manager.port") >> port;
        socket.emplace(context);
        socket->connect({asio::ip::address_v4::loopback(), port});
    }

    /// The answer, or nothing when the server died.
    std::string ask(const std::string& line) {
        boost::system::error_code error;
        asio::write(*socket, asio::buffer(line + "\n"), error);
        std::string answer;
        asio::read_until(*socket, asio::dynamic_buffer(answer), '\n', error);
        return error ? "" : answer;
    }

    int wait_for_end() {
        int status = 0;
        waitpid(process, &status, 0);
        process = 0;
        return status;
    }

    std::filesystem::path folder;
    pid_t process = 0;
    asio::io_context context;
    std::optional<tcp::socket> socket;
};

constexpr auto kOpen = R"({"cmd":"user_add","login":700,"group":"real/usd-hedging"})";
constexpr auto kPay = R"({"cmd":"balance","login":700,"amount_minor":500})";
constexpr auto kLook = R"({"cmd":"user","login":700})";

TEST_F(Program, what_was_answered_survives_sigkill) {
    start();
    ASSERT_NE(ask(kOpen).find("\"ok\":true"), std::string::npos);
    ASSERT_NE(ask(kPay).find("\"ok\":true"), std::string::npos);
    kill(process, SIGKILL);
    wait_for_end();
    start();
    EXPECT_NE(ask(kLook).find("\"balance\":500"), std::string::npos);
}

TEST_F(Program, a_crash_after_the_commit_keeps_what_nobody_was_told) {
    start("before_deal_event");
    ask(kOpen);
    EXPECT_EQ(ask(kPay), "");
    const int status = wait_for_end();
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    start();
    EXPECT_NE(ask(kLook).find("\"balance\":500"), std::string::npos);
}

TEST_F(Program, a_crash_before_the_commit_leaves_no_trace) {
    start("before_balance:2");
    ask(kOpen);
    EXPECT_NE(ask(kPay), "");
    EXPECT_EQ(ask(kPay), "");
    wait_for_end();
    start();
    EXPECT_NE(ask(kLook).find("\"balance\":500"), std::string::npos);
}

TEST_F(Program, the_plugins_own_operation_can_be_cut_before_its_answer) {
    start("after_balance_before_return");
    ask(kOpen);
    // "balance 700 500 9" for the double's worker.
    EXPECT_EQ(ask(R"({"cmd":"plugin_command","hex":"62616c616e636520373030203530302039"})"), "");
    wait_for_end();
    start();
    EXPECT_NE(ask(kLook).find("\"balance\":500"), std::string::npos);
}

TEST_F(Program, sigterm_ends_it_cleanly) {
    start();
    kill(process, SIGTERM);
    const int status = wait_for_end();
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST_F(Program, bad_settings_end_with_status_2) {
    spawn("nonsense = 1\n");
    const int status = wait_for_end();
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 2);
}

}  // namespace
