#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "gateway/auth/door.hpp"
#include "gateway/http/message.hpp"
#include "gateway/http/problem.hpp"
#include "office/audit/actor.hpp"
#include "office/pg/transaction.hpp"
#include "office/staff/api_key.hpp"
#include "office/staff/session_service.hpp"

namespace cambist::gateway {

/// Who may call a route, besides holding its permission.
enum class Callers : std::uint8_t {
    anybody,        ///< without any credential
    all,            ///< members of staff and API keys
    people,         ///< members of staff, signed in
    enrolling,      ///< the same, also while a password or second factor is still to be set
    all_enrolling,  ///< all of them
};

/// What a route asks of a credential.
struct Need {
    std::string_view permission;  ///< empty: none
    Callers callers = Callers::all;
    bool writes = false;
    bool step_up = false;    ///< people have shown a code lately
    bool by_itself = false;  ///< pages ask for it without anybody doing anything
};

/// Somebody whose credential is good.
struct Caller {
    office::Actor actor;
    std::optional<office::Own> own;  ///< of people: their session
    /// The use of the credential is worth a row: `note_use`, commit and look again.
    bool use_due = false;
    std::string key_id;
};

/// The browser or program at the other end.
std::expected<office::Visitor, Problem> visitor_of(const Request& request);

/// A credential that was shown and looked for.
struct Shown {
    office::Visitor visitor;
    std::optional<office::KeyText> key;  ///< otherwise the visitor's session
};

/// Whoever shows a session's cookie or an API key, acting under the permission for the rest of the
/// transaction. Looked up now, so whatever was taken away is gone at once. Whatever is wrong with a
/// credential, the answer is the same 401; then 403 `csrf`, `people_only`, `enrolment_required`,
/// `permission_missing` (for any client at all), `step_up_required`; 400 `two_credentials`.
/// Throws DatabaseError.
boost::asio::awaitable<std::expected<Caller, Problem>> authenticate(office::pg::Transaction& tx,
                                                                    const Request& request,
                                                                    Need need, const Door& door);
/// The same in two steps, so that one exchange finds the caller and what the caller asks for: asks
/// who it is ahead of that; then, with the answers, judges whether they may be told.
std::expected<Shown, Problem> ask_who(office::pg::Transaction& tx, const Request& request,
                                      const Need& need);
std::expected<Caller, Problem> judge(office::pg::Transaction& tx, const Request& request,
                                     const Need& need, Shown shown, const Door& door);
void note_use(office::pg::Transaction& tx, const Caller& caller, const Door& door);

}  // namespace cambist::gateway
