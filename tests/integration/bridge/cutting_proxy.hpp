#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <thread>

namespace cambist::tests {

/// Stands between a client and PostgreSQL and cuts every n-th connection's COMMIT right after it
/// was passed on, so that its answer is lost.
class CuttingProxy {
  public:
    CuttingProxy(int server_port, int every);
    ~CuttingProxy();

    int port() const { return acceptor_.local_endpoint().port(); }
    int cuts() const { return cuts_; }

  private:
    struct Pair;
    void accept();
    void pass_requests(std::shared_ptr<Pair> pair);
    void pass_answers(std::shared_ptr<Pair> pair);

    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    int server_port_, every_;
    std::atomic<int> cuts_{0};
    int commits_ = 0;
    std::thread thread_;
};

}  // namespace cambist::tests
