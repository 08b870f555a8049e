#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "office/staff/password.hpp"
#include "office/staff/sign_in_service.hpp"

namespace cambist::gateway {

/// Threads that hash passwords, so that the one that serves requests never does; as many wait for
/// one as it has room for. Its functions run on the serving thread.
class HashPool {
  public:
    HashPool(std::size_t threads, std::size_t room, office::PasswordCost cost);
    ~HashPool();

    /// Room for one request's hashes, given back at its end; nothing when it is full.
    class Place {
      public:
        explicit Place(HashPool& pool) : pool_(&pool) { ++pool.taken_; }
        Place(Place&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)) {}
        Place& operator=(Place&&) = delete;
        ~Place() {
            if (pool_)
                --pool_->taken_;
        }

      private:
        HashPool* pool_;
    };
    std::optional<Place> place();

    /// Compares, and hashes anew at today's cost where the hash is of another.
    boost::asio::awaitable<office::PasswordRead> read(std::string hash, std::string password);
    boost::asio::awaitable<std::string> hash(std::string password);

    /// The hash of a password that nobody knows.
    const std::string& decoy() const { return decoy_; }
    /// How many passwords were compared with a hash: for whoever wonders whether one was at all.
    std::uint64_t comparisons() const { return comparisons_.load(); }
    /// How many hashes were made of passwords.
    std::uint64_t hashes_made() const { return hashes_made_.load(); }

  private:
    std::string make(const std::string& password);

    boost::asio::thread_pool threads_;
    const std::size_t room_;
    std::size_t taken_ = 0;
    std::atomic<std::uint64_t> comparisons_ = 0, hashes_made_ = 0;
    const office::PasswordCost cost_;
    const std::string decoy_;
};

}  // namespace cambist::gateway
