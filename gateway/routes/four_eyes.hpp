#pragma once

#include "gateway/routes/table.hpp"
#include "office/approvals/approval_service.hpp"

/// Between routes and the approval engine: a request that takes an approval is kept word for word,
/// and carried out by the same handler once it was given.
namespace cambist::gateway {

/// Files the request for approval, after its handler refused `needs_approval`: 202 with it.
awaitable<Answer> file_for_approval(Call& call, const Route& route);

/// What an approval shows of itself.
boost::json::object described(const office::Approval& approval);
std::string etag_of(const office::Approval& approval);

/// Runs the handler of the kept request; what it answered is left in `reply`.
office::approvals::CarryOut carrying_out(Call& call, Reply& reply);

/// The kept request with another body. Problem: edit_changes_subject.
std::expected<std::string, Problem> with_body(const office::Approval& approval,
                                              const boost::json::value& body);
/// The route that would carry it out.
const Route& route_of(const office::Approval& approval);

}  // namespace cambist::gateway
