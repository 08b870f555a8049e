#include "office/accounts/rights_matrix.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "office/accounts/policy.hpp"
#include "tests/unit/office/delivered.hpp"

namespace cambist::office {
namespace {

namespace json = boost::json;

const KnownNames known{.roles = {},
                       .deciding_roles = {},
                       .held_roles = {},
                       .decided_acts = {},
                       .legal_entities = {"main", "island"},
                       .zones = {}};
constexpr const char* rights[] = {"connect", "open", "deposit", "withdraw", "transfer"};
const json::value no_cell("");

/// The delivered document with one value set at a pointer; an empty one takes the place away.
json::value with(const std::string& pointer, const json::value& value) {
    json::value document = delivered("rights");
    if (value == no_cell)
        take_away(document, pointer);
    else
        put(document, pointer, value);
    return document;
}

TEST(RightsMatrix, as_delivered_is_sound_and_the_table_of_the_domain) {
    EXPECT_EQ(review_rights(delivered("rights"), known), DocumentProblems{});
    const RightsMatrix& matrix = delivered_rights();
    const Rights connect = Rights::none().with(Right::connect);
    EXPECT_EQ(matrix.by_status[std::size_t(ClientStatus::approved)], Rights::all());
    EXPECT_EQ(matrix.by_status[std::size_t(ClientStatus::registered)], connect);
    EXPECT_EQ(matrix.by_status[std::size_t(ClientStatus::closed)], Rights::none());
    for (const Rights rights_of_cause : matrix.by_cause)
        EXPECT_EQ(rights_of_cause, connect);
}

struct RefusedDocument {
    const char* name;
    std::string pointer;
    json::value value;
    DocumentProblem problem;
};

const RefusedDocument refused_documents[] = {
    {"no default", "/default", no_cell, {"/default", "missing"}},
    {"no entities", "/entities", no_cell, {"/entities", "missing"}},
    {"a section that nobody knows", "/default/mood", json::object{}, {"/default/mood", "unknown"}},
    {"a section is missing", "/default/cause", no_cell, {"/default/cause", "missing"}},
    {"a section is a list", "/default/state", json::array{}, {"/default/state", "not_an_object"}},
    {"a status that nobody knows",
     "/default/status/happy",
     json::object{},
     {"/default/status/happy", "unknown"}},
    {"a status is missing",
     "/default/status/approved",
     no_cell,
     {"/default/status/approved", "missing"}},
    {"closing is not configurable",
     "/default/status/approved/close",
     "yes",
     {"/default/status/approved/close", "unknown"}},
    {"a right is missing",
     "/default/cause/review/open",
     no_cell,
     {"/default/cause/review/open", "missing"}},
    {"neither yes nor no",
     "/default/cause/review/open",
     "maybe",
     {"/default/cause/review/open", "not_yes_or_no"}},
    {"not a word",
     "/default/cause/review/open",
     true,
     {"/default/cause/review/open", "not_a_text"}},
    {"an approved client who cannot connect cannot close",
     "/default/status/approved/connect",
     "no",
     {"/default/status/approved/connect", "blocks_exits"}},
    {"nor one under a freeze",
     "/default/cause/authority_freeze/connect",
     "no",
     {"/default/cause/authority_freeze/connect", "blocks_exits"}},
    {"nor one with an account for closing alone",
     "/default/state/close_only/connect",
     "no",
     {"/default/state/close_only/connect", "blocks_exits"}},
    {"a freeze that lets open",
     "/default/cause/authority_freeze/open",
     "yes",
     {"/default/cause/authority_freeze/open", "stops_everything"}},
    {"a freeze that lets money in",
     "/default/cause/authority_freeze/deposit",
     "yes",
     {"/default/cause/authority_freeze/deposit", "stops_everything"}},
    {"sanctions that let money out",
     "/default/cause/sanctions_match/withdraw",
     "yes",
     {"/default/cause/sanctions_match/withdraw", "stops_everything"}},
    {"a restricted client who opens",
     "/default/status/restricted/open",
     "yes",
     {"/default/status/restricted/open", "opens_where_only_exits_are"}},
    {"a cause that lets open",
     "/default/cause/document_expired/open",
     "yes",
     {"/default/cause/document_expired/open", "opens_where_only_exits_are"}},
    {"an account for closing alone that opens",
     "/default/state/close_only/open",
     "yes",
     {"/default/state/close_only/open", "opens_where_only_exits_are"}},
    {"a closed client who withdraws",
     "/default/status/closed/withdraw",
     "yes",
     {"/default/status/closed/withdraw", "nobody_acts_here"}},
    {"an account that is not there yet takes deposits",
     "/default/state/creating/deposit",
     "yes",
     {"/default/state/creating/deposit", "nobody_acts_here"}},
    {"restricting, which one person may do, would give a right",
     "/default/status/approved/withdraw",
     "no",
     {"/default/status/restricted/withdraw", "given_by_one_person"}},
    {"handing in documents would give a right",
     "/default/status/pending_review/deposit",
     "yes",
     {"/default/status/pending_review/deposit", "given_by_one_person"}},
    {"closing an account to openings would give a right",
     "/default/state/active/deposit",
     "no",
     {"/default/state/close_only/deposit", "given_by_one_person"}},
    {"an entity that is none",
     "/entities/mars",
     json::object{},
     {"/entities/mars", "unknown_legal_entity"}},
    {"an entity's own row blocks exits",
     "/entities/island",
     json::object{{"status", {{"approved", {{"connect", "no"}}}}}},
     {"/entities/island/status/approved/connect", "blocks_exits"}},
};

TEST(RightsMatrix, every_document_that_is_not_sound_is_refused_with_the_place) {
    for (const auto& row : refused_documents) {
        json::value document = with(row.pointer, row.value);
        // Where the row gives what the step before it does not.
        if (row.name == std::string("restricting, which one person may do, would give a right"))
            put(document, "/default/status/restricted/withdraw", "yes");
        const auto problems = review_rights(document, known);
        EXPECT_EQ(std::ranges::count(problems, row.problem), 1) << row.name;
        for (const auto& problem : problems)
            EXPECT_EQ(problem.code, row.problem.code) << row.name << " at " << problem.path;
    }
}

TEST(RightsMatrix, every_problem_is_told_at_once) {
    json::value document = with("/default/status/approved/connect", "no");
    put(document, "/default/cause/sanctions_match/open", "yes");
    EXPECT_EQ(review_rights(document, known).size(), 2u);
}

TEST(RightsMatrix, an_entity_has_its_own_cells_and_otherwise_those_of_the_default) {
    const auto document =
        with("/entities/island", {{"status", {{"registered", {{"deposit", "yes"}}}}}});
    EXPECT_EQ(review_rights(document, known), DocumentProblems{});
    const auto matrices = RightsMatrices::read(document);
    const auto registered = std::size_t(ClientStatus::registered);
    EXPECT_TRUE(matrices.of("island").by_status[registered].has(Right::deposit));
    EXPECT_TRUE(matrices.of("island").by_status[registered].has(Right::connect));
    EXPECT_EQ(matrices.of("island").by_state, delivered_rights().by_state);
    EXPECT_EQ(matrices.of("main"), delivered_rights());
    EXPECT_EQ(matrices.of(""), delivered_rights());
}

TEST(RightsMatrix, a_cell_that_an_older_document_lacks_is_as_narrow_as_may_be) {
    const auto matrices = RightsMatrices::read(with("/default/cause/review", no_cell));
    EXPECT_EQ(matrices.otherwise.by_cause[std::size_t(Cause::review)],
              Rights::none().with(Right::connect));
    EXPECT_EQ(matrices.otherwise.by_status, delivered_rights().by_status);
}

/// A document with cells at random; most are not sound.
json::value any_document() {
    json::value document = delivered("rights");
    for (const char* section : {"status", "cause", "state"})
        for (auto& row : document.at("default").at(section).as_object())
            for (const char* right : rights)
                if (*rc::gen::inRange(0, 4) == 0)
                    row.value().as_object()[right] = *rc::gen::element("yes", "no");
    return document;
}

/// The same with what stands against it taken away, until nothing does.
json::value made_sound(json::value document) {
    for (;;) {
        const auto problems = review_rights(document, known);
        if (problems.empty())
            return document;
        for (const auto& problem : problems)
            put(document, problem.path, problem.code == "blocks_exits" ? "yes" : "no");
    }
}

PolicyFacts any_facts() {
    PolicyFacts facts;
    facts.kind = AccountKind(*rc::gen::inRange(0, 2));
    facts.state = AccountState(*rc::gen::inRange(0, account_state_count));
    if (*rc::gen::inRange(0, 8) != 0)
        facts.client = ClientStatus(*rc::gen::inRange(0, client_status_count));
    for (int cause = 0; cause < cause_count; ++cause)
        if (*rc::gen::inRange(0, 4) == 0)
            facts.causes.impose(Cause(cause));
    facts.withdrawal_hold = *rc::gen::arbitrary<bool>();
    facts.trading_hold = *rc::gen::arbitrary<bool>();
    return facts;
}

bool may_have_positions(const PolicyFacts& facts) {
    const bool account = facts.state == AccountState::active ||
                         facts.state == AccountState::close_only ||
                         facts.state == AccountState::dormant;
    return account && facts.client != ClientStatus::closed;
}

RC_GTEST_PROP(RightsMatrix, whatever_sound_matrix_exits_stay_open_and_a_freeze_stops_the_rest, ()) {
    const auto document = made_sound(any_document());
    const RightsMatrix matrix = RightsMatrices::read(document).of("main");
    PolicyFacts facts = any_facts();
    const Rights connect = Rights::none().with(Right::connect);
    const Policy policy = effective_rights(facts, matrix);
    if (may_have_positions(facts))
        RC_ASSERT(policy.rights.has(Right::connect));
    for (const Cause stop : {Cause::authority_freeze, Cause::sanctions_match}) {
        PolicyFacts stopped = facts;
        stopped.causes.impose(stop);
        RC_ASSERT((effective_rights(stopped, matrix).rights & connect) ==
                  effective_rights(stopped, matrix).rights);
    }
}

RC_GTEST_PROP(RightsMatrix, whatever_sound_matrix_no_step_of_one_person_gives_a_right, ()) {
    const RightsMatrix matrix = RightsMatrices::read(made_sound(any_document())).of("main");
    PolicyFacts before = any_facts();
    PolicyFacts after = before;
    if (*rc::gen::arbitrary<bool>()) {
        const auto step = *rc::gen::elementOf(std::vector<StatusTransition>(
            status_transitions().begin(), status_transitions().end()));
        before.client = step.from;
        after.client = step.to;
        RC_PRE(!step.releases);
    } else {
        after.state = AccountState(*rc::gen::inRange(0, account_state_count));
        RC_PRE(may_become(before.state, after.state) && !releases(before.state, after.state));
    }
    after.causes.impose(Cause(*rc::gen::inRange(0, cause_count)));
    const Rights had = effective_rights(before, matrix).rights;
    const Rights has = effective_rights(after, matrix).rights;
    RC_ASSERT((has & had) == has);
}

RC_GTEST_PROP(RightsMatrix, no_matrix_whatever_lets_a_frozen_client_do_more_than_connect, ()) {
    RightsMatrix matrix;
    matrix.by_status.fill(Rights::all());
    matrix.by_cause.fill(Rights::all());
    matrix.by_state.fill(Rights::all());
    PolicyFacts facts = any_facts();
    facts.causes.impose(*rc::gen::element(Cause::authority_freeze, Cause::sanctions_match));
    RC_ASSERT(effective_rights(facts, matrix).rights == Rights::none().with(Right::connect));
}

}  // namespace
}  // namespace cambist::office
