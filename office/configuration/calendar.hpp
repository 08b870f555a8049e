#pragma once

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "office/configuration/configuration.hpp"

namespace cambist::office {

/// When people work on one day of the week, on the clock of the entity.
struct WorkingHours {
    std::chrono::minutes from{0}, until{0};  ///< since midnight

    friend bool operator==(const WorkingHours&, const WorkingHours&) = default;
};

/// The time of one legal entity: its zone, when its people work, and when its day ends.
struct Calendar {
    std::string zone;                                 ///< IANA, e.g. Europe/London
    std::array<std::optional<WorkingHours>, 7> week;  ///< from Sunday on; nothing: closed
    std::set<std::chrono::local_days> holidays;
    std::chrono::minutes day_cut{0};  ///< since midnight: later belongs to the next day

    std::optional<WorkingHours> hours_of(std::chrono::local_days day) const;
};

/// The document `entities`.
struct Calendars {
    Calendar otherwise;  ///< of entities that it does not name
    std::map<std::string, Calendar, std::less<>> entities;

    const Calendar& of(std::string_view legal_entity) const;
    /// From a document that was judged when it was written.
    static Calendars read(const boost::json::value& document);
};

DocumentProblems review_calendars(const boost::json::value& document, const KnownNames& known);

using LocalMinutes = std::chrono::local_time<std::chrono::minutes>;

/// `from` and that many hours of work later, on the clock of the entity. Within ten years: with
/// holidays alone there is nothing.
std::optional<LocalMinutes> after_working_hours(const Calendar& calendar, LocalMinutes from,
                                                std::chrono::hours hours);

}  // namespace cambist::office
