// What the machine can do at best, for the ratios: each verb prints one JSON line.
//   fdatasync DIR COUNT PAUSE  an 8 kB write and fdatasync
//   insert DSN COUNT PAUSE  a one-row INSERT with its own commit
//   curve COUNT PAUSE       a 64-byte round trip over CURVE on loopback TCP
//   rows DSN DEALS ACCOUNTS BATCH  mirrored deals by binary COPY and account rows by unnest, half
//                           and half, BATCH events a transaction, into the office's own tables
//   copy DSN COLUMNS TABLE  a binary COPY of so much, thrown away as it comes
// PAUSE, in microseconds, is between two of them: waking an idle machine is part of a latency.

#include <fcntl.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>
#include <zmq.hpp>

#include "tests/bench/harness.hpp"
#include "tests/bench/raw_rows.hpp"

namespace {

using cambist::bench::percentile;
using cambist::bench::ticks_ns;

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "bench_floors: %s\n", what.c_str());
    std::exit(2);
}

struct Pace {
    int count = 0;
    std::chrono::microseconds pause{0};
};

void report(const char* verb, Pace pace, const std::function<void()>& once) {
    std::vector<double> ns;
    for (int at = 0; at < pace.count; ++at) {
        if (pace.pause.count() != 0)
            std::this_thread::sleep_for(pace.pause);
        const std::int64_t began = ticks_ns();
        once();
        ns.push_back(static_cast<double>(ticks_ns() - began));
    }
    const double p50 = percentile(ns, 0.5), p99 = percentile(ns, 0.99);
    std::printf("{\"floor\":\"%s\",\"count\":%d,\"p50_ns\":%.0f,\"p99_ns\":%.0f}\n", verb,
                pace.count, p50, p99);
}

void measure_fdatasync(const std::string& folder, Pace pace) {
    const std::string path = folder + "/fdatasync.floor";
    const int file = open(path.c_str(), O_CREAT | O_RDWR, 0600);
    if (file < 0)
        fail("cannot write in " + folder);
    const std::array<char, 8192> page{};
    off_t at = 0;
    report("fdatasync", pace, [&] {
        if (pwrite(file, page.data(), page.size(), at) != ssize_t(page.size()) || fdatasync(file))
            fail("write failed in " + folder);
        at += ssize_t(page.size());
    });
    close(file);
    unlink(path.c_str());
}

void measure_insert(const char* dsn, Pace pace) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> database(PQconnectdb(dsn), PQfinish);
    if (PQstatus(database.get()) != CONNECTION_OK)
        fail(PQerrorMessage(database.get()));
    const auto run = [&](const char* sql) {
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(
            PQexecParams(database.get(), sql, 0, nullptr, nullptr, nullptr, nullptr, 1), PQclear);
        if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
            fail(PQerrorMessage(database.get()));
    };
    run("CREATE TABLE IF NOT EXISTS public.bench_floor"
        " (id bigserial PRIMARY KEY, a bigint, b bigint, c text)");
    report("insert", pace,
           [&] { run("INSERT INTO public.bench_floor (a, b, c) VALUES (1, 2, 'three')"); });
    run("DROP TABLE public.bench_floor");
}

void measure_copy(const char* dsn, const std::string& columns, const std::string& table) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> database(PQconnectdb(dsn), PQfinish);
    if (PQstatus(database.get()) != CONNECTION_OK)
        fail(PQerrorMessage(database.get()));
    const std::string sql =
        "COPY (SELECT " + columns + " FROM " + table + ") TO STDOUT (FORMAT binary)";
    const std::int64_t began = ticks_ns();
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(database.get(), sql.c_str()),
                                                               PQclear);
    if (PQresultStatus(result.get()) != PGRES_COPY_OUT)
        fail(PQerrorMessage(database.get()));
    long messages = 0, bytes = 0;
    char* row = nullptr;
    for (int length; (length = PQgetCopyData(database.get(), &row, 0)) > 0; PQfreemem(row)) {
        ++messages;
        bytes += length;
    }
    const double seconds = static_cast<double>(ticks_ns() - began) / 1e9;
    std::printf("{\"floor\":\"copy\",\"rows\":%ld,\"bytes\":%ld,\"seconds\":%.3f}\n", messages - 1,
                bytes, seconds);
}

void measure_curve(Pace pace) {
    std::array<char, 41> server_public{}, server_secret{}, client_public{}, client_secret{};
    zmq_curve_keypair(server_public.data(), server_secret.data());
    zmq_curve_keypair(client_public.data(), client_secret.data());
    zmq::context_t context;
    zmq::socket_t router(context, zmq::socket_type::router);
    router.set(zmq::sockopt::curve_server, true);
    router.set(zmq::sockopt::curve_secretkey, server_secret.data());
    router.bind("tcp://127.0.0.1:*");
    zmq::socket_t dealer(context, zmq::socket_type::dealer);
    dealer.set(zmq::sockopt::curve_serverkey, server_public.data());
    dealer.set(zmq::sockopt::curve_publickey, client_public.data());
    dealer.set(zmq::sockopt::curve_secretkey, client_secret.data());
    dealer.connect(router.get(zmq::sockopt::last_endpoint));

    std::thread echo([&] {
        for (int at = 0; at < pace.count; ++at) {
            zmq::message_t peer, body;
            if (!router.recv(peer) || !router.recv(body))
                return;
            router.send(peer, zmq::send_flags::sndmore);
            router.send(body, zmq::send_flags::none);
        }
    });
    const std::array<char, 64> ping{};
    report("curve", pace, [&] {
        dealer.send(zmq::buffer(ping), zmq::send_flags::none);
        zmq::message_t answer;
        if (!dealer.recv(answer))
            fail("no answer");
    });
    echo.join();
}

}  // namespace

int main(int argc, char** argv) {
    const std::string verb = argc > 1 ? argv[1] : "";
    const auto pace = [&](int at) {
        return Pace{std::atoi(argv[at]), std::chrono::microseconds(std::atoi(argv[at + 1]))};
    };
    if (verb == "fdatasync" && argc == 5)
        measure_fdatasync(argv[2], pace(3));
    else if (verb == "insert" && argc == 5)
        measure_insert(argv[2], pace(3));
    else if (verb == "copy" && argc == 5)
        measure_copy(argv[2], argv[3], argv[4]);
    else if (verb == "curve" && argc == 4)
        measure_curve(pace(2));
    else if (verb == "rows" && argc == 6)
        cambist::bench::measure_raw_rows(argv[2], std::atol(argv[3]), std::atol(argv[4]),
                                         std::atol(argv[5]));
    else
        fail(
            "usage: fdatasync DIR COUNT PAUSE | insert DSN COUNT PAUSE | curve COUNT PAUSE |"
            " copy DSN COLUMNS TABLE | rows DSN DEALS ACCOUNTS BATCH");
}
