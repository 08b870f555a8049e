#pragma once

#include <string>

#include "sync/vocabulary/operation_id.hpp"

namespace cambist::office {

/// Who acts and through which request; every change names one. What an actor may do and for which
/// clients is known to the database alone (office/staff/access.hpp).
struct Actor {
    std::string name;         ///< e.g. staff:ada, key:backoffice, system:bridge
    OperationId principal{};  ///< a member of staff or an API key; empty: the system itself
    OperationId person{};     ///< the human being behind it; empty where there is none
    bool is_staff = false;    ///< signed in as a member of staff: keys never approve
    std::string request_id{}, address{};
    std::string on_behalf_of{};  ///< in whose place an approval was decided, if by delegation
    OperationId approval{};      ///< with which approval it is done, if it needed one
};

}  // namespace cambist::office
