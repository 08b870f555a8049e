#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include "office/audit/seal/seal.hpp"
#include "office/pg/transaction.hpp"

namespace cambist::office {

struct SealLimits {
    std::int64_t rows = 65'536;  ///< of one seal
    /// Without new rows, a seal of none so often: an anchor older than a minute means a fault.
    std::chrono::seconds quiet{50};
};

/// A seal and what its anchor lists of its rows.
struct SealedWindow {
    Seal seal;
    std::string leaves;
};

/// The database cannot be sealed any further; people must look at it.
struct SealingRefused : std::runtime_error {
    using runtime_error::runtime_error;
};

/// Seals the rows that are final and not sealed yet, as far as the limits allow, behind the seal
/// `newest` (none: the first). Nothing when there is nothing to seal, or another sealer is at it,
/// or `newest` is no longer the newest. The caller commits.
boost::asio::awaitable<std::optional<SealedWindow>> seal_next(pg::Transaction& tx,
                                                              std::optional<Seal> newest,
                                                              const SealKey& key,
                                                              SealLimits limits);

/// What the anchor of a stored seal lists, from the rows as they are; nothing when they are no
/// longer what was sealed.
boost::asio::awaitable<std::optional<std::string>> leaves_of(pg::Transaction& tx, const Seal& seal);

}  // namespace cambist::office
