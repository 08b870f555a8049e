#include "gateway/auth/hash_pool.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace cambist::gateway {

namespace {

namespace asio = boost::asio;

/// Runs on one of the threads; its answer comes back to the thread that awaits.
template <class Work>
asio::awaitable<std::invoke_result_t<Work>> on(asio::thread_pool& threads, Work work) {
    const auto run = [](Work job) -> asio::awaitable<std::invoke_result_t<Work>> {
        co_return job();
    };
    auto running = run(std::move(work));
    co_return co_await asio::co_spawn(threads, std::move(running), asio::use_awaitable);
}

}  // namespace

HashPool::HashPool(std::size_t threads, std::size_t room, office::PasswordCost cost)
    : threads_(threads),
      room_(room),
      cost_(cost),
      decoy_(office::hash_password(office::random_hex(64), cost)) {}

HashPool::~HashPool() {
    threads_.join();
}

std::optional<HashPool::Place> HashPool::place() {
    if (taken_ >= room_)
        return std::nullopt;
    return Place(*this);
}

asio::awaitable<office::PasswordRead> HashPool::read(std::string hash, std::string password) {
    auto work = [this, hash = std::move(hash), password = std::move(password)] {
        office::PasswordRead read;
        read.opens = office::password_opens(hash, password);
        ++comparisons_;
        if (!office::is_outdated(hash, cost_))
            return read;
        // A wrong password too, which would be known by its shorter time otherwise.
        std::string rehashed = make(password);
        if (read.opens)
            read.rehashed = std::move(rehashed);
        return read;
    };
    co_return co_await on(threads_, std::move(work));
}

asio::awaitable<std::string> HashPool::hash(std::string password) {
    auto work = [this, password = std::move(password)] { return make(password); };
    co_return co_await on(threads_, std::move(work));
}

std::string HashPool::make(const std::string& password) {
    ++hashes_made_;
    return office::hash_password(password, cost_);
}

}  // namespace cambist::gateway
