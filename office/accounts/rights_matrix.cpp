#include "office/accounts/rights_matrix.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace cambist::office {

namespace {

namespace json = boost::json;

constexpr std::size_t most_entities = 100, longest_word = 20;
struct RightName {
    std::string_view name;
    Right right;
};
constexpr RightName right_names[] = {{"connect", Right::connect},
                                     {"open", Right::open},
                                     {"deposit", Right::deposit},
                                     {"withdraw", Right::withdraw},
                                     {"transfer", Right::transfer}};

constexpr Rights nothing = Rights::none(), everything = Rights::all();
/// Whoever has positions must be able to connect, or could not leave them.
constexpr Rights exits = nothing.with(Right::connect);
constexpr Rights no_opening = everything.without(Right::open);

/// Between which rights a row may lie, and what is wrong with one beyond.
struct Bounds {
    Rights least, most;
    std::string_view beyond;
};
constexpr Bounds of_any{exits, everything, ""};
constexpr Bounds of_exits_only{exits, no_opening, "opens_where_only_exits_are"};
constexpr Bounds of_a_stop{exits, exits, "stops_everything"};
constexpr Bounds of_nobody{nothing, exits, "nobody_acts_here"};

// In the order of ClientStatus.
constexpr std::array<Bounds, client_status_count> status_bounds{
    {of_any, of_any, of_any, of_any, of_exits_only, of_nobody}};
// In the order of Cause.
constexpr std::array<Bounds, cause_count> cause_bounds{
    {of_exits_only, of_exits_only, of_exits_only, of_exits_only, of_a_stop, of_a_stop}};
// In the order of AccountState.
constexpr std::array<Bounds, account_state_count> state_bounds{
    {of_nobody, of_nobody, of_any, of_exits_only, of_exits_only, of_nobody, of_nobody}};

/// One of the three tables of a matrix.
struct Section {
    std::string_view name;
    std::span<Rights> rows;
    std::span<const Bounds> bounds;
    std::string_view (*row_name)(std::size_t);
};

std::array<Section, 3> sections_of(RightsMatrix& matrix) {
    return {{{"status", matrix.by_status, status_bounds,
              [](std::size_t at) { return name_of(ClientStatus(at)); }},
             {"cause", matrix.by_cause, cause_bounds,
              [](std::size_t at) { return name_of(Cause(at)); }},
             {"state", matrix.by_state, state_bounds,
              [](std::size_t at) { return name_of(AccountState(at)); }}}};
}

void read_row(const DocumentReader& row, Rights& rights, bool whole) {
    row.only({"connect", "open", "deposit", "withdraw", "transfer"});
    for (const auto& [name, right] : right_names) {
        const auto cell = whole ? row.required(name) : row.optional(name);
        if (!cell)
            continue;
        const auto word = cell->text(longest_word);
        if (word == "yes")
            rights = rights.with(right);
        else if (word == "no")
            rights = rights.without(right);
        else if (word)
            cell->refuse("not_yes_or_no");
    }
}

void read_section(const DocumentReader& place, const Section& section, bool whole) {
    place.each_member(section.rows.size() + 1, [&](std::string_view name, DocumentReader row) {
        for (std::size_t at = 0; at < section.rows.size(); ++at)
            if (section.row_name(at) == name)
                return read_row(row, section.rows[at], whole);
        row.refuse("unknown");
    });
    for (std::size_t at = 0; whole && at < section.rows.size(); ++at)
        place.required(section.row_name(at));
}

/// Of an entity only what differs from the default is there; of the default, everything.
RightsMatrix read_matrix(const DocumentReader& place, const RightsMatrix& otherwise, bool whole) {
    RightsMatrix matrix = otherwise;
    place.only({"status", "cause", "state"});
    for (const Section& section : sections_of(matrix))
        if (const auto rows = whole ? place.required(section.name) : place.optional(section.name))
            read_section(*rows, section, whole);
    return matrix;
}

RightsMatrix narrowest() {
    RightsMatrix matrix;
    for (const Section& section : sections_of(matrix))
        for (std::size_t at = 0; at < section.rows.size(); ++at)
            section.rows[at] = section.bounds[at].least;
    return matrix;
}

RightsMatrices read_matrices(const json::value& document, DocumentProblems& problems) {
    RightsMatrices matrices;
    const DocumentReader top(document, problems);
    top.only({"default", "entities"});
    matrices.otherwise = narrowest();
    if (const auto otherwise = top.required("default"))
        matrices.otherwise = read_matrix(*otherwise, matrices.otherwise, true);
    if (const auto entities = top.required("entities"))
        entities->each_member(most_entities, [&](std::string_view name, DocumentReader one) {
            matrices.entities.emplace(name, read_matrix(one, matrices.otherwise, false));
        });
    return matrices;
}

/// Judges one matrix at a time.
class MatrixReview {
  public:
    MatrixReview(std::string path, RightsMatrix matrix, DocumentProblems& problems)
        : path_(std::move(path)), matrix_(matrix), problems_(problems) {}

    void review() {
        const std::size_t earlier = problems_.size();
        for (const Section& section : sections_of(matrix_))
            for (std::size_t at = 0; at < section.rows.size(); ++at)
                review_bounds(section, at);
        if (problems_.size() > earlier)
            return;  // each would be found again as a step that gives too much
        const auto sections = sections_of(matrix_);
        for (const StatusTransition& step : status_transitions())
            if (!step.releases)
                review_step(sections[0], std::size_t(step.from), std::size_t(step.to));
        for (int from = 0; from < account_state_count; ++from)
            for (int to = 0; to < account_state_count; ++to) {
                const auto one = AccountState(from), other = AccountState(to);
                if (may_become(one, other) && !releases(one, other))
                    review_step(sections[2], std::size_t(from), std::size_t(to));
            }
    }

  private:
    void note(const Section& section, std::size_t row, Right right, std::string_view code) {
        const auto* named = std::ranges::find(right_names, right, &RightName::right);
        DocumentProblem problem{
            member_path(member_path(member_path(path_, section.name), section.row_name(row)),
                        named->name),
            code};
        if (std::ranges::find(problems_, problem) == problems_.end())
            problems_.push_back(std::move(problem));
    }

    void review_bounds(const Section& section, std::size_t at) {
        const Bounds& bounds = section.bounds[at];
        for (const auto& [name, right] : right_names) {
            if (bounds.least.has(right) && !section.rows[at].has(right))
                note(section, at, right, "blocks_exits");
            if (section.rows[at].has(right) && !bounds.most.has(right))
                note(section, at, right, bounds.beyond);
        }
    }

    void review_step(const Section& section, std::size_t from, std::size_t to) {
        for (const auto& [name, right] : right_names)
            if (section.rows[to].has(right) && !section.rows[from].has(right))
                note(section, to, right, "given_by_one_person");
    }

    std::string path_;
    RightsMatrix matrix_;
    DocumentProblems& problems_;
};

}  // namespace

const RightsMatrix& RightsMatrices::of(std::string_view legal_entity) const {
    const auto found = entities.find(legal_entity);
    return found == entities.end() ? otherwise : found->second;
}

RightsMatrices RightsMatrices::read(const json::value& document) {
    DocumentProblems of_an_earlier_release;
    return read_matrices(document, of_an_earlier_release);
}

DocumentProblems review_rights(const json::value& document, const KnownNames& known) {
    DocumentProblems problems;
    const RightsMatrices matrices = read_matrices(document, problems);
    if (!problems.empty())
        return problems;
    MatrixReview("/default", matrices.otherwise, problems).review();
    if (!problems.empty())
        return problems;  // each entity has them too
    for (const auto& [name, matrix] : matrices.entities) {
        const std::string path = member_path("/entities", name);
        MatrixReview(path, matrix, problems).review();
        if (!known.legal_entities.contains(name))
            problems.push_back({path, "unknown_legal_entity"});
    }
    return problems;
}

}  // namespace cambist::office
