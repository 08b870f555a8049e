#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "bridge/jobs/anchor_folder.hpp"
#include "office/audit/seal/sealing.hpp"
#include "office/pg/pool.hpp"

namespace cambist::bridge {

/// Brings one folder of anchors to where the database's chain of seals is.
class AnchorFollower {
  public:
    /// `worker` waits for the disk.
    AnchorFollower(office::pg::Pool& pool, boost::asio::thread_pool& worker,
                   const office::SealKey& key, const std::filesystem::path& folder)
        : pool_(pool), worker_(worker), key_(key), folder_(folder) {}

    /// Adds what the folder lacks up to `newest`, the database's newest seal; `last` is the window
    /// that was sealed last, whose rows need not be read again. Throws AnchorFault; SealingRefused
    /// when folder and database disagree about what was sealed.
    boost::asio::awaitable<void> follow(const std::optional<office::Seal>& newest,
                                        const office::SealedWindow* last);

    /// The newest seal that the folder holds and the database has.
    const std::optional<office::Seal>& newest() const { return newest_; }
    std::uint64_t written() const { return written_; }

  private:
    boost::asio::awaitable<void> find_place(const std::optional<office::Seal>& newest);
    boost::asio::awaitable<std::vector<Anchor>> missing(const office::Seal& newest,
                                                        const office::SealedWindow* last);
    boost::asio::awaitable<Anchor> anchor_of(const office::Seal& seal,
                                             const office::SealedWindow* last);
    [[noreturn]] void rolled_back(std::int64_t number) const;

    office::pg::Pool& pool_;
    boost::asio::thread_pool& worker_;
    const office::SealKey& key_;
    AnchorFolder folder_;
    std::optional<office::Seal> newest_, reached_;
    std::uint64_t written_ = 0;
};

}  // namespace cambist::bridge
