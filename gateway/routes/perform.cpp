#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/serialize.hpp>
#include <exception>

#include "gateway/auth/credentials.hpp"
#include "gateway/http/etag.hpp"
#include "gateway/http/json.hpp"
#include "gateway/http/log.hpp"
#include "gateway/routes/api.hpp"
#include "gateway/routes/four_eyes.hpp"
#include "gateway/routes/precondition.hpp"

// How an admitted request is carried out: attempts, transactions and being cut.
namespace cambist::gateway {
namespace {

namespace asio = boost::asio;
using office::pg::DatabaseError;
using office::pg::Fault;
using steady = std::chrono::steady_clock;

constexpr int most_attempts = 3;

Response rendered(const Answer& answer) {
    if (!answer)
        return to_response(answer.error());
    Response response;
    response.status = answer->status;
    response.content_type = answer->content_type;
    response.body = answer->text;
    if (response.content_type.empty()) {
        response.content_type = "application/json";
        response.body = boost::json::serialize(answer->body);
    }
    if (!answer->etag.empty())
        response.headers.emplace_back("ETag", answer->etag);
    if (!answer->location.empty())
        response.headers.emplace_back("Location", answer->location);
    response.headers.insert(response.headers.end(), answer->headers.begin(), answer->headers.end());
    return response;
}

/// One object has an ETag, and who has it already need not get it again.
void tell_version(const Admitted& admitted, Response& response) {
    if (!admitted.route->pattern.ends_with('}'))
        return;
    const auto given =
        std::ranges::find(response.headers, "ETag", &std::pair<std::string, std::string>::first);
    const bool versioned = given != response.headers.end();
    const std::string etag = versioned ? given->second : etag_of_body(response.body);
    if (!versioned)
        response.headers.emplace_back("ETag", etag);
    if (!is_known_to_client(admitted.request.headers, etag))
        return;
    response.status = 304;
    response.content_type.clear();
    response.body.clear();
}

Problem later(std::string_view code, std::string_view detail) {
    return {503, std::string(code), std::string(detail), {}, {{"Retry-After", "1"}}};
}

bool worth_another_try(const DatabaseError& error) {
    return error.retryable() || error.constraint() == "client_pkey" ||
           error.constraint() == "idempotency_pkey";
}

bool is_in_doubt(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const DatabaseError& error) {
        return error.in_doubt();
    } catch (...) {
        return false;
    }
}

}  // namespace

Problem problem_of(const DatabaseError& error) {
    if (error.in_doubt())
        return later("outcome_unknown",
                     "it may have been done: repeat the request with the same Idempotency-Key");
    if (error.constraint() == "account_server_id_fkey")
        return {404, "unknown_server", "", {}, {}};
    if (error.constraint() == "approver_is_no_party")
        return {403, "maker_decides", "", {}, {}};
    if (error.sqlstate() == "42501")
        return {403, "out_of_scope", "nothing was done: it lies outside the scope held", {}, {}};
    const bool timed_out = error.sqlstate() == "57014" || error.sqlstate() == "55P03" ||
                           error.fault() == Fault::deadline_exceeded;
    if (timed_out)
        return later("too_slow", "nothing was done: the database took too long");
    if (error.retryable())
        return later("database_unavailable", "nothing was done: the database is not there");
    return {500, "internal", "nothing was done", {}, {}};
}

awaitable<Response> Api::perform(Admitted& admitted, std::string body) {
    const Parsed parsed = admitted.route->writes() && !admitted.problem
                              ? parse_json(body)
                              : Parsed(boost::json::value());
    std::optional<Response> response = co_await look(admitted);
    bool use_noted = false;
    for (int tried = 1; !response;) {
        try {
            response = co_await attempt(admitted, body, parsed, use_noted);
            if (!response)
                co_await note_use(admitted);
            use_noted = true;
        } catch (const DatabaseError& error) {
            if (tried++ < most_attempts && worth_another_try(error))
                continue;
            log_fault(spdlog::level::warn, admitted.request, admitted.route->pattern, error.what());
            response = to_response(problem_of(error));
        } catch (const std::exception& error) {
            log_fault(spdlog::level::err, admitted.request, admitted.route->pattern, error.what());
            response = to_response({500, "internal", "nothing was done", {}, {}});
        }
    }
    response->route = admitted.route->pattern;
    response->principal = admitted.visit.principal;
    limit_.tell(admitted.visit, *response);
    co_return std::move(*response);
}

awaitable<std::optional<Response>> Api::look(const Admitted& admitted) {
    const Route& route = *admitted.route;
    const auto principal = OperationId::from_uuid(admitted.visit.principal);
    if (!route.one_look || admitted.problem || !principal || !access_.hears())
        co_return std::nullopt;
    try {
        auto tx = co_await lookups_.begin(access_.trust());
        auto shown = ask_who(tx, admitted.request, route.need());
        if (!shown)
            co_return std::nullopt;
        LiveRequest live(co_await asio::this_coro::executor);
        live.belongs_to(access_, *principal);
        live.when_told([&tx] { tx.give_up(); });
        const office::Authority nobody{office::Actor{}};
        const boost::json::value no_body;
        Call call{admitted.request, admitted.path, no_body, nobody,
                  nobody.actor(),   clock_.now(),  tx,      settings_.cursors};
        const Answer answer = co_await route.handler(call);
        if (!tx.has_asked())
            co_return std::nullopt;
        const auto caller = judge(tx, admitted.request, route.need(), std::move(*shown), door_);
        if (!caller || caller->use_due || caller->actor.principal != *principal)
            co_return std::nullopt;
        Response response = rendered(answer);
        if (answer)
            tell_version(admitted, response);
        co_return response;
    } catch (const std::exception&) {
        co_return std::nullopt;
    }
}

awaitable<std::optional<Response>> Api::attempt(Admitted& admitted, std::string_view body,
                                                const Parsed& parsed, bool use_noted) {
    const auto executor = co_await asio::this_coro::executor;
    LiveRequest live(executor);
    auto group = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, perform_once(admitted, body, parsed, use_noted, live),
                       asio::deferred),
        asio::co_spawn(executor, watch_over(admitted, live), asio::deferred));
    auto [order, failure, response, over, problem] =
        co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    // What was finished in spite of being cut stands.
    if (!failure)
        co_return std::move(response);
    if (order[0] == 0 || is_in_doubt(failure))
        std::rethrow_exception(failure);
    if (over)
        std::rethrow_exception(over);
    co_return to_response(problem);
}

awaitable<Problem> Api::watch_over(const Admitted& admitted, LiveRequest& live) {
    const auto deadline = steady::now() + settings_.handler_time;
    for (;;) {
        const auto left = deadline - steady::now();
        if (left <= left.zero())
            throw DatabaseError(Fault::deadline_exceeded, "the deadline passed");
        co_await live.wait(std::min<std::chrono::nanoseconds>(left, access_.trust()));
        if (!live.has_owner())
            continue;
        auto tx = co_await access_.begin();
        const auto caller =
            co_await authenticate(tx, admitted.request, admitted.route->need(), door_);
        if (!caller)
            co_return caller.error();
    }
}

awaitable<void> Api::note_use(const Admitted& admitted) {
    auto tx = co_await pool_.begin();
    const auto caller = co_await authenticate(tx, admitted.request, admitted.route->need(), door_);
    if (!caller)
        co_return;
    gateway::note_use(tx, *caller, door_);
    co_await tx.commit();
}

awaitable<std::expected<Caller, Problem>> Api::recognise(Admitted& admitted,
                                                         office::pg::Transaction& tx) {
    auto caller = co_await authenticate(tx, admitted.request, admitted.route->need(), door_);
    if (caller)
        limit_.recognised(admitted.visit, caller->actor.principal.uuid(), clock_.now());
    else if (caller.error().status == 401)
        limit_.unknown(admitted.visit, clock_.now());
    co_return caller;
}

awaitable<std::optional<Response>> Api::perform_once(Admitted& admitted, std::string_view body,
                                                     const Parsed& parsed, bool use_noted,
                                                     LiveRequest& live) {
    const Route& route = *admitted.route;
    std::optional<Caller> caller;
    if (route.callers != Callers::anybody) {
        auto tx = co_await pool_.begin();
        auto found = co_await recognise(admitted, tx);
        if (!found)
            co_return to_response(found.error());
        if (found->use_due && !use_noted)
            co_return std::nullopt;
        if (!route.permission.empty())
            live.belongs_to(access_, found->actor.principal);
        caller = std::move(*found);
        if (!admitted.problem && parsed && !route.desk)
            co_return co_await perform_keyed(admitted, tx, *caller, body, *parsed);
    }
    if (admitted.problem)
        co_return to_response(*admitted.problem);
    if (!parsed)
        co_return to_response(parsed.error());
    co_return co_await perform_at_desk(admitted, caller, *parsed);
}

awaitable<Response> Api::perform_keyed(const Admitted& admitted, office::pg::Transaction& tx,
                                       const Caller& caller, std::string_view body,
                                       const boost::json::value& parsed) {
    if (!admitted.key)
        co_return co_await run_handler(admitted, tx, caller, parsed, std::nullopt);
    auto keyed = gateway::bind(caller.actor.name, *admitted.key, admitted.route->pattern,
                               admitted.request, body);
    const auto claim = co_await office::request_keys::claim(tx, keyed);
    if (claim.answer)
        co_return replay(*claim.answer, keyed);
    if (!claim.ours)
        co_return to_response({409,
                               "request_in_flight",
                               "the first request with this key is not answered yet",
                               {},
                               {{"Retry-After", "1"}}});
    co_return co_await run_handler(admitted, tx, caller, parsed, std::move(keyed));
}

awaitable<Response> Api::perform_at_desk(const Admitted& admitted,
                                         const std::optional<Caller>& caller,
                                         const boost::json::value& body) {
    const Route& route = *admitted.route;
    DeskCall call{admitted.request,  admitted.path, body, caller, route.need(), pool_, door_,
                  settings_.cursors, events_};
    co_return rendered(co_await route.desk(call));
}

awaitable<Response> Api::run_handler(const Admitted& admitted, office::pg::Transaction& tx,
                                     const Caller& caller, const boost::json::value& body,
                                     std::optional<office::request_keys::KeyedRequest> keyed) {
    const office::Authority alone(caller.actor);
    Call call{admitted.request,  admitted.path, body,  alone, caller.actor, clock_.now(), tx,
              settings_.cursors, &caller,       &door_};
    auto unmet = co_await unmet_precondition(call, *admitted.route);
    Answer answer =
        unmet ? Answer(std::unexpected(std::move(*unmet))) : co_await admitted.route->handler(call);
    if (!answer && answer.error().code == "needs_approval" && !admitted.route->subject.empty())
        answer = co_await file_for_approval(call, *admitted.route);
    Response response = rendered(answer);
    if (answer && !admitted.route->writes())
        tell_version(admitted, response);
    if (keyed)
        office::request_keys::keep(tx, *keyed, kept_of(response),
                                   admitted.route->answer_kept_for_ever());
    if (keyed || (answer ? admitted.route->writes() || answer->recorded : answer.error().recorded))
        co_await tx.commit();
    if (answer && answer->policies_changed)
        notifier_.ring("cambist_policy");
    if (answer && answer->command_ordered)
        notifier_.ring("cambist_commands");
    co_return response;
}

}  // namespace cambist::gateway
