#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "office/accounts/account.hpp"
#include "office/accounts/client_status.hpp"
#include "office/accounts/restriction.hpp"
#include "office/configuration/configuration.hpp"
#include "sync/vocabulary/rights.hpp"

namespace cambist::office {

/// What one legal entity allows in each status, under each cause and in each state of an account;
/// an account may do what all three allow. Closing is not here: exits are never blocked.
struct RightsMatrix {
    std::array<Rights, client_status_count> by_status{};
    std::array<Rights, cause_count> by_cause{};
    std::array<Rights, account_state_count> by_state{};

    friend bool operator==(const RightsMatrix&, const RightsMatrix&) = default;
};

/// The document `rights`.
struct RightsMatrices {
    RightsMatrix otherwise;  ///< of entities that it does not name
    std::map<std::string, RightsMatrix, std::less<>> entities;

    const RightsMatrix& of(std::string_view legal_entity) const;
    /// From a document that was judged when it was written. A cell that it does not have, for it is
    /// older than this program, is as narrow as may be.
    static RightsMatrices read(const boost::json::value& document);
};

/// Judges the document. Every row lies between what leaves exits open and what the row is for, and
/// a step that one person may take alone gives nothing.
DocumentProblems review_rights(const boost::json::value& document, const KnownNames& known);

}  // namespace cambist::office
