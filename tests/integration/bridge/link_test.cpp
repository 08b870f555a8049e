#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "tests/integration/bridge/running_bridge.hpp"

namespace cambist::tests {

namespace {

using namespace std::chrono_literals;

class BridgeLink : public BridgeStand {};

Hello hello_of(std::uint32_t server) {
    Hello hello;
    hello.server = ServerId{server};
    hello.epoch = 1;
    return hello;
}

TEST_F(BridgeLink, welcomes_a_listed_key_and_says_where_its_stream_stands) {
    const auto bridge = start();
    auto plugin = this->plugin();
    const Welcome welcome = plugin.greet(5);
    EXPECT_EQ(welcome.cursor_epoch, 5u);
    EXPECT_EQ(welcome.cursor_seq, 0u);
    EXPECT_EQ(welcome.bridge_epoch, 1u);
    EXPECT_TRUE(welcome.settings.enforce);
    EXPECT_EQ(welcome.settings.scope, std::vector<std::string>{"*"});
    EXPECT_GT(welcome.credit_events, 0u);
}

TEST_F(BridgeLink, gives_no_answer_to_a_key_that_is_not_listed) {
    const auto bridge = start();
    PluginDouble stranger(endpoint("a"), bridge_keys.public_key, bridge::new_pair());
    stranger.send(hello_of(1));
    auto listed = plugin();
    listed.greet(1);  // so the bridge was awake all the time
    EXPECT_FALSE(stranger.wait_for<Welcome>(500ms));
}

TEST_F(BridgeLink, takes_either_of_two_keys_while_they_are_rotated) {
    auto rotating = settings();
    const auto next = bridge::new_pair();
    rotating.servers[0].public_keys.push_back(next.public_key);
    const RunningBridge bridge(rotating);
    PluginDouble old(endpoint("a"), bridge_keys.public_key, server_keys);
    EXPECT_TRUE(old.greet(1).owner);
    PluginDouble renewed(endpoint("a"), bridge_keys.public_key, next);
    EXPECT_TRUE(renewed.greet(1).owner);
}

TEST_F(BridgeLink, refuses_a_hello_for_another_server) {
    const auto bridge = start();
    auto plugin = this->plugin();
    plugin.send(hello_of(2));
    EXPECT_EQ(plugin.expect<FrameRefused>().error, FrameError::wrong_server);
}

TEST_F(BridgeLink, refuses_by_name_what_cannot_be_read_or_was_not_expected) {
    const auto bridge = start();
    auto plugin = this->plugin();
    plugin.greet(1);
    plugin.send_bytes("\x93\x01\x01");
    EXPECT_NE(plugin.expect<FrameRefused>().error, FrameError::wrong_server);
    plugin.send(Welcome{});
    EXPECT_EQ(plugin.expect<FrameRefused>().error, FrameError::not_expected);
    plugin.tell(1, 1, {snapshot_begins()});
    plugin.wait_acknowledged(1);
}

TEST_F(BridgeLink, ends_a_session_after_three_bad_frames_until_the_next_hello) {
    const auto bridge = start();
    auto plugin = this->plugin();
    plugin.greet(1);
    for (int bad = 0; bad < 3; ++bad) {
        plugin.send_bytes("nonsense");
        plugin.expect<FrameRefused>();
    }
    plugin.tell(1, 1, {snapshot_begins()});
    EXPECT_EQ(plugin.expect<FrameRefused>().error, FrameError::not_expected);
    plugin.greet(1);
    plugin.tell(1, 1, {snapshot_begins()});
    plugin.wait_acknowledged(1);
}

TEST_F(BridgeLink, serves_on_among_hundreds_of_half_open_connections) {
    const auto bridge = start();
    std::vector<int> sockets;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, endpoint("a").substr(6).c_str());
    for (int count = 0; count < 300; ++count) {
        const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        ASSERT_GE(socket, 0);
        [[maybe_unused]] const int pending =
            ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        sockets.push_back(socket);
    }
    auto plugin = this->plugin();
    EXPECT_TRUE(plugin.greet(1).owner);
    for (const int socket : sockets)
        ::close(socket);
}

TEST_F(BridgeLink, does_not_start_over_when_a_hello_is_repeated) {
    const auto bridge = start();
    auto plugin = this->plugin();
    plugin.greet(1);
    plugin.tell(1, 1, {snapshot_begins(), told(user(10, 1, 500))});
    plugin.wait_acknowledged(2);
    EXPECT_EQ(plugin.greet(1).cursor_seq, 2u);
    plugin.tell(1, 3, {snapshot_ends()});
    plugin.wait_acknowledged(3);
    EXPECT_EQ(sql("select events_applied from stream_epoch"), "3");
}

}  // namespace

}  // namespace cambist::tests
