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

Response plain_json(int status, boost::json::object body) {
    Response response;
    response.status = status;
    response.content_type = "application/json";
    response.body = boost::json::serialize(body);
    return response;
}

}  // namespace

Api::Api(office::pg::Pool& pool, office::pg::Lookups& lookups, office::pg::Notifier& notifier,
         Door& door, AccessWatch& watch, EventWatch& events, const Clock& clock,
         const ApiSettings& settings)
    : pool_(pool),
      lookups_(lookups),
      notifier_(notifier),
      door_(door),
      access_(watch),
      events_(events),
      clock_(clock),
      settings_(settings),
      limit_(settings.limits) {
    for (const Route& route : routes())
        router_.add(route.verb, route.pattern);
    for (const std::string_view pattern : open_routes())
        router_.add(Verb::get, pattern);
}

awaitable<std::expected<std::unique_ptr<Exchange>, Response>> Api::admit(Request request) {
    const ProxyTrust& proxies = door_.settings().proxies;
    request.country = client_country(request, proxies);
    request.peer = client_address(request, proxies);
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
    metrics_.set("cambist_gateway_lookup_lines", "Connections that reads of one look share",
                 static_cast<std::int64_t>(lookups_.open()));
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
