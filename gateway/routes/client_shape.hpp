#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>

#include "gateway/routes/table.hpp"
#include "office/accounts/client_service.hpp"
#include "office/accounts/client_view_store.hpp"

/// Clients and persons as they are shown, and which of them a list is asked for.
namespace cambist::gateway {

constexpr std::size_t longest_region = 50;

boost::json::value uuid_or_null(const std::optional<OperationId>& id);
boost::json::object described(const office::Client& client);
boost::json::object described(const office::clients::ClientView& view);
/// By whether it is a legal one.
extern const std::string_view person_kinds[2];

/// A changed client with the policies that follow.
Answer answer_with(const office::Outcome<office::ClientChanged>& outcome, int status);

/// `?status=&legal_entity=&region=&manager=&partner=`; 400 `bad_parameter`.
std::expected<office::clients::ClientFilter, Problem> client_filter_of(const Call& call);

}  // namespace cambist::gateway
