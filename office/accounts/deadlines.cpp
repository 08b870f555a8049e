#include "office/accounts/deadlines.hpp"

#include <algorithm>
#include <tuple>

namespace cambist::office {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_role = 60;
constexpr std::int64_t most_hours = 24 * 366;
constexpr std::string_view the_client = "client";
// Restricted ones wait by cause.
constexpr ClientStatus waiting[] = {ClientStatus::registered, ClientStatus::pending_review,
                                    ClientStatus::pending_documents};

Deadline read_deadline(const DocumentReader& place) {
    Deadline deadline;
    place.only({"owner", "business_hours"});
    if (const auto owner = place.required("owner"))
        deadline.owner = owner->text(longest_role).value_or("");
    if (const auto hours = place.required("business_hours"))
        deadline.within = std::chrono::hours(hours->integer(1, most_hours));
    return deadline;
}

void read_statuses(const DocumentReader& place, Deadlines& deadlines) {
    place.each_member(client_status_count, [&](std::string_view name, const DocumentReader& row) {
        const auto status = client_status_of(name);
        if (!status || std::ranges::find(waiting, *status) == std::end(waiting))
            return row.refuse("unknown");
        deadlines.by_status[std::size_t(*status)] = read_deadline(row);
    });
    for (const ClientStatus status : waiting)
        place.required(name_of(status));
}

void read_causes(const DocumentReader& place, Deadlines& deadlines) {
    place.each_member(cause_count + 1, [&](std::string_view name, const DocumentReader& row) {
        const auto cause = cause_of(name);
        if (!cause)
            return row.refuse("unknown");
        deadlines.by_cause[std::size_t(*cause)] = read_deadline(row);
    });
    for (int cause = 0; cause < cause_count; ++cause)
        place.required(name_of(Cause(cause)));
}

Deadlines read_deadlines(const json::value& document, DocumentProblems& problems) {
    Deadlines deadlines;
    const DocumentReader top(document, problems);
    top.only({"status", "cause"});
    if (const auto rows = top.required("status"))
        read_statuses(*rows, deadlines);
    if (const auto rows = top.required("cause"))
        read_causes(*rows, deadlines);
    return deadlines;
}

}  // namespace

Deadlines Deadlines::read(const json::value& document) {
    DocumentProblems of_an_earlier_release;
    return read_deadlines(document, of_an_earlier_release);
}

DocumentProblems review_deadlines(const json::value& document, const KnownNames& known) {
    DocumentProblems problems;
    const Deadlines deadlines = read_deadlines(document, problems);
    const auto review = [&](std::string_view section, std::string_view row,
                            const std::optional<Deadline>& deadline) {
        if (deadline && deadline->owner != the_client && !known.roles.contains(deadline->owner))
            problems.push_back(
                {member_path(member_path(member_path("", section), row), "owner"), "unknown_role"});
    };
    for (std::size_t at = 0; at < deadlines.by_status.size(); ++at)
        review("status", name_of(ClientStatus(at)), deadlines.by_status[at]);
    for (std::size_t at = 0; at < deadlines.by_cause.size(); ++at)
        review("cause", name_of(Cause(at)), deadlines.by_cause[at]);
    return problems;
}

std::vector<OpenTask> open_tasks(ClientStatus status, LocalMinutes since,
                                 const std::vector<CauseSince>& causes, const Deadlines& deadlines,
                                 const Calendar& calendar) {
    std::vector<OpenTask> tasks;
    const auto add = [&](std::optional<Cause> cause, const std::optional<Deadline>& deadline,
                         LocalMinutes from) {
        const auto due = deadline ? after_working_hours(calendar, from, deadline->within)
                                  : std::optional<LocalMinutes>();
        if (due)
            tasks.push_back({cause, *deadline, from, *due});
    };
    add(std::nullopt, deadlines.by_status[std::size_t(status)], since);
    if (status == ClientStatus::restricted)
        for (const auto& [cause, imposed] : causes)
            add(cause, deadlines.by_cause[std::size_t(cause)], imposed);
    std::ranges::sort(tasks, [](const OpenTask& one, const OpenTask& other) {
        return std::tie(one.due, one.cause) < std::tie(other.due, other.cause);
    });
    return tasks;
}

}  // namespace cambist::office
