// The gate's decision against a bare lookup of a packed 16-byte slot in the same order of logins.

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "plugin/gate/decisions.hpp"
#include "plugin/gate/gate_table.hpp"
#include "tests/bench/harness.hpp"
#include "tests/bench/micro.hpp"

namespace cambist::bench {

namespace {

using plugin::GateTable;
using plugin::Slots;

constexpr int rounds = 9;
constexpr std::size_t questions = 1 << 20;

AccountPolicy policy_of(std::uint64_t login, std::uint32_t version) {
    return {Login{login}, version, Rights::all(), Reason::none, 0, 0};
}

/// Logins as brokers give them: rising with gaps.
std::uint64_t login_at(std::uint64_t index) {
    return 100'000 + 3 * index;
}

/// The floor: the same slots, hash and load factor, and nothing but the lookup.
class BareTable {
  public:
    explicit BareTable(std::uint32_t accounts)
        : slots_(Slots::make(std::bit_ceil(2ull * accounts))) {
        for (std::uint64_t index = 0; index < accounts; ++index)
            insert(login_at(index), index + 1);
    }
    ~BareTable() { slots_.free(); }
    BareTable(const BareTable&) = delete;
    std::uint64_t find(std::uint64_t login) const {
        std::size_t at = slots_.place(login);
        for (;;) {
            const std::uint64_t key = slots_.hot(at).login.load(std::memory_order_relaxed);
            if (key == login)
                return slots_.hot(at).word.load(std::memory_order_relaxed);
            if (key == 0)
                return 0;
            at = (at + 1) & slots_.mask();
        }
    }

  private:
    void insert(std::uint64_t login, std::uint64_t word) {
        std::size_t at = slots_.place(login);
        while (slots_.hot(at).login.load(std::memory_order_relaxed) != 0)
            at = (at + 1) & slots_.mask();
        slots_.hot(at).login = login;
        slots_.hot(at).word = word;
    }
    Slots slots_;
};

struct Tables {
    explicit Tables(std::uint32_t accounts) : gate(accounts), bare(accounts) {
        for (std::uint64_t index = 0; index < accounts; ++index)
            gate.publish(policy_of(login_at(index), 1));
        Sequence random(accounts);
        order.resize(questions);
        for (auto& login : order)
            login = login_at(random.below(accounts));
    }
    GateTable gate;
    BareTable bare;
    std::vector<std::uint64_t> order;
};

struct OneQuestion {
    OneQuestion() {
        request.size = sizeof request;
        request.action = CTSP_ACT_MARKET;
        context.size = sizeof context;
    }
    Refusal ask(const GateTable& gate, std::uint64_t login) {
        request.login = login;
        return decide_trade(request, context, gate.find(Login{login}));
    }
    ctsp_request request{};
    ctsp_ctx context{};
};

/// Both sides are called through a pointer, as a trading server calls its plugin.
using Ask = std::uint64_t (*)(const Tables&, OneQuestion&, std::uint64_t login);

std::uint64_t decide(const Tables& tables, OneQuestion& question, std::uint64_t login) {
    return static_cast<std::uint64_t>(question.ask(tables.gate, login));
}

std::uint64_t look_up(const Tables& tables, OneQuestion&, std::uint64_t login) {
    return tables.bare.find(login);
}

double ns_a_call(const Tables& tables, Ask ask) {
    asm volatile("" : "+r"(ask));  // whatever it is, nothing is inlined
    OneQuestion question;
    const std::int64_t began = ticks_ns();
    for (const std::uint64_t login : tables.order)
        keep(ask(tables, question, login));
    return static_cast<double>(ticks_ns() - began) / questions;
}

double slowest_in_a_thousand(const Tables& tables, Ask ask) {
    asm volatile("" : "+r"(ask));  // whatever it is, nothing is inlined
    OneQuestion question;
    std::vector<double> ns;
    ns.reserve(questions / 4);
    for (std::size_t at = 0; at < questions / 4; ++at) {
        const std::int64_t began = ticks_ns();
        keep(ask(tables, question, tables.order[at]));
        ns.push_back(static_cast<double>(ticks_ns() - began));
    }
    return percentile(ns, 0.999);
}

/// Publishes 100,000 policies a second until told to stop.
class Writer {
  public:
    Writer(GateTable& gate, std::uint32_t accounts)
        : thread_([this, &gate, accounts] {
              Sequence random(7);
              std::uint32_t version = 2;
              while (!stop_.load(std::memory_order_relaxed)) {
                  for (int at = 0; at < 100; ++at)
                      gate.publish(policy_of(login_at(random.below(accounts)), ++version));
                  std::this_thread::sleep_for(std::chrono::milliseconds(1));
              }
          }) {}
    ~Writer() {
        stop_ = true;
        thread_.join();
    }

  private:
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

void report(const std::string& name, const Medians& medians, double goal, const char* text) {
    print({"gate_decision", name, medians.ours, "ns", medians.floor, medians.ratio, text,
           medians.ratio <= goal});
}

}  // namespace

void gate_decision() {
    for (const std::uint32_t accounts : {10'000u, 100'000u, 1'000'000u}) {
        auto tables = std::make_unique<Tables>(accounts);
        const std::string size = std::to_string(accounts) + " accounts";
        const auto average = [&](Ask ask) { return [&, ask] { return ns_a_call(*tables, ask); }; };
        const auto tail = [&](Ask ask) {
            return [&, ask] { return slowest_in_a_thousand(*tables, ask); };
        };
        report(size, interleave(rounds, average(decide), average(look_up)), 1.5, "<= 1.5 x");
        {
            const Writer writer(tables->gate, accounts);
            report(size + ", 100k policy writes/s",
                   interleave(rounds, average(decide), average(look_up)), 2, "<= 2 x");
        }
        report(size + ", p99.9 of single calls", interleave(rounds, tail(decide), tail(look_up)), 2,
               "<= 2 x");
    }
}

}  // namespace cambist::bench
