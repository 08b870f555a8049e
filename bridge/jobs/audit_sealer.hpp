#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "bridge/bell.hpp"
#include "bridge/jobs/anchor_follower.hpp"
#include "office/audit/seal/sealing.hpp"
#include "office/pg/pool.hpp"

namespace cambist::bridge {

struct SealerSettings {
    office::SealKey key;
    std::vector<std::filesystem::path> folders;
    office::SealLimits limits{};
    std::chrono::milliseconds interval{1000};
};

/// What the sealer did and how it stands.
struct SealerState {
    std::uint64_t rows = 0, seals = 0, failures = 0;
    bool stopped = false;             ///< ALARM: database and anchors disagree
    std::string problem;              ///< of the last step; empty: none
    std::optional<Instant> anchored;  ///< when the newest seal that every folder has was made
};

/// Seals the audit once a second and writes each seal into every folder of anchors. Of several
/// bridges one seals at a time; each fills its own folders. The order is: commit a seal, then
/// anchor it; what a crash left out is anchored by the next step, and nothing is sealed while no
/// folder has all. Where a folder has a seal that the database lacks, sealing stops until they
/// agree again.
class AuditSealer {
  public:
    AuditSealer(boost::asio::any_io_executor executor, office::pg::Pool& pool,
                SealerSettings settings);

    /// Until `stop`.
    boost::asio::awaitable<void> run();
    void stop();
    /// One step; true when rows may be left to seal. Throws what `run` counts and logs:
    /// DatabaseError, AnchorFault, SealingRefused.
    boost::asio::awaitable<bool> step();

    const SealerState& state() const { return state_; }

  private:
    boost::asio::awaitable<void> follow(const std::optional<office::Seal>& newest);
    void note_age();
    void note(const std::string& problem);

    office::pg::Pool& pool_;
    const SealerSettings settings_;
    boost::asio::thread_pool worker_{1};
    std::list<AnchorFollower> followers_;
    std::optional<office::SealedWindow> last_;  ///< sealed by us
    SealerState state_;
    std::string lagging_;  ///< why a folder lacks seals that another one has
    Bell bell_;
    bool stopping_ = false;
    std::chrono::steady_clock::time_point noted_{};
};

}  // namespace cambist::bridge
