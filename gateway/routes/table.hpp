#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/auth/credentials.hpp"
#include "gateway/auth/request_key.hpp"
#include "gateway/http/message.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/http/router.hpp"
#include "office/approvals/approved.hpp"
#include "office/pg/pool.hpp"
#include "office/pg/transaction.hpp"
#include "office/staff/permission.hpp"
#include "sync/vocabulary/instant.hpp"

namespace cambist::gateway {

using boost::asio::awaitable;

class CursorKey;
class EventWatch;

/// One request that was let in, as its handler sees it.
struct Call {
    const Request& request;
    const PathValues& path;
    const boost::json::value& body;  ///< null where the route takes none
    const office::Authority& authority;
    const office::Actor& actor;
    Instant now;
    office::pg::Transaction& tx;
    const CursorKey& cursors;
    const Caller* caller = nullptr;  ///< none when an approval is carried out
    const Door* door = nullptr;

    const std::string& value(std::string_view name) const;
};

/// What a handler did. The wake-ups are given after the commit.
struct Reply {
    int status = 200;
    boost::json::value body;
    std::string etag, location;
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string content_type{}, text{};  ///< instead of `body`, where it is not JSON
    bool policies_changed = false;
    bool command_ordered = false;
    bool recorded = false;  ///< reading it is on record: commit what was written
};

using Answer = std::expected<Reply, Problem>;
using Handler = awaitable<Answer> (*)(Call& call);

/// A request that takes several transactions: a password is hashed or time passes between them.
struct DeskCall {
    const Request& request;
    const PathValues& path;
    const boost::json::value& body;
    const std::optional<Caller>& caller;  ///< nobody where anybody may ask
    Need need;
    office::pg::Pool& pool;
    Door& door;
    const CursorKey& cursors;
    EventWatch& events;

    const std::string& value(std::string_view name) const;
};
using DeskHandler = awaitable<Answer> (*)(DeskCall& call);

struct Route {
    Verb verb = Verb::get;
    std::string_view pattern;
    office::NeededPermission permission;
    KeyRule key = KeyRule::none;
    std::vector<std::string_view> parameters;
    Handler handler = nullptr;
    /// What it is about, for approvals: `client:{client}`, with values of the path and fields of
    /// the body. Empty: nothing that it does can need one.
    std::string_view subject = {};
    std::size_t body_limit = 64 * 1024;  ///< bytes; GET takes none
    Callers callers = Callers::all;
    bool step_up = false;        ///< people have shown a code lately
    bool by_itself = false;      ///< pages ask for it without anybody doing anything
    DeskHandler desk = nullptr;  ///< instead of `handler`
    /// GET alone: the handler asks the database once, quickly, and not who calls.
    bool one_look = false;

    bool writes() const { return verb != Verb::get; }
    /// What creates or moves money needs a key, and the answer to it is kept for ever.
    bool answer_kept_for_ever() const { return key == KeyRule::required; }
    Need need() const { return {permission, callers, writes(), step_up, by_itself}; }
};

/// A route that people may take after they showed a code lately; keys as without.
Route stepped_up(Route route);

/// A read of one quick statement that is the same for everybody who may see what it finds: it is
/// asked in one exchange with who calls.
Route looked_up(Route route);

/// Every route that needs a credential.
const std::vector<Route>& routes();
/// Those that anybody may call, by pattern; all GET.
const std::vector<std::string_view>& open_routes();

std::vector<Route> server_routes();
std::vector<Route> client_routes();
std::vector<Route> account_routes();
std::vector<Route> command_routes();
std::vector<Route> record_routes();
std::vector<Route> event_routes();
std::vector<Route> audit_routes();
std::vector<Route> approval_routes();
std::vector<Route> session_routes();
std::vector<Route> staff_routes();
std::vector<Route> key_routes();
std::vector<Route> grant_routes();
std::vector<Route> delegation_routes();
std::vector<Route> configuration_routes();
std::vector<Route> assignment_routes();
std::vector<Route> client_export_routes();
std::vector<Route> person_routes();
std::vector<Route> search_routes();

}  // namespace cambist::gateway
