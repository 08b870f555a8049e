#include "tests/integration/bridge/cutting_proxy.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <string_view>

namespace cambist::tests {

namespace asio = boost::asio;
using asio::ip::tcp;

struct CuttingProxy::Pair {
    tcp::socket client, server;
    std::array<char, 65536> requests, answers;
    bool cut = false;

    void close() {
        boost::system::error_code ignored;
        client.close(ignored);
        server.close(ignored);
    }
};

CuttingProxy::CuttingProxy(int server_port, int every)
    : acceptor_(context_, {asio::ip::address_v4::loopback(), 0}),
      server_port_(server_port),
      every_(every) {
    accept();
    thread_ = std::thread([this] { context_.run(); });
}

CuttingProxy::~CuttingProxy() {
    context_.stop();
    thread_.join();
}

void CuttingProxy::accept() {
    acceptor_.async_accept([this](boost::system::error_code failed, tcp::socket client) {
        if (failed)
            return;
        auto pair = std::make_shared<Pair>(Pair{std::move(client), tcp::socket(context_), {}, {}});
        boost::system::error_code refused;
        pair->server.connect(
            {asio::ip::address_v4::loopback(), static_cast<unsigned short>(server_port_)}, refused);
        if (!refused) {
            pass_requests(pair);
            pass_answers(pair);
        }
        accept();
    });
}

void CuttingProxy::pass_requests(std::shared_ptr<Pair> pair) {
    pair->client.async_read_some(
        asio::buffer(pair->requests),
        [this, pair](boost::system::error_code failed, std::size_t got) {
            if (failed)
                return pair->close();
            const std::string_view seen(pair->requests.data(), got);
            if (seen.find("COMMIT") != seen.npos && ++commits_ % every_ == 0) {
                pair->cut = true;
                ++cuts_;
            }
            boost::system::error_code broken;
            asio::write(pair->server, asio::buffer(pair->requests, got), broken);
            if (broken)
                return pair->close();
            pass_requests(pair);
        });
}

void CuttingProxy::pass_answers(std::shared_ptr<Pair> pair) {
    pair->server.async_read_some(asio::buffer(pair->answers),
                                 [this, pair](boost::system::error_code failed, std::size_t got) {
                                     if (failed || pair->cut)
                                         return pair->close();
                                     boost::system::error_code broken;
                                     asio::write(pair->client, asio::buffer(pair->answers, got),
                                                 broken);
                                     if (broken)
                                         return pair->close();
                                     pass_answers(pair);
                                 });
}

}  // namespace cambist::tests
