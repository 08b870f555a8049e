#include "plugin/link/transport.hpp"

#include <gtest/gtest.h>

#include <array>
#include <zmq.hpp>

#include "tests/unit/plugin/folder.hpp"

namespace cambist::plugin {
namespace {

struct KeyPair {
    KeyPair() {
        std::array<char, 41> public_text{}, secret_text{};
        zmq_curve_keypair(public_text.data(), secret_text.data());
        public_key = public_text.data();
        secret_key = secret_text.data();
    }
    std::string public_key, secret_key;
};

LinkSettings settings_for(const std::string& endpoint) {
    return {{endpoint}, KeyPair().public_key, KeyPair().secret_key};
}

std::string what_is_wrong(const LinkSettings& settings) {
    const auto opened = open_transport(settings);
    return opened ? "" : opened.error();
}

TEST(Transport, what_is_wrong_with_the_settings_is_named) {
    const LinkSettings good = settings_for("ipc://nobody");
    LinkSettings settings = good;
    settings.endpoints.clear();
    EXPECT_EQ(what_is_wrong(settings), "bridge_endpoints is empty");
    settings = good;
    settings.endpoints = {"carrier-pigeon://loft"};
    EXPECT_NE(what_is_wrong(settings).find("the link cannot be opened"), std::string::npos);
    settings = good;
    settings.bridge_public_key = "short";
    EXPECT_NE(what_is_wrong(settings).find("public key is not 40 characters"), std::string::npos);
    settings = good;
    settings.secret_key.pop_back();
    EXPECT_NE(what_is_wrong(settings).find("secret key is not 40 characters"), std::string::npos);
    settings.secret_key = std::string(40, ' ');
    EXPECT_NE(what_is_wrong(settings), "");
}

TEST(Transport, the_published_test_keys_are_refused) {
    LinkSettings settings = settings_for("ipc://nobody");
    for (const char* published :
         {"D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs", "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"}) {
        settings.secret_key = published;
        EXPECT_NE(what_is_wrong(settings).find("published test key"), std::string::npos);
    }
}

TEST(Transport, nothing_is_queued_for_a_bridge_that_is_away) {
    const TemporaryFolder folder;
    const auto opened = open_transport(settings_for("ipc://" + folder.path() + "/socket"));
    ASSERT_TRUE(opened);
    EXPECT_FALSE((*opened)->send(0, Bytes(10)));
    EXPECT_FALSE((*opened)->receive());
}

TEST(Transport, frames_go_both_ways_under_curve) {
    const TemporaryFolder folder;
    const KeyPair bridge_keys, plugin_keys;
    const std::string endpoint = "ipc://" + folder.path() + "/socket";
    zmq::context_t context;
    zmq::socket_t bridge(context, zmq::socket_type::router);
    bridge.set(zmq::sockopt::curve_server, true);
    bridge.set(zmq::sockopt::curve_secretkey, bridge_keys.secret_key);
    bridge.set(zmq::sockopt::linger, 0);
    bridge.set(zmq::sockopt::rcvtimeo, 20);
    bridge.bind(endpoint);
    const auto opened =
        open_transport({{endpoint}, bridge_keys.public_key, plugin_keys.secret_key});
    ASSERT_TRUE(opened);
    Transport& transport = **opened;

    zmq::message_t identity, frame;
    bool sent = false, answered = false;
    for (int attempt = 0; attempt < 500 && !answered; ++attempt) {
        sent = sent || transport.send(0, Bytes(3, std::byte{7}));
        if (bridge.recv(identity) && bridge.recv(frame)) {
            EXPECT_EQ(frame.size(), 3u);
            // A frame of two parts is not ours: it arrives as an empty one, which no decoder takes.
            bridge.send(zmq::message_t(identity.data(), identity.size()), zmq::send_flags::sndmore);
            bridge.send(zmq::message_t(std::string("a")), zmq::send_flags::sndmore);
            bridge.send(zmq::message_t(std::string("b")), zmq::send_flags::none);
        }
        if (const auto received = transport.receive()) {
            EXPECT_TRUE(received->frame.empty());
            answered = true;
        }
    }
    EXPECT_TRUE(answered);
}

}  // namespace
}  // namespace cambist::plugin
