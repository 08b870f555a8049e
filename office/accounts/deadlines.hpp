#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "office/accounts/client_status.hpp"
#include "office/accounts/restriction.hpp"
#include "office/configuration/calendar.hpp"

namespace cambist::office {

/// Who has to do something about a client, and within how many hours of work.
struct Deadline {
    std::string owner;  ///< a role, or `client`
    std::chrono::hours within{0};

    friend bool operator==(const Deadline&, const Deadline&) = default;
};

/// The document `deadlines`: nobody has to do anything about who is approved or closed.
struct Deadlines {
    std::array<std::optional<Deadline>, client_status_count> by_status;
    std::array<std::optional<Deadline>, cause_count> by_cause;

    /// From a document that was judged when it was written.
    static Deadlines read(const boost::json::value& document);
};

DocumentProblems review_deadlines(const boost::json::value& document, const KnownNames& known);

/// Something that somebody has to do about a client.
struct OpenTask {
    std::optional<Cause> cause;  ///< nothing: the status asks for it
    Deadline deadline;
    LocalMinutes since, due;  ///< on the clock of the client's entity
};

/// Since when a cause is in force.
struct CauseSince {
    Cause cause;
    LocalMinutes since;
};

/// What is to be done about a client in that status since `since`: a restricted one waits for
/// whoever settles its causes. The earliest first.
std::vector<OpenTask> open_tasks(ClientStatus status, LocalMinutes since,
                                 const std::vector<CauseSince>& causes, const Deadlines& deadlines,
                                 const Calendar& calendar);

}  // namespace cambist::office
