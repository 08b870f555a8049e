#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <chrono>

#include "gateway/auth/credentials.hpp"
#include "gateway/routes/event_watch.hpp"
#include "gateway/routes/shape.hpp"
#include "gateway/routes/table.hpp"
#include "office/outbox/outbox_store.hpp"
#include "office/staff/access_store.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using office::OutboxEvent;
using steady = std::chrono::steady_clock;

constexpr std::uint64_t longest_wait = 20;  ///< seconds, less than a request may take

struct Wanted {
    Page page;
    std::optional<office::outbox::Place> after;  ///< none: from now on
    steady::time_point until;
};

std::expected<office::outbox::Place, Problem> place_after(const Page& page) {
    const auto pair = pair_place(page.after);
    if (!pair)
        return std::unexpected(bad_cursor());
    return office::outbox::Place{pair->first, static_cast<std::int64_t>(pair->second)};
}

std::expected<Wanted, Problem> wanted(const DeskCall& call) {
    auto page = page_of(call.request, call.cursors);
    if (!page)
        return std::unexpected(page.error());
    const auto after = place_after(*page);
    if (!after)
        return std::unexpected(after.error());
    Wanted found{std::move(*page), *after, steady::now()};
    if (const std::string* start = call.request.target.parameter("start")) {
        if (*start != "now" && *start != "beginning")
            return std::unexpected(
                Problem{400, "bad_parameter", "start is now or beginning", {}, {}});
        if (*start == "now" && found.page.after.empty())
            found.after.reset();
    }
    if (const std::string* wait = call.request.target.parameter("wait")) {
        const auto seconds = number_of(*wait, longest_wait);
        if (!seconds)
            return std::unexpected(
                Problem{400, "bad_parameter", "wait is 1 to 20 seconds", {}, {}});
        found.until += std::chrono::seconds(*seconds);
    }
    return found;
}

json::object described(const OutboxEvent& event) {
    return {{"id", std::to_string(event.id)},
            {"at", rfc3339(event.at)},
            {"topic", event.topic},
            {"subject", event.subject},
            {"payload", json::parse(event.payload)}};
}

/// `next` is where to go on, also where nothing was found.
Reply reply_with(const Wanted& wanted, const std::vector<OutboxEvent>& events) {
    json::array items;
    office::outbox::Place place = *wanted.after;
    for (const OutboxEvent& event : events) {
        place = {event.xid, event.id};
        items.push_back(described(event));
    }
    Reply reply;
    reply.body = json::object{{"items", std::move(items)},
                              {"next", wanted.page.cursor_of(place_text(
                                           place.xid, static_cast<std::uint64_t>(place.id)))}};
    return reply;
}

/// One look, in a transaction of its own: nobody holds one while time passes. Whoever lost the
/// right to know of an event, be it by that event, is not told of it.
awaitable<std::expected<std::vector<OutboxEvent>, Problem>> look(DeskCall& call, Wanted& wanted) {
    auto tx = co_await call.pool.begin();
    office::access::act(tx, call.caller->actor, call.need.permission);
    if (!wanted.after)
        wanted.after = co_await office::outbox::end(tx);
    auto events = co_await office::outbox::follow(tx, *wanted.after, wanted.page.limit);
    if (!events.empty())
        if (auto caller = co_await authenticate(tx, call.request, call.need, call.door); !caller)
            co_return std::unexpected(std::move(caller.error()));
    co_return events;
}

awaitable<Answer> follow_events(DeskCall& call) {
    auto found = wanted(call);
    if (!found)
        co_return std::unexpected(found.error());
    EventWatch::Seat seat(call.events);
    for (;;) {
        const auto events = co_await look(call, *found);
        if (!events)
            co_return std::unexpected(events.error());
        if (!events->empty() || steady::now() >= found->until || call.events.stopped())
            co_return reply_with(*found, *events);
        if (!seat.taken())
            co_return std::unexpected(Problem{
                503, "busy", "too many wait for events already", {}, {{"Retry-After", "5"}}});
        co_await seat.wait(found->until);
    }
}

}  // namespace

std::vector<Route> event_routes() {
    Route follow{
        Verb::get, "/v1/events", "event.read", KeyRule::none, {"limit", "after", "start", "wait"}};
    follow.desk = follow_events;
    follow.by_itself = true;
    return {follow};
}

}  // namespace cambist::gateway
