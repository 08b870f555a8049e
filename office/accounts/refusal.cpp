#include "office/accounts/refusal.hpp"

#include <array>

namespace cambist::office {

namespace {
using enum Refused::Kind;
// In the order of AccountRefusal.
constexpr std::array<Refused, account_refusal_count> refusals{{
    {not_found, "unknown_client"},
    {not_found, "unknown_account"},
    {not_found, "unknown_hold"},
    {not_found, "unknown_server"},
    {invalid, "unknown_legal_entity"},
    {invalid, "unknown_manager"},
    {invalid, "unknown_partner"},
    {conflict, "stale_version"},
    {conflict, "id_taken"},
    {conflict, "client_closed"},
    {conflict, "account_taken"},
    {conflict, "kind_differs"},
    {conflict, "no_such_transition"},
    {invalid, "reason_required"},
    {conflict, "cause_not_in_force"},
    {invalid, "hold_amount_invalid"},
    {conflict, "money_left"},
    {conflict, "operation_pending"},
    {conflict, "no_such_state"},
    {invalid, "assignment_from_invalid"},
    {forbidden, "out_of_scope"},
    {forbidden, "needs_approval"},
}};
}  // namespace

Refused refused_as(AccountRefusal refusal) {
    return refusals[std::size_t(refusal)];
}

}  // namespace cambist::office
