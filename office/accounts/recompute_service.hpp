#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "office/accounts/rights_preview.hpp"
#include "office/audit/actor.hpp"
#include "office/configuration/configuration.hpp"
#include "office/pg/transaction.hpp"

/// Deciding anew what all accounts may do, after a new version of the rights matrix. Whoever
/// touches an account meanwhile decides by the new matrix already.
namespace cambist::office {

using boost::asio::awaitable;

/// Marks that it is to be done, in the transaction of the new version.
void begin_recompute(pg::Transaction& tx, const ConfigurationVersion& rights);

/// What one transaction did of it.
struct RecomputeStep {
    enum class State : std::uint8_t {
        idle,     ///< there is nothing to do, or somebody else does it
        waiting,  ///< for transactions that may have read the matrix before
        moved,    ///< there is more
        finished,
    };
    State state = State::idle;
    std::int64_t version = 0, seen = 0, changed = 0;  ///< since it began
};

/// Looks at the next `limit` accounts and gives those a new policy whose rights changed; commit it
/// unless it is idle. Whatever was committed is never done again: killed at any point, the next
/// step goes on.
awaitable<RecomputeStep> recompute_some(pg::Transaction& tx, int limit, Actor actor);

/// What the document would change: exactly, up to `most` accounts; an estimate beyond.
awaitable<RightsPreview> preview_rights(pg::Transaction& tx, boost::json::value document,
                                        std::int64_t most = 500'000);

}  // namespace cambist::office
