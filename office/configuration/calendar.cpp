#include "office/configuration/calendar.hpp"

#include <algorithm>
#include <charconv>

namespace cambist::office {

namespace {

namespace json = boost::json;
using std::chrono::days, std::chrono::hours, std::chrono::local_days, std::chrono::minutes;
using std::chrono::year_month_day;

constexpr std::size_t most_entities = 100, most_holidays = 500, longest_name = 100;
constexpr auto furthest = days(3660);
constexpr std::array<std::string_view, 7> day_names{"sunday",   "monday", "tuesday", "wednesday",
                                                    "thursday", "friday", "saturday"};

/// Digits alone, `width` of them.
std::optional<unsigned> number_in(std::string_view text, std::size_t width) {
    unsigned number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.size() != width || problem != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

/// `09:30`; 24:00 ends a day.
std::optional<minutes> time_of_day(std::string_view text) {
    if (text.size() != 5 || text[2] != ':')
        return std::nullopt;
    const auto hour = number_in(text.substr(0, 2), 2), minute = number_in(text.substr(3), 2);
    if (!hour || !minute || *minute > 59 || *hour * 60 + *minute > 24 * 60)
        return std::nullopt;
    return hours(*hour) + minutes(*minute);
}

/// `2026-12-25`
std::optional<local_days> day_of(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-')
        return std::nullopt;
    const auto y = number_in(text.substr(0, 4), 4), m = number_in(text.substr(5, 2), 2),
               d = number_in(text.substr(8), 2);
    if (!y || !m || !d)
        return std::nullopt;
    const year_month_day date{std::chrono::year(static_cast<int>(*y)), std::chrono::month(*m),
                              std::chrono::day(*d)};
    if (!date.ok())
        return std::nullopt;
    return local_days(date);
}

minutes read_time(const DocumentReader& place, minutes latest = hours(24)) {
    const auto text = place.text(longest_name);
    const auto time = text ? time_of_day(*text) : minutes(0);
    if (!time || *time > latest)
        place.refuse("not_a_time");
    return time.value_or(minutes(0));
}

std::optional<WorkingHours> read_hours(const DocumentReader& day) {
    day.only({"from", "until"});
    const auto from = day.required("from"), until = day.required("until");
    if (!from || !until)
        return std::nullopt;
    const WorkingHours hours{read_time(*from), read_time(*until)};
    if (hours.from >= hours.until) {
        day.refuse("ends_before_it_begins");
        return std::nullopt;
    }
    return hours;
}

void read_week(const DocumentReader& week, Calendar& calendar) {
    week.each_member(day_names.size(), [&](std::string_view name, const DocumentReader& day) {
        const auto* found = std::ranges::find(day_names, name);
        if (found == day_names.end())
            return day.refuse("unknown");
        calendar.week[std::size_t(found - day_names.begin())] = read_hours(day);
    });
    const bool works =
        std::ranges::any_of(calendar.week, [](auto& day) { return day.has_value(); });
    if (!works)
        week.refuse("no_working_day");
}

Calendar read_calendar(const DocumentReader& place) {
    Calendar calendar;
    place.only({"zone", "week", "holidays", "day_cut"});
    if (const auto zone = place.required("zone"))
        calendar.zone = zone->text(longest_name).value_or("");
    if (const auto week = place.required("week"))
        read_week(*week, calendar);
    if (const auto holidays = place.required("holidays"))
        holidays->each_member(most_holidays,
                              [&](std::string_view date, const DocumentReader& name) {
                                  name.text(longest_name);
                                  const auto day = day_of(date);
                                  if (!day)
                                      return name.refuse("not_a_date");
                                  calendar.holidays.insert(*day);
                              });
    if (const auto cut = place.required("day_cut"))
        calendar.day_cut = read_time(*cut, hours(24) - minutes(1));
    return calendar;
}

Calendars read_calendars(const json::value& document, DocumentProblems& problems) {
    Calendars calendars;
    const DocumentReader top(document, problems);
    top.only({"default", "entities"});
    if (const auto otherwise = top.required("default"))
        calendars.otherwise = read_calendar(*otherwise);
    if (const auto entities = top.required("entities"))
        entities->each_member(most_entities, [&](std::string_view name, const DocumentReader& one) {
            calendars.entities.emplace(name, read_calendar(one));
        });
    return calendars;
}

}  // namespace

std::optional<WorkingHours> Calendar::hours_of(local_days day) const {
    if (holidays.contains(day))
        return std::nullopt;
    return week[std::chrono::weekday(day).c_encoding()];
}

const Calendar& Calendars::of(std::string_view legal_entity) const {
    const auto found = entities.find(legal_entity);
    return found == entities.end() ? otherwise : found->second;
}

Calendars Calendars::read(const json::value& document) {
    DocumentProblems of_an_earlier_release;
    return read_calendars(document, of_an_earlier_release);
}

DocumentProblems review_calendars(const json::value& document, const KnownNames& known) {
    DocumentProblems problems;
    const Calendars calendars = read_calendars(document, problems);
    const auto review = [&](const std::string& path, const Calendar& calendar) {
        if (!known.zones.contains(calendar.zone))
            problems.push_back({path + "/zone", "unknown_zone"});
    };
    review("/default", calendars.otherwise);
    for (const auto& [name, calendar] : calendars.entities) {
        review(member_path("/entities", name), calendar);
        if (!known.legal_entities.contains(name))
            problems.push_back({member_path("/entities", name), "unknown_legal_entity"});
    }
    return problems;
}

std::optional<LocalMinutes> after_working_hours(const Calendar& calendar, LocalMinutes from,
                                                hours hours) {
    minutes left = hours;
    const local_days first = std::chrono::floor<days>(from), last = first + furthest;
    for (local_days day = first; day < last; day += days(1)) {
        const auto worked = calendar.hours_of(day);
        if (!worked)
            continue;
        const LocalMinutes opens = std::max(from, day + worked->from), closes = day + worked->until;
        if (opens + left <= closes)
            return opens + left;
        left -= std::max(minutes(0), closes - opens);
    }
    return std::nullopt;
}

}  // namespace cambist::office
