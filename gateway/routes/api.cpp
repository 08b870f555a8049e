#include "gateway/routes/api.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <exception>

#include "gateway/auth/credentials.hpp"
#include "gateway/http/etag.hpp"
#include "gateway/http/json.hpp"
#include "gateway/http/log.hpp"
#include "gateway/routes/four_eyes.hpp"
#include "gateway/routes/precondition.hpp"
#include "office/pg/deadline.hpp"
#include "office/trading/server_store.hpp"
#include "office/trading/trading_view_store.hpp"

namespace cambist::gateway {
namespace {

using office::pg::DatabaseError;
using office::pg::Fault;

constexpr int most_attempts = 3;
constexpr auto readiness_time = std::chrono::seconds(2);

class OpenExchange : public Exchange {
  public:
    OpenExchange(Api& api, std::string_view pattern, Visit visit)
        : api_(api), pattern_(pattern), visit_(std::move(visit)) {}
    std::size_t body_limit() const override { return 0; }
    awaitable<Response> respond(std::string) override { return api_.answer_open(pattern_, visit_); }

  private:
    Api& api_;
    std::string_view pattern_;
    Visit visit_;
};

class KeyedExchange : public Exchange {
  public:
    KeyedExchange(Api& api, Admitted admitted) : api_(api), admitted_(std::move(admitted)) {}
    std::size_t body_limit() const override {
        return admitted_.route->writes() ? admitted_.route->body_limit : 0;
    }
    awaitable<Response> respond(std::string body) override {
        return api_.perform(admitted_, std::move(body));
    }

  private:
    Api& api_;
    Admitted admitted_;
};

std::optional<Problem> check_parameters(const Route& route, const Target& target) {
    for (const auto& [key, value] : target.query)
        if (std::ranges::find(route.parameters, key) == route.parameters.end())
            return Problem{400, "unknown_parameter", "this route has no parameter " + key, {}, {}};
    return std::nullopt;
}

/// `application/json`, alone or with `charset=utf-8`.
bool is_json(std::string_view type) {
    std::string plain;
    for (const char c : type)
        if (c != ' ' && c != '"')
            plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return plain == "application/json" || plain == "application/json;charset=utf-8";
}

std::optional<Problem> check_body_type(const Headers& headers) {
    const std::string* type = headers.find("Content-Type");
    if (!type || headers.count("Content-Type") != 1 || !is_json(*type))
        return Problem{415, "not_json", "the body is application/json", {}, {}};
    if (headers.count("Content-Encoding") != 0)
        return Problem{415, "content_encoding", "the body is not compressed", {}, {}};
    return std::nullopt;
}

Response rendered(const Answer& answer) {
    if (!answer)
        return to_response(answer.error());
    Response response;
    response.status = answer->status;
    response.content_type = "application/json";
    response.body = boost::json::serialize(answer->body);
    if (!answer->etag.empty())
        response.headers.emplace_back("ETag", answer->etag);
    if (!answer->location.empty())
        response.headers.emplace_back("Location", answer->location);
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

Response plain_json(int status, boost::json::object body) {
    Response response;
    response.status = status;
    response.content_type = "application/json";
    response.body = boost::json::serialize(body);
    return response;
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

Api::Api(office::pg::Pool& pool, office::pg::Notifier& notifier, const Clock& clock,
         const ApiSettings& settings)
    : pool_(pool),
      notifier_(notifier),
      clock_(clock),
      settings_(settings),
      limit_(settings.limits) {
    for (const Route& route : routes())
        router_.add(route.verb, route.pattern);
    for (const std::string_view pattern : open_routes())
        router_.add(Verb::get, pattern);
}

awaitable<std::expected<std::unique_ptr<Exchange>, Response>> Api::admit(Request request) {
    const Visit visit = limit_.enter(request, clock_.now());
    auto exchange = visit.taken.allowed ? find_exchange(std::move(request), visit)
                                        : std::unexpected(to_response(RateLimit::refusal(visit)));
    if (!exchange) {
        limit_.tell(visit, exchange.error());
        exchange.error().principal = visit.principal;
    }
    co_return exchange;
}

std::expected<std::unique_ptr<Exchange>, Response> Api::find_exchange(Request request,
                                                                      const Visit& visit) {
    auto match = router_.find(request.method, request.target.segments);
    if (!match && match.error().problem)
        return std::unexpected(to_response(*match.error().problem));
    if (!match) {
        Response options;
        options.status = 204;
        options.headers.emplace_back("Allow", match.error().allow);
        return std::unexpected(std::move(options));
    }
    if (match->route >= routes().size()) {
        const auto pattern = open_routes()[match->route - routes().size()];
        if (!request.target.query.empty())
            return std::unexpected(
                to_response({400, "unknown_parameter", "this route has no parameters", {}, {}}));
        return std::make_unique<OpenExchange>(*this, pattern, visit);
    }
    return std::make_unique<KeyedExchange>(*this,
                                           admitted(std::move(request), std::move(*match), visit));
}

Admitted Api::admitted(Request request, Router::Match match, const Visit& visit) {
    const Route& route = routes()[match.route];
    Admitted admitted{&route, std::move(request), std::move(match.values), visit, {}, {}};
    admitted.problem = check_parameters(route, admitted.request.target);
    if (!admitted.problem && route.writes())
        admitted.problem = check_body_type(admitted.request.headers);
    auto key = request_key_of(admitted.request.headers, route.key);
    if (key)
        admitted.key = std::move(*key);
    else if (!admitted.problem)
        admitted.problem = std::move(key.error());
    return admitted;
}

awaitable<Response> Api::perform(Admitted& admitted, std::string body) {
    const Parsed parsed = admitted.route->writes() && !admitted.problem
                              ? parse_json(body)
                              : Parsed(boost::json::value());
    Response response;
    for (int attempt = 1;; ++attempt) {
        try {
            response = co_await office::pg::with_deadline(perform_once(admitted, body, parsed),
                                                          settings_.handler_time);
            break;
        } catch (const DatabaseError& error) {
            if (attempt < most_attempts && worth_another_try(error))
                continue;
            log_fault(spdlog::level::warn, admitted.request, admitted.route->pattern, error.what());
            response = to_response(problem_of(error));
            break;
        } catch (const std::exception& error) {
            log_fault(spdlog::level::err, admitted.request, admitted.route->pattern, error.what());
            response = to_response({500, "internal", "nothing was done", {}, {}});
            break;
        }
    }
    response.route = admitted.route->pattern;
    response.principal = admitted.visit.principal;
    limit_.tell(admitted.visit, response);
    co_return response;
}

awaitable<Response> Api::perform_once(Admitted& admitted, std::string_view body,
                                      const Parsed& parsed) {
    auto tx = co_await pool_.begin();
    const auto actor = co_await authenticate(tx, admitted.request, admitted.route->permission);
    if (!actor && actor.error().status == 401)
        limit_.unknown(admitted.visit, clock_.now());
    if (!actor)
        co_return to_response(actor.error());
    limit_.recognised(admitted.visit, actor->principal.uuid(), clock_.now());
    if (admitted.problem)
        co_return to_response(*admitted.problem);
    if (!parsed)
        co_return to_response(parsed.error());
    if (!admitted.key)
        co_return co_await run_handler(admitted, tx, *actor, *parsed, std::nullopt);
    auto keyed =
        gateway::bind(actor->name, *admitted.key, admitted.route->pattern, admitted.request, body);
    const auto claim = co_await office::request_keys::claim(tx, keyed);
    if (claim.answer)
        co_return replay(*claim.answer, keyed);
    if (!claim.ours)
        co_return to_response({409,
                               "request_in_flight",
                               "the first request with this key is not answered yet",
                               {},
                               {{"Retry-After", "1"}}});
    co_return co_await run_handler(admitted, tx, *actor, *parsed, std::move(keyed));
}

awaitable<Response> Api::run_handler(const Admitted& admitted, office::pg::Transaction& tx,
                                     const office::Actor& actor, const boost::json::value& body,
                                     std::optional<office::request_keys::KeyedRequest> keyed) {
    const office::Authority alone(actor);
    Call call{admitted.request, admitted.path, body, alone, actor, clock_.now(), tx,
              settings_.cursors};
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
    if (keyed || (answer ? admitted.route->writes() : answer.error().recorded))
        co_await tx.commit();
    if (answer && answer->policies_changed)
        notifier_.ring("cambist_policy");
    if (answer && answer->command_ordered)
        notifier_.ring("cambist_commands");
    co_return response;
}

awaitable<Response> Api::answer_open(std::string_view pattern, const Visit& visit) {
    Response response;
    if (pattern == "/livez")
        response = plain_json(200, {{"alive", true}});
    else if (pattern == "/readyz")
        response = co_await readiness();
    else
        response = co_await figures();
    response.route = pattern;
    limit_.tell(visit, response);
    co_return response;
}

awaitable<Response> Api::readiness() {
    const auto look = [](office::pg::Pool& pool) -> awaitable<void> {
        auto tx = co_await pool.begin();
        co_await office::servers::list(tx);
    };
    try {
        co_await office::pg::with_deadline(look(pool_), readiness_time);
        co_return plain_json(200, {{"ready", true}});
    } catch (const DatabaseError& error) {
        co_return to_response(problem_of(error));
    }
}

awaitable<void> Api::set_backlog_figures() {
    auto tx = co_await pool_.begin();
    const auto backlog = co_await office::trading::backlog(tx);
    metrics_.set("cambist_commands_pending", "Commands without a final answer",
                 backlog.commands_pending);
    metrics_.set("cambist_policies_pending", "Accounts whose accepted policy is not enforced",
                 backlog.policies_pending);
    metrics_.set("cambist_drift_open", "Differences not resolved", backlog.drift_open);
    metrics_.set("cambist_quarantine_open", "Events not applied and not resolved",
                 backlog.quarantine_open);
}

awaitable<Response> Api::figures() {
    bool reached = false;
    try {
        co_await office::pg::with_deadline(set_backlog_figures(), readiness_time);
        reached = true;
    } catch (const DatabaseError& error) {
        spdlog::warn("metrics: {}", error.what());
    }
    metrics_.set("cambist_gateway_database_up", "1 when the database answered just now", reached);
    metrics_.set("cambist_gateway_pool_open", "Database connections open",
                 static_cast<std::int64_t>(pool_.open()));
    metrics_.set("cambist_gateway_pool_idle", "Database connections not in use",
                 static_cast<std::int64_t>(pool_.idle()));
    metrics_.set("cambist_gateway_pool_waiting", "Requests that wait for a database connection",
                 static_cast<std::int64_t>(pool_.waiting()));
    if (server_) {
        metrics_.set("cambist_gateway_connections", "HTTP connections open",
                     static_cast<std::int64_t>(server_->connections()));
        metrics_.set("cambist_gateway_connections_refused_total",
                     "HTTP connections refused because too many were open",
                     static_cast<std::int64_t>(server_->connections_refused()));
    }
    Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = metrics_.text();
    co_return response;
}

void Api::answered(const Answered& answered) noexcept {
    metrics_.answered(answered.method, answered.response.route, answered.response.status,
                      answered.took);
    log_answer(answered);
}

}  // namespace cambist::gateway
