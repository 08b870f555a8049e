#pragma once

#include "gateway/routes/table.hpp"
#include "office/staff/session_service.hpp"

/// What needs a password or a code to be read: several transactions, the attempt counted in the
/// first.
namespace cambist::gateway {

awaitable<Answer> sign_in(DeskCall& call);
awaitable<Answer> show_code(DeskCall& call);
awaitable<Answer> change_password(DeskCall& call);
awaitable<Answer> issue_temporary_password(DeskCall& call);

/// A session that goes on in place of the one that asked: its cookie, and what pages need.
Reply reply_with(const office::Renewed& renewed);
Problem problem_of_session(const office::Refused& refused);

}  // namespace cambist::gateway
