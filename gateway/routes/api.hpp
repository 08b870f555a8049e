#pragma once

#include <chrono>
#include <optional>

#include "gateway/auth/access_watch.hpp"
#include "gateway/auth/door.hpp"
#include "gateway/auth/rate_limit.hpp"
#include "gateway/http/router.hpp"
#include "gateway/http/server.hpp"
#include "gateway/routes/cursor.hpp"
#include "gateway/routes/event_watch.hpp"
#include "gateway/routes/metrics.hpp"
#include "gateway/routes/table.hpp"
#include "office/pg/error.hpp"
#include "office/pg/lookups.hpp"
#include "office/pg/notifier.hpp"
#include "office/pg/pool.hpp"
#include "sync/vocabulary/instant.hpp"

namespace cambist::gateway {

struct ApiSettings {
    std::chrono::milliseconds handler_time{25'000};  ///< then the transaction is given up
    RequestLimits limits{};
    CursorKey cursors = CursorKey::random();
};

/// A request for a route that needs a credential. Who shows it is found out in the transaction that
/// does the work, so nothing can change between the two.
struct Admitted {
    const Route* route = nullptr;
    Request request;
    PathValues path;
    Visit visit;
    std::optional<std::string> key;    ///< Idempotency-Key
    std::optional<Problem> problem{};  ///< with the request's header: told to those who may ask
};

/// The application of the gateway: finds the route, then knows the caller and runs the handler in
/// one transaction with the answer to its Idempotency-Key, and tells the bridges after the commit.
/// One thread.
class Api : public Application {
  public:
    Api(office::pg::Pool& pool, office::pg::Lookups& lookups, office::pg::Notifier& notifier,
        Door& door, AccessWatch& watch, EventWatch& events, const Clock& clock,
        const ApiSettings& settings);

    awaitable<std::expected<std::unique_ptr<Exchange>, Response>> admit(Request request) override;
    void answered(const Answered& answered) noexcept override;

    /// /metrics tells about this server, which outlives every request.
    void watch(const Server& server) { server_ = &server; }

    /// Answers an admitted request whose body has arrived.
    awaitable<Response> perform(Admitted& admitted, std::string body);
    awaitable<Response> answer_open(std::string_view pattern, const Visit& visit);

  private:
    using Parsed = std::expected<boost::json::value, Problem>;

    std::expected<std::unique_ptr<Exchange>, Response> find_exchange(Request request,
                                                                     const Visit& visit);
    static Admitted admitted(Request request, Router::Match match, const Visit& visit);
    /// The short way of a read that is one look: who calls and what they ask for in one exchange,
    /// on a connection shared with others. It answers whoever was known lately and may ask;
    /// nothing: it was not as smooth as that, and the long way decides.
    awaitable<std::optional<Response>> look(const Admitted& admitted);
    /// One attempt, given up at its deadline, or when its caller's rights are gone meanwhile.
    awaitable<std::optional<Response>> attempt(Admitted& admitted, std::string_view body,
                                               const Parsed& parsed, bool use_noted);
    /// Nothing: the use of the credential is to be noted first.
    awaitable<std::optional<Response>> perform_once(Admitted& admitted, std::string_view body,
                                                    const Parsed& parsed, bool use_noted,
                                                    LiveRequest& live);
    awaitable<std::expected<Caller, Problem>> recognise(Admitted& admitted,
                                                        office::pg::Transaction& tx);
    /// Ends with why the request is to be cut.
    awaitable<Problem> watch_over(const Admitted& admitted, LiveRequest& live);
    awaitable<void> note_use(const Admitted& admitted);
    awaitable<Response> perform_keyed(const Admitted& admitted, office::pg::Transaction& tx,
                                      const Caller& caller, std::string_view body,
                                      const boost::json::value& parsed);
    awaitable<Response> perform_at_desk(const Admitted& admitted,
                                        const std::optional<Caller>& caller,
                                        const boost::json::value& body);
    awaitable<Response> run_handler(const Admitted& admitted, office::pg::Transaction& tx,
                                    const Caller& caller, const boost::json::value& body,
                                    std::optional<office::request_keys::KeyedRequest> keyed);
    awaitable<Response> readiness();
    awaitable<Response> figures();
    awaitable<void> set_backlog_figures();

    office::pg::Pool& pool_;
    office::pg::Lookups& lookups_;
    office::pg::Notifier& notifier_;
    Door& door_;
    AccessWatch& access_;
    EventWatch& events_;
    const Clock& clock_;
    const ApiSettings settings_;
    Router router_;
    Metrics metrics_;
    RateLimit limit_;
    const Server* server_ = nullptr;
};

/// What a broken database is to the caller; `writes` tells whether a commit may have been lost.
Problem problem_of(const office::pg::DatabaseError& error);

}  // namespace cambist::gateway
