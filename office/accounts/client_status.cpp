#include "office/accounts/client_status.hpp"

#include <algorithm>
#include <array>

#include "office/accounts/name_table.hpp"

namespace cambist::office {

namespace {

using enum ClientStatus;
using Command = StatusCommand;

constexpr std::array<std::string_view, client_status_count> status_names{
    "registered", "pending_review", "pending_documents", "approved", "restricted", "closed"};
constexpr std::array<std::string_view, status_command_count> command_names{
    "submit", "reject_document", "approve", "restrict", "lift", "close"};

// from, command, to, releases, reason required; every other cell is forbidden.
constexpr StatusTransition transitions[] = {
    {registered, Command::submit, pending_review, false, false},
    {registered, Command::close, closed, false, true},
    {pending_review, Command::reject_document, pending_documents, false, true},
    {pending_review, Command::approve, approved, true, false},
    {pending_review, Command::close, closed, false, true},
    {pending_documents, Command::submit, pending_review, false, false},
    {pending_documents, Command::close, closed, false, true},
    {approved, Command::restrict_client, restricted, false, true},
    {approved, Command::close, closed, false, true},
    {restricted, Command::restrict_client, restricted, false, true},
    {restricted, Command::lift, approved, true, true},
    {restricted, Command::close, closed, false, true},
};

template <class Match>
std::optional<StatusTransition> find(Match match) {
    const auto* found = std::ranges::find_if(transitions, match);
    if (found == std::end(transitions))
        return std::nullopt;
    return *found;
}

}  // namespace

std::span<const StatusTransition> status_transitions() {
    return transitions;
}

std::optional<StatusTransition> transition(ClientStatus from, StatusCommand command) {
    return find([&](const auto& row) { return row.from == from && row.command == command; });
}

std::optional<StatusTransition> transition_to(ClientStatus from, ClientStatus to) {
    return find([&](const auto& row) { return row.from == from && row.to == to; });
}

std::string_view name_of(ClientStatus status) {
    return status_names[std::size_t(status)];
}

std::string_view name_of(StatusCommand command) {
    return command_names[std::size_t(command)];
}

std::optional<ClientStatus> client_status_of(std::string_view name) {
    return enumerator_of<ClientStatus>(status_names, name);
}

}  // namespace cambist::office
