#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace cambist::office {

/// Where a client stands; spelled as stored and sent.
enum class ClientStatus : std::uint8_t {
    registered,         ///< signed up, no documents
    pending_review,     ///< all required documents uploaded
    pending_documents,  ///< a document rejected or missing before approval
    approved,
    restricted,  ///< one or more causes; may only reduce and close
    closed,
};
constexpr int client_status_count = 6;

/// What moves a client from one status to another.
enum class StatusCommand : std::uint8_t {
    submit,           ///< the documents are there
    reject_document,  ///< one of them is no good
    approve,
    restrict_client,
    lift,  ///< the last cause is gone
    close,
};
constexpr int status_command_count = 6;

/// One allowed cell of the matrix.
struct StatusTransition {
    ClientStatus from;
    StatusCommand command;
    ClientStatus to;
    bool releases;  ///< gives rights: needs more authority than taking them
    bool reason_required;
};

std::span<const StatusTransition> status_transitions();
/// What `command` does to a client in `from`; nothing when it is not allowed.
std::optional<StatusTransition> transition(ClientStatus from, StatusCommand command);
/// How a client in `from` gets to `to`; nothing when there is no single step.
std::optional<StatusTransition> transition_to(ClientStatus from, ClientStatus to);

std::string_view name_of(ClientStatus status);
std::string_view name_of(StatusCommand command);
std::optional<ClientStatus> client_status_of(std::string_view name);

}  // namespace cambist::office
