#include "office/configuration/configuration.hpp"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "office/accounts/deadlines.hpp"
#include "office/configuration/approval_levels.hpp"
#include "tests/unit/office/delivered.hpp"

namespace cambist::office {
namespace {

namespace json = boost::json;
using enum ConfigurationRefusal;

std::string text_of(const std::vector<Difference>& differences) {
    std::string text;
    for (const Difference& one : differences)
        text += one.path + ": " + json::serialize(one.before) + " -> " +
                json::serialize(one.after) + "; ";
    return text;
}

std::string differences_of(std::string_view before, std::string_view after) {
    return text_of(differences(json::parse(before), json::parse(after)));
}

TEST(Differences, are_the_values_that_changed_with_their_places) {
    EXPECT_EQ(differences_of(R"({"a":{"b":1,"c":"x"}})", R"({"a":{"c":"x","b":2}})"),
              "/a/b: 1 -> 2; ");
}

TEST(Differences, name_what_was_added_and_what_was_taken_away) {
    EXPECT_EQ(differences_of(R"({"old":{"x":1}})", R"({"new":true})"),
              "/new: null -> true; /old: {\"x\":1} -> null; ");
}

TEST(Differences, take_a_list_as_one_value) {
    EXPECT_EQ(differences_of(R"({"a":[1,2]})", R"({"a":[2,1]})"), "/a: [1,2] -> [2,1]; ");
}

TEST(Differences, are_none_when_only_the_order_of_names_differs) {
    EXPECT_EQ(differences_of(R"({"a":1,"b":2})", R"({"b":2,"a":1})"), "");
}

TEST(Differences, escape_names_as_pointers_do) {
    EXPECT_EQ(differences_of(R"({"a/b~c":1})", R"({"a/b~c":2})"), "/a~1b~0c: 1 -> 2; ");
}

ConfigurationVersion in_force() {
    return {.name = "entities",
            .version = 3,
            .document = {{"a", 1}},
            .author = "staff:ada",
            .reason = "r",
            .approval = {},
            .at = {}};
}

TEST(ReviewChange, refuses_in_the_order_of_its_rules) {
    const DocumentProblem wrong{"/a", "unknown"}, alone{"/b", "four_eyes_needed"};
    const struct {
        ConfigurationRefusal why;
        ConfigurationChange change;
        DocumentProblems problems;
    } rows[] = {
        {stale_version, {.document = {{"a", 1}}, .reason = "", .if_version = 2}, {wrong}},
        {reason_required, {.document = {{"a", 1}}, .reason = "", .if_version = 3}, {wrong}},
        {four_eyes_needed, {.document = {{"a", 1}}, .reason = "r"}, {wrong, alone}},
        {invalid_document, {.document = {{"a", 1}}, .reason = "r"}, {wrong}},
        {unchanged, {.document = {{"a", 1}}, .reason = "r"}, {}},
    };
    for (const auto& row : rows) {
        const auto reviewed = review_change(in_force(), row.change, row.problems);
        ASSERT_FALSE(reviewed) << refused_as(row.why).code;
        EXPECT_EQ(refused_as(reviewed.error().why), refused_as(row.why));
    }
    const auto sound = review_change(in_force(), {.document = {{"a", 2}}, .reason = "r"}, {});
    ASSERT_TRUE(sound);
    EXPECT_EQ(text_of(*sound), "/a: 1 -> 2; ");
}

const KnownNames known{.roles = {"compliance", "risk", "support", "finance", "dealing",
                                 "administrator", "reporting_officer", "partner_manager"},
                       .deciding_roles = {"compliance", "risk", "finance", "dealing",
                                          "administrator", "reporting_officer", "partner_manager"},
                       .held_roles = {"compliance", "risk"},
                       .decided_acts = {"client.change_status"},
                       .legal_entities = {"main"},
                       .zones = {"Etc/UTC", "Europe/Athens"}};

TEST(ApprovalLevels, may_name_roles_that_nobody_holds_yet_where_nobody_could_decide_before) {
    json::value document = delivered("approvals");
    put(document, "/actions/hold.release/levels", json::array{{{"roles", {"dealing"}}}});
    EXPECT_TRUE(review_approval_levels(document, known, {"hold.release"}).empty());
}

struct RefusedDocument {
    const char* name;
    const char* document;  ///< which of the delivered ones
    std::string pointer;
    json::value value;
    DocumentProblem problem;
};

const json::value gone("");

json::value with(const RefusedDocument& row) {
    json::value document = delivered(row.document);
    if (row.value == gone)
        take_away(document, row.pointer);
    else
        put(document, row.pointer, row.value);
    return document;
}

DocumentProblems review(std::string_view name, const json::value& document) {
    if (name == "approvals")
        return review_approval_levels(document, known, {"client.change_status", "hold.release"});
    if (name == "entities")
        return review_calendars(document, known);
    return review_deadlines(document, known);
}

const std::string levels = "/actions/client.change_status/levels";
const RefusedDocument refused_documents[] = {
    {"nothing is listed", "approvals", "/actions", gone, {"", "four_eyes_needed"}},
    {"an act that routes can file is not listed",
     "approvals",
     "/actions/hold.release",
     gone,
     {"/actions/hold.release", "four_eyes_needed"}},
    {"no levels", "approvals", levels, json::array{}, {levels, "four_eyes_needed"}},
    {"a level of nobody",
     "approvals",
     levels,
     json::array{{{"roles", json::array{}}}},
     {levels + "/0/roles", "four_eyes_needed"}},
    {"a role that does not exist",
     "approvals",
     levels,
     json::array{{{"roles", {"compliance", "wizard"}}}},
     {levels + "/0/roles/1", "four_eyes_needed"}},
    {"a role that decides nothing",
     "approvals",
     levels,
     json::array{{{"roles", {"support"}}}},
     {levels + "/0/roles/0", "four_eyes_needed"}},
    {"a level that nobody is left to decide",
     "approvals",
     levels,
     json::array{{{"roles", {"finance", "dealing"}}}},
     {levels + "/0/roles", "removes_the_last_approver"}},
    {"a role twice",
     "approvals",
     levels,
     json::array{{{"roles", {"risk", "risk"}}}},
     {levels + "/0/roles/1", "repeated"}},
    {"levels are no list", "approvals", levels, "many", {levels, "not_a_list"}},
    {"an act that nobody knows",
     "approvals",
     "/actions/tea.make",
     {{"levels", json::array{{{"roles", {"risk"}}}}}},
     {"/actions/tea.make", "unknown_action"}},
    {"approvals that never end",
     "approvals",
     "/expires_hours",
     0,
     {"/expires_hours", "out_of_range"}},
    {"no hours", "approvals", "/expires_hours", "many", {"/expires_hours", "not_a_number"}},
    {"more than is read", "approvals", "/bypass", true, {"/bypass", "unknown"}},

    {"no default", "entities", "/default", gone, {"/default", "missing"}},
    {"a zone of nowhere",
     "entities",
     "/default/zone",
     "Mars/Base",
     {"/default/zone", "unknown_zone"}},
    {"a day that is none",
     "entities",
     "/default/week/caturday",
     json::object{},
     {"/default/week/caturday", "unknown"}},
    {"a time that is none",
     "entities",
     "/default/week/monday/from",
     "9 am",
     {"/default/week/monday/from", "not_a_time"}},
    {"past midnight",
     "entities",
     "/default/week/monday/until",
     "24:01",
     {"/default/week/monday/until", "not_a_time"}},
    {"a day that ends before it begins",
     "entities",
     "/default/week/monday/until",
     "08:00",
     {"/default/week/monday", "ends_before_it_begins"}},
    {"nobody ever works",
     "entities",
     "/default/week",
     json::object{},
     {"/default/week", "no_working_day"}},
    {"a holiday that is no date",
     "entities",
     "/default/holidays/2026-02-30",
     "Nothing",
     {"/default/holidays/2026-02-30", "not_a_date"}},
    {"a day without a name of its own",
     "entities",
     "/default/holidays/2026-12-25",
     7,
     {"/default/holidays/2026-12-25", "not_a_text"}},
    {"the day ends after it ended",
     "entities",
     "/default/day_cut",
     "24:00",
     {"/default/day_cut", "not_a_time"}},
    {"an entity that is none",
     "entities",
     "/entities/mars",
     {{"zone", "Etc/UTC"},
      {"week", {{"monday", {{"from", "09:00"}, {"until", "17:00"}}}}},
      {"holidays", json::object{}},
      {"day_cut", "00:00"}},
     {"/entities/mars", "unknown_legal_entity"}},

    {"a status that waits for nobody",
     "deadlines",
     "/status/approved",
     {{"owner", "risk"}, {"business_hours", 1}},
     {"/status/approved", "unknown"}},
    {"a status without a deadline",
     "deadlines",
     "/status/pending_review",
     gone,
     {"/status/pending_review", "missing"}},
    {"a cause without one", "deadlines", "/cause/review", gone, {"/cause/review", "missing"}},
    {"a cause that nobody knows",
     "deadlines",
     "/cause/mood",
     {{"owner", "risk"}, {"business_hours", 1}},
     {"/cause/mood", "unknown"}},
    {"an owner who does not exist",
     "deadlines",
     "/cause/review/owner",
     "wizard",
     {"/cause/review/owner", "unknown_role"}},
    {"at once",
     "deadlines",
     "/cause/review/business_hours",
     0,
     {"/cause/review/business_hours", "out_of_range"}},
};

TEST(Documents, as_delivered_are_sound) {
    for (const char* name : {"approvals", "entities", "deadlines"})
        EXPECT_EQ(review(name, delivered(name)), DocumentProblems{}) << name;
}

TEST(Documents, that_are_not_sound_are_refused_with_the_place) {
    for (const auto& row : refused_documents) {
        const auto problems = review(row.document, with(row));
        EXPECT_EQ(std::ranges::count(problems, row.problem), 1) << row.document << ": " << row.name;
    }
}

TEST(Documents, that_are_no_objects_are_refused) {
    for (const char* name : {"approvals", "entities", "deadlines"})
        for (const json::value& document :
             {json::value(), json::value(7), json::value("x"), json::value(json::array{})})
            EXPECT_FALSE(review(name, document).empty()) << name << json::serialize(document);
}

LocalMinutes at(const char* day, const char* time) {
    const json::value document = {
        {"default",
         {{"zone", "x"}, {"week", json::object{}}, {"holidays", {{day, "x"}}}, {"day_cut", time}}},
        {"entities", json::object{}}};
    const Calendar read = Calendars::read(document).otherwise;
    return *read.holidays.begin() + read.day_cut;
}

TEST(WorkingHours, are_counted_over_nights_weekends_and_holidays) {
    json::value document = delivered("entities");
    put(document, "/default/holidays/2026-12-25", "Christmas Day");
    const Calendar calendar = Calendars::read(document).otherwise;
    const struct {
        const char *day, *time;
        int hours;
        const char *due_day, *due_time;
    } rows[] = {
        {"2026-11-23", "10:00", 2, "2026-11-23", "12:00"},   // a Monday
        {"2026-11-23", "17:00", 1, "2026-11-23", "18:00"},   // to the minute
        {"2026-11-23", "17:30", 1, "2026-11-24", "09:30"},   // over the night
        {"2026-11-23", "03:00", 9, "2026-11-23", "18:00"},   // before they come
        {"2026-11-27", "17:00", 2, "2026-11-30", "10:00"},   // over the weekend
        {"2026-11-28", "12:00", 24, "2026-12-02", "15:00"},  // three days, the last of six hours
        {"2026-12-24", "17:00", 2, "2026-12-28", "10:00"},   // Friday is Christmas Day
    };
    for (const auto& row : rows)
        EXPECT_EQ(
            after_working_hours(calendar, at(row.day, row.time), std::chrono::hours(row.hours)),
            at(row.due_day, row.due_time))
            << row.day << ' ' << row.time;
}

TEST(WorkingHours, that_never_come_have_no_end) {
    EXPECT_FALSE(after_working_hours(Calendar{}, at("2026-11-23", "10:00"), std::chrono::hours(1)));
}

TEST(OpenTasks, are_those_of_the_status_or_of_each_cause_the_earliest_first) {
    const Deadlines deadlines = Deadlines::read(delivered("deadlines"));
    const Calendar calendar = Calendars::read(delivered("entities")).otherwise;
    const LocalMinutes monday = at("2026-11-23", "09:00");
    const auto waiting = open_tasks(ClientStatus::pending_review, monday, {}, deadlines, calendar);
    ASSERT_EQ(waiting.size(), 1u);
    EXPECT_EQ(waiting[0].deadline, (Deadline{"compliance", std::chrono::hours(24)}));
    EXPECT_EQ(waiting[0].due, at("2026-11-25", "15:00"));
    const auto restricted = open_tasks(
        ClientStatus::restricted, monday,
        {{Cause::chargeback_dispute, monday}, {Cause::review, monday}}, deadlines, calendar);
    ASSERT_EQ(restricted.size(), 2u);
    EXPECT_EQ(restricted[0].cause, Cause::review);
    EXPECT_EQ(restricted[1].deadline.owner, "finance");
    EXPECT_TRUE(open_tasks(ClientStatus::approved, monday, {}, deadlines, calendar).empty());
    EXPECT_TRUE(open_tasks(ClientStatus::closed, monday, {}, deadlines, calendar).empty());
}

}  // namespace
}  // namespace cambist::office
