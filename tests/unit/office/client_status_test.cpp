#include "office/accounts/client_status.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace cambist::office {
namespace {

// from (rows) by command (columns): submit, reject_document, approve, restrict, lift, close;
// "-" is forbidden. Written out by hand, so that the table in the code has something to answer to.
constexpr std::array<std::array<std::string_view, status_command_count>, client_status_count>
    matrix{{
        {"pending_review", "-", "-", "-", "-", "closed"},            // registered
        {"-", "pending_documents", "approved", "-", "-", "closed"},  // pending_review
        {"pending_review", "-", "-", "-", "-", "closed"},            // pending_documents
        {"-", "-", "-", "restricted", "-", "closed"},                // approved
        {"-", "-", "-", "restricted", "approved", "closed"},         // restricted
        {"-", "-", "-", "-", "-", "-"},                              // closed
    }};

TEST(ClientStatus, every_cell_of_the_matrix_is_as_written) {
    for (int from = 0; from < client_status_count; ++from)
        for (int command = 0; command < status_command_count; ++command) {
            const auto step = transition(ClientStatus(from), StatusCommand(command));
            const std::string_view to = step ? name_of(step->to) : "-";
            EXPECT_EQ(to, matrix[std::size_t(from)][std::size_t(command)])
                << name_of(ClientStatus(from)) << " " << name_of(StatusCommand(command));
        }
}

TEST(ClientStatus, one_step_at_most_leads_from_one_status_to_another) {
    std::set<std::pair<ClientStatus, ClientStatus>> seen;
    for (const StatusTransition& step : status_transitions())
        EXPECT_TRUE(seen.emplace(step.from, step.to).second);
}

TEST(ClientStatus, only_steps_to_approved_release) {
    for (const StatusTransition& step : status_transitions())
        EXPECT_EQ(step.releases, step.to == ClientStatus::approved) << name_of(step.command);
}

TEST(ClientStatus, whatever_takes_rights_away_gives_a_reason) {
    for (const StatusTransition& step : status_transitions())
        if (step.to == ClientStatus::restricted || step.to == ClientStatus::closed)
            EXPECT_TRUE(step.reason_required) << name_of(step.from);
}

TEST(ClientStatus, names_are_read_back) {
    for (int at = 0; at < client_status_count; ++at)
        EXPECT_EQ(client_status_of(name_of(ClientStatus(at))), ClientStatus(at));
    EXPECT_EQ(client_status_of("frozen"), std::nullopt);
    EXPECT_EQ(client_status_of("Approved"), std::nullopt);
}

}  // namespace
}  // namespace cambist::office
