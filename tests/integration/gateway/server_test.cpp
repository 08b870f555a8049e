#include "gateway/http/server.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <semaphore>
#include <thread>

#include "tests/integration/gateway/http_client.hpp"

namespace cambist::gateway {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// `/echo` gives its body back, `/gate` answers when `open_gate` is called, `/closed` admits
/// nobody.
class Echo : public Application {
  public:
    explicit Echo(asio::io_context& context) : gate_(context, std::chrono::hours(1)) {}

    asio::awaitable<std::expected<std::unique_ptr<Exchange>, Response>> admit(
        Request request) override {
        if (request.target.segments == std::vector<std::string>{"closed"})
            co_return std::unexpected(to_response({403, "closed", "", {}, {}}));
        const bool gated = request.target.segments == std::vector<std::string>{"gate"};
        co_return std::make_unique<Reply>(gated ? this : nullptr);
    }

    void answered(const Answered&) noexcept override { ++answers; }

    void open_gate() { gate_.cancel(); }

    std::atomic<int> answers = 0;
    std::binary_semaphore at_gate{0};

  private:
    struct Reply : Exchange {
        explicit Reply(Echo* gated) : echo(gated) {}
        std::size_t body_limit() const override { return 1000; }
        asio::awaitable<Response> respond(std::string body) override {
            if (echo) {
                echo->at_gate.release();
                boost::system::error_code ignored;
                co_await echo->gate_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
            }
            Response response;
            response.content_type = "text/plain";
            response.body = std::move(body);
            co_return response;
        }
        Echo* echo;
    };

    asio::steady_timer gate_;
};

class RunningServer {
  public:
    explicit RunningServer(const HttpLimits& limits = {})
        : echo(context_), server(context_.get_executor(), "127.0.0.1", 0, limits, echo) {
        serving_ = asio::co_spawn(context_, server.serve(), asio::use_future);
        thread_ = std::thread([this] { context_.run(); });
    }
    ~RunningServer() {
        asio::post(context_, [this] { echo.open_gate(); });
        stop().wait();
        serving_.wait();
        context_.stop();
        thread_.join();
    }

    std::future<void> stop() { return asio::co_spawn(context_, server.stop(), asio::use_future); }
    HttpClient client() { return HttpClient(server.port()); }
    void open_gate() {
        asio::post(context_, [this] { echo.open_gate(); });
    }

  private:
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_ =
        asio::make_work_guard(context_);
    std::future<void> serving_;
    std::thread thread_;

  public:
    Echo echo;
    Server server;
};

TEST(HttpServer, keeps_the_connection_and_answers_one_request_after_the_other) {
    RunningServer running;
    auto client = running.client();
    for (const std::string body : {"one", "two", "three"}) {
        const auto answer = client.ask("POST", "/echo", {}, body);
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, body);
    }
}

TEST(HttpServer, answers_pipelined_requests_in_order) {
    RunningServer running;
    auto client = running.client();
    client.send(request_text("POST", "/echo", {}, "one") +
                request_text("POST", "/echo", {}, "two"));
    EXPECT_EQ(client.receive()->body, "one");
    EXPECT_EQ(client.receive()->body, "two");
}

TEST(HttpServer, every_answer_carries_the_security_headers_and_an_id_of_its_own) {
    RunningServer running;
    auto client = running.client();
    const auto first = client.ask("GET", "/echo", {{"Request-Id", "forged"}});
    const auto second = client.ask("GET", "/echo/..");
    for (const auto& answer : {first, second}) {
        EXPECT_EQ(answer.header("cache-control"), "no-store");
        EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
        EXPECT_EQ(answer.header("content-security-policy"),
                  "default-src 'none'; frame-ancestors 'none'");
        EXPECT_EQ(answer.header("referrer-policy"), "no-referrer");
        EXPECT_EQ(answer.header("cross-origin-resource-policy"), "same-origin");
        EXPECT_EQ(answer.header("strict-transport-security"), "");
        EXPECT_EQ(answer.header("request-id").size(), 32u);
        EXPECT_EQ(answer.header("traceparent").size(), 55u);
    }
    EXPECT_NE(first.header("request-id"), second.header("request-id"));
}

TEST(HttpServer, behind_tls_clients_are_told_to_stay_with_it) {
    HttpLimits limits;
    limits.over_tls = true;
    RunningServer running(limits);
    EXPECT_EQ(running.client().ask("GET", "/echo").header("strict-transport-security"),
              "max-age=31536000; includeSubDomains");
}

TEST(HttpServer, a_chain_of_requests_is_continued_with_a_span_of_our_own) {
    RunningServer running;
    const std::string chain = "0af7651916cd43dd8448eb211c80319c", span = "b7ad6b7169203331";
    const auto answer =
        running.client().ask("GET", "/echo", {{"traceparent", "00-" + chain + "-" + span + "-01"}});
    const auto ours = answer.header("traceparent");
    EXPECT_EQ(ours.substr(0, 36), "00-" + chain + "-");
    EXPECT_NE(ours.substr(36, 16), span);
    EXPECT_EQ(ours.substr(52), "-01");
}

TEST(HttpServer, head_has_the_length_without_the_body) {
    RunningServer running;
    auto client = running.client();
    client.send(request_text("HEAD", "/echo", {}, "twelve bytes"));
    const auto answer = client.receive(true);
    EXPECT_EQ(answer->header("content-length"), "12");
    EXPECT_EQ(client.ask("POST", "/echo", {}, "next").body, "next");
}

TEST(HttpServer, takes_a_chunked_body) {
    RunningServer running;
    auto client = running.client();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send("3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
    EXPECT_EQ(client.receive()->body, "abcde");
}

TEST(HttpServer, says_continue_before_a_body_that_waits_for_it) {
    RunningServer running;
    auto client = running.client();
    client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
        "Expect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.receive()->status, 100);
    client.send("ok");
    EXPECT_EQ(client.receive()->body, "ok");
}

struct Refused {
    const char* name;
    std::string bytes;
    int status;
    const char* code;
};

class RefusedBytes : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedBytes, are_answered_and_the_connection_closed) {
    RunningServer running;
    auto client = running.client();
    client.send(GetParam().bytes);
    const auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, GetParam().status);
    EXPECT_EQ(answer->code(), GetParam().code);
    EXPECT_EQ(answer->header("connection"), "close");
    EXPECT_EQ(answer->header("content-type"), "application/problem+json");
    client.half_close();
    EXPECT_TRUE(client.at_end());
}

std::string chunked(const std::string& body) {
    return "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
}

INSTANTIATE_TEST_SUITE_P(
    HttpServer, RefusedBytes,
    ::testing::Values(
        Refused{"garbage", "\x16\x03\x01\x02\r\n\r\n", 400, "bad_framing"},
        Refused{"bare_line_feeds", "GET / HTTP/1.1\nHost: a\n\n", 400, "bad_framing"},
        Refused{"length_and_coding",
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
                "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                400, "bad_framing"},
        Refused{"header_of_64_kib",
                "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(64 * 1024, 'a') + "\r\n\r\n", 431,
                "header_too_large"},
        Refused{"body_too_long", request_text("POST", "/echo", {}, std::string(1001, 'a')), 413,
                "body_too_large"},
        Refused{"chunks_too_long", chunked("3e9\r\n" + std::string(1001, 'a') + "\r\n0\r\n\r\n"),
                413, "body_too_large"},
        Refused{"many_chunks_too_long",
                chunked("258\r\n" + std::string(600, 'a') + "\r\n258\r\n" + std::string(600, 'a') +
                        "\r\n0\r\n\r\n"),
                413, "body_too_large"},
        Refused{"chunk_size_of_no_number", chunked("zz\r\nabc\r\n0\r\n\r\n"), 400, "bad_framing"},
        Refused{"chunk_size_overflow", chunked("fffffffffffffffff\r\nabc\r\n"), 400, "bad_framing"},
        Refused{"endless_chunk_extension", chunked("1;" + std::string(400 * 1024, 'a')), 400,
                "bad_framing"},
        Refused{"endless_trailer", chunked("0\r\nX: " + std::string(400 * 1024, 'a')), 400,
                "bad_framing"},
        Refused{"chunk_without_its_end", chunked("3\r\nabcdef\r\n0\r\n\r\n"), 400, "bad_framing"},
        Refused{"unknown_expectation",
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 200\r\n\r\nok", 417,
                "expectation_failed"},
        Refused{"http_2_preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "http_version"}),
    [](const auto& row) { return row.param.name; });

TEST(HttpServer, a_bad_target_does_not_cost_the_connection) {
    RunningServer running;
    auto client = running.client();
    EXPECT_EQ(client.ask("GET", "/echo?a=1&a=2").code(), "duplicate_parameter");
    EXPECT_EQ(client.ask("GET", "http://other/").code(), "bad_target");
    EXPECT_EQ(client.ask("POST", "/echo", {}, "still here").body, "still here");
}

TEST(HttpServer, does_not_read_the_long_body_of_a_request_that_it_does_not_admit) {
    RunningServer running;
    auto client = running.client();
    client.send("POST /closed HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    const auto answer = client.receive();
    EXPECT_EQ(answer->status, 403);
    EXPECT_EQ(answer->header("connection"), "close");
}

TEST(HttpServer, goes_on_after_a_short_body_that_it_did_not_want) {
    RunningServer running;
    auto client = running.client();
    EXPECT_EQ(client.ask("POST", "/closed", {}, "not wanted").code(), "closed");
    EXPECT_EQ(client.ask("POST", "/echo", {}, "wanted").body, "wanted");
}

TEST(HttpServer, a_header_cut_short_is_bad_framing) {
    RunningServer running;
    auto client = running.client();
    client.send("GET /echo HTTP/1.1\r\nHo");
    client.half_close();
    EXPECT_EQ(client.receive()->code(), "bad_framing");
}

TEST(HttpServer, cuts_a_client_that_trickles_its_header) {
    HttpLimits limits;
    limits.header_time = 200ms;
    RunningServer running(limits);
    auto client = running.client();
    client.send("GET /echo HTTP/1.1\r\nX: ");
    while (!client.readable(5))
        client.send("a");
    EXPECT_EQ(client.receive()->code(), "header_timeout");
}

TEST(HttpServer, cuts_a_client_that_trickles_its_body) {
    HttpLimits limits;
    limits.body_time = 200ms;
    RunningServer running(limits);
    auto client = running.client();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
    while (!client.readable(5))
        client.send("a");
    EXPECT_EQ(client.receive()->code(), "body_timeout");
}

TEST(HttpServer, closes_a_silent_connection_without_a_word) {
    HttpLimits limits;
    limits.idle_time = 50ms;
    RunningServer running(limits);
    auto client = running.client();
    EXPECT_EQ(client.ask("POST", "/echo", {}, "a").status, 200);
    EXPECT_TRUE(client.at_end());
}

TEST(HttpServer, refuses_the_connection_after_the_thousandth_in_words) {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    ASSERT_GE(files.rlim_max, 2100u) << "this test needs 2,100 descriptors";
    RunningServer running;
    std::vector<HttpClient> clients;
    for (int i = 0; i < 1000; ++i)
        clients.push_back(running.client());
    EXPECT_EQ(clients.back().ask("POST", "/echo", {}, "last").body, "last");
    auto late = running.client();
    const auto refusal = late.receive();
    EXPECT_EQ(refusal->code(), "too_many_connections");
    EXPECT_EQ(refusal->header("retry-after"), "1");
    EXPECT_EQ(running.server.connections_refused(), 1u);
    EXPECT_EQ(clients.front().ask("POST", "/echo", {}, "first").body, "first");
    clients.pop_back();
    for (;;) {
        auto next = running.client();
        next.send(request_text("POST", "/echo", {}, "again"));
        const auto answer = next.receive();
        if (answer && answer->body == "again")
            break;
    }
}

TEST(HttpServer, stopping_finishes_what_is_in_flight_and_takes_nothing_new) {
    RunningServer running;
    auto busy = running.client();
    auto idle = running.client();
    EXPECT_EQ(idle.ask("POST", "/echo", {}, "a").status, 200);
    busy.send(request_text("POST", "/gate", {}, "in flight"));
    running.echo.at_gate.acquire();
    auto stopped = running.stop();
    EXPECT_TRUE(idle.at_end());
    EXPECT_ANY_THROW(running.client());
    EXPECT_NE(stopped.wait_for(0s), std::future_status::ready);
    running.open_gate();
    const auto answer = busy.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "in flight");
    EXPECT_EQ(answer->header("connection"), "close");
    busy.half_close();
    stopped.get();
    EXPECT_EQ(running.server.connections(), 0u);
}

TEST(HttpServer, stopping_cuts_what_does_not_finish_in_time) {
    HttpLimits limits;
    limits.shutdown_time = 50ms;
    RunningServer running(limits);
    auto busy = running.client();
    busy.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    while (running.server.connections() == 0)
        std::this_thread::yield();
    running.stop().get();
    EXPECT_FALSE(busy.receive());
}

}  // namespace
}  // namespace cambist::gateway
