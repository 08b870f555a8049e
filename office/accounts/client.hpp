#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "office/accounts/account.hpp"
#include "office/accounts/assignment.hpp"
#include "office/accounts/client_status.hpp"
#include "office/accounts/person_name.hpp"
#include "office/accounts/refusal.hpp"
#include "office/accounts/restriction.hpp"
#include "sync/vocabulary/operation_id.hpp"

namespace cambist::office {

/// A person in relation to one legal entity of the broker.
struct Client {
    OperationId id;
    OperationId person;
    PersonName name;
    std::string country;  ///< the person's
    bool legal_person = false;
    std::string legal_entity = "main";
    ClientStatus status = ClientStatus::registered;
    CauseSet causes;
    Classification classification = Classification::retail;
    std::int64_t leverage_cap_x100 = 0;  ///< of this client's own; 0: none
    Assignment assignment;
    std::int64_t version = 1;

    std::string subject() const { return "client:" + id.uuid(); }
};

/// What a caller wants a client's status to be.
struct StatusChange {
    ClientStatus to = ClientStatus::registered;
    std::optional<Cause> cause{};  ///< restricted: which to impose (review when none); approved
                                   ///< from restricted: which to lift (all when none)
    std::string reason{};
    std::optional<std::int64_t> if_version{};
};

/// What closing a client asks of its accounts.
struct ClosingFacts {
    bool money_left = false, operation_pending = false;
};

/// Where the change leads; the same status and causes again mean that nothing changes.
struct StatusPlan {
    ClientStatus status;
    CauseSet causes;
    bool changes;
    bool widens = false;  ///< gives rights: takes an approval
};

/// Decides a status change. Pure.
std::expected<StatusPlan, AccountRefusal> review_status(const Client& client,
                                                        const StatusChange& change,
                                                        const ClosingFacts& closing);

/// Lower than before narrows; higher or none (0) widens.
bool cap_widens(std::int64_t before_x100, std::int64_t after_x100);

/// May this hold be placed at all?
std::expected<void, AccountRefusal> review_hold(HoldKind kind, std::int64_t amount);

}  // namespace cambist::office
