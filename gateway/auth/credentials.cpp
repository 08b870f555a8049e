#include "gateway/auth/credentials.hpp"

#include "gateway/auth/cookies.hpp"
#include "gateway/auth/same_site.hpp"
#include "office/staff/api_key_store.hpp"

namespace cambist::gateway {
namespace {

using boost::asio::awaitable;
using Found = std::expected<Caller, Problem>;

constexpr std::size_t longest_user_agent = 300;

Problem unauthorized() {
    Problem problem{401, "unauthorized", "a valid API key or session is needed", {}, {}};
    problem.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"cambist\"");
    return problem;
}

Problem forbidden(std::string_view code, std::string_view detail) {
    return {403, std::string(code), std::string(detail), {}, {}};
}

Problem missing(std::string_view permission) {
    return forbidden("permission_missing", "this needs the permission " + std::string(permission));
}

std::optional<office::KeyText> shown_key(const Headers& headers) {
    constexpr std::string_view scheme = "Bearer ";
    const std::string* header = headers.find("Authorization");
    if (!header || headers.count("Authorization") != 1 || !header->starts_with(scheme))
        return std::nullopt;
    return office::KeyText::from(std::string_view(*header).substr(scheme.size()));
}

/// What a browser says of itself, cut to what a list can show.
std::string user_agent_of(const Headers& headers) {
    const std::string* text = headers.find("User-Agent");
    std::string shown = text ? text->substr(0, longest_user_agent) : "";
    std::erase_if(shown, [](char c) { return c < 0x20 || c > 0x7e; });
    return shown;
}

std::optional<Problem> check_key(const std::optional<office::ApiKey>& key, const Need& need,
                                 bool holds_permission) {
    if (need.callers != Callers::all && need.callers != Callers::all_enrolling)
        return forbidden("people_only", "no API key may do this");
    if (!need.permission.empty() && !holds_permission)
        return missing(need.permission);
    return key ? std::nullopt : std::optional(unauthorized());
}

Found by_key(office::pg::Transaction& tx, const Need& need, const Shown& shown) {
    const office::Visitor& visitor = shown.visitor;
    const auto entered = office::api_keys::entered(tx);
    if (!office::opens(*shown.key, entered.key))
        return std::unexpected(unauthorized());
    if (auto problem = check_key(entered.key, need, entered.holds_permission))
        return std::unexpected(std::move(*problem));
    const office::ApiKey& key = *entered.key;
    Caller caller;
    caller.actor = {.name = "key:" + key.name + ":" + key.id,
                    .principal = key.principal,
                    .person = key.owner_person.value_or(OperationId{}),
                    .request_id = visitor.request_id,
                    .address = visitor.address};
    caller.use_due = entered.use_due;
    caller.key_id = key.id;
    return caller;
}

std::optional<Problem> check_session(const office::sessions::Shown& session, const Need& need,
                                     const Door& door) {
    const bool enrolling = session.standing.state == office::SessionState::enrolling;
    const bool open_to_it =
        need.callers == Callers::enrolling || need.callers == Callers::all_enrolling;
    if (enrolling && !open_to_it)
        return forbidden("enrolment_required",
                         "set a password of your own and confirm a second factor first");
    if (!need.permission.empty() && !session.permitted)
        return missing(need.permission);
    if (need.step_up &&
        !office::is_stepped_up(session.standing, door.settings().session, session.now))
        return forbidden("step_up_required", "show a code at /v1/session/step-up first");
    return std::nullopt;
}

Found by_cookie(office::pg::Transaction& tx, const Request& request, const Need& need, Shown shown,
                const Door& door) {
    const office::Token token = *shown.visitor.session;
    const auto session = office::sessions::entered(tx);
    if (!session || !office::is_alive(session->standing, session->now))
        return std::unexpected(unauthorized());
    if (need.writes)
        if (auto problem = check_written_by_us(request.headers, token, door.settings().origins))
            return std::unexpected(std::move(*problem));
    if (auto problem = check_session(*session, need, door))
        return std::unexpected(std::move(*problem));
    Caller caller;
    caller.own = office::Own{*session, std::move(shown.visitor)};
    caller.actor = caller.own->actor();
    caller.use_due = !need.by_itself &&
                     session->now - session->last_seen_at >= door.settings().session.granularity();
    return caller;
}

}  // namespace

std::expected<office::Visitor, Problem> visitor_of(const Request& request) {
    auto session = token_in_cookie(request.headers, office::session_cookie);
    auto device = token_in_cookie(request.headers, office::device_cookie);
    if (!session || !device)
        return std::unexpected(session ? device.error() : session.error());
    return office::Visitor{.address = request.peer,
                           .country = request.country,
                           .user_agent = user_agent_of(request.headers),
                           .request_id = request.id,
                           .session = std::move(*session),
                           .device = std::move(*device)};
}

std::expected<Shown, Problem> ask_who(office::pg::Transaction& tx, const Request& request,
                                      const Need& need) {
    auto visitor = visitor_of(request);
    if (!visitor)
        return std::unexpected(std::move(visitor.error()));
    const bool has_key = request.headers.count("Authorization") != 0;
    if (has_key && visitor->session)
        return std::unexpected(
            Problem{400, "two_credentials", "a session's cookie or an API key, not both", {}, {}});
    Shown shown{std::move(*visitor), {}};
    if (shown.visitor.session) {
        office::sessions::enter_ahead(tx, shown.visitor.session->hash(), need.permission);
        return shown;
    }
    shown.key = shown_key(request.headers);
    if (!shown.key)
        return std::unexpected(unauthorized());
    office::api_keys::enter_ahead(tx, *shown.key, need.permission);
    return shown;
}

Found judge(office::pg::Transaction& tx, const Request& request, const Need& need, Shown shown,
            const Door& door) {
    if (shown.key)
        return by_key(tx, need, shown);
    return by_cookie(tx, request, need, std::move(shown), door);
}

awaitable<Found> authenticate(office::pg::Transaction& tx, const Request& request, Need need,
                              const Door& door) {
    auto shown = ask_who(tx, request, need);
    if (!shown)
        co_return std::unexpected(std::move(shown.error()));
    co_await tx.gather();
    co_return judge(tx, request, need, std::move(*shown), door);
}

void note_use(office::pg::Transaction& tx, const Caller& caller, const Door& door) {
    if (caller.own)
        office::sessions::touch(tx, caller.own->session.id, door.settings().session);
    else
        office::api_keys::note_use(tx, caller.key_id);
}

}  // namespace cambist::gateway
