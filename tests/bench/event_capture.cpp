// What one event costs the trading server's thread, against moodycamel::ConcurrentQueue with
// tokens: a live consumer, bursts that neither queue refuses. A trade raises five events: the deal,
// the position, the order, the account, and the end of the request; a queue of one element type
// carries each of them in the room of the largest.

#include <concurrentqueue/concurrentqueue.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "plugin/mirror/lanes.hpp"
#include "tests/bench/harness.hpp"
#include "tests/bench/micro.hpp"

namespace cambist::bench {

namespace {

constexpr int rounds = 9;
constexpr int bursts = 200;
constexpr int trades_a_burst = 100;
/// The plugin's pump pauses as long; it never looks at an empty lane in a tight loop.
constexpr auto pause_when_idle = std::chrono::microseconds(200);

struct AnyEvent {
    ctsp_event header{};
    ctsp_deal deal{};  ///< or a smaller payload
};

AnyEvent event_of(std::uint16_t type, std::size_t payload) {
    AnyEvent event;
    event.header.size = static_cast<std::uint32_t>(sizeof event.header + payload);
    event.header.type = type;
    event.header.login = 100'000;
    event.deal.deal = 1;
    return event;
}

using Events = std::vector<AnyEvent>;

Events of_a_trade() {
    return {event_of(CTSP_EV_DEAL_ADD, sizeof(ctsp_deal)),
            event_of(CTSP_EV_POSITION, sizeof(ctsp_position)), event_of(CTSP_EV_ORDER, 0),
            event_of(CTSP_EV_USER_UPDATE, 0), event_of(CTSP_EV_REQ_DONE, sizeof(ctsp_request))};
}

Events deals() {
    return Events(5, event_of(CTSP_EV_DEAL_ADD, sizeof(ctsp_deal)));
}

class OurLanes {
  public:
    struct Producer {
        explicit Producer(OurLanes& owner) : lanes(owner.lanes_) {}
        void put(const AnyEvent& event) {
            if (plugin::is_kept(event.header.type))
                lanes.capture(event.header);
        }
        plugin::Lanes& lanes;
    };
    static std::uint64_t kept(const Events& events) {
        return static_cast<std::uint64_t>(std::ranges::count_if(
            events, [](const AnyEvent& event) { return plugin::is_kept(event.header.type); }));
    }
    std::size_t take() {
        return lanes_.take(256, [](const std::byte* bytes) { keep(*bytes); });
    }
    bool complete() const { return lanes_.dropped() == 0; }

  private:
    plugin::Lanes lanes_;
};

class TheirQueue {
  public:
    struct Producer {
        explicit Producer(TheirQueue& owner) : queue(owner.queue_), token(owner.queue_) {}
        void put(const AnyEvent& event) { queue.enqueue(token, event); }
        moodycamel::ConcurrentQueue<AnyEvent>& queue;
        moodycamel::ProducerToken token;
    };
    static std::uint64_t kept(const Events& events) { return events.size(); }
    TheirQueue() : queue_(1 << 16), token_(queue_), taken_(256) {}
    std::size_t take() {
        const std::size_t count = queue_.try_dequeue_bulk(token_, taken_.begin(), taken_.size());
        if (count)
            keep(taken_[0].deal.deal);
        return count;
    }
    bool complete() const { return true; }

  private:
    moodycamel::ConcurrentQueue<AnyEvent> queue_;
    moodycamel::ConsumerToken token_;
    std::vector<AnyEvent> taken_;
};

/// Median over bursts of the nanoseconds that a put took its producer.
template <class Queue>
double ns_a_put(int producers, const Events& kinds) {
    auto queue = std::make_unique<Queue>();
    std::atomic<std::uint64_t> put{0}, taken{0};
    std::atomic<bool> stop{false};
    std::thread consumer([&] {
        while (!stop.load(std::memory_order_relaxed)) {
            const std::size_t count = queue->take();
            taken.fetch_add(count, std::memory_order_release);
            if (count == 0)
                std::this_thread::sleep_for(pause_when_idle);
        }
    });
    std::vector<std::vector<double>> figures(static_cast<std::size_t>(producers));
    std::barrier together(producers);
    std::vector<std::thread> threads;
    for (auto& mine : figures)
        threads.emplace_back([&, number = static_cast<std::uint64_t>(&mine - figures.data())] {
            typename Queue::Producer producer(*queue);
            Events events = kinds;
            std::uint64_t login = 100'000 + number * 1'000'003;
            for (int burst = 0; burst < bursts; ++burst) {
                together.arrive_and_wait();
                const std::int64_t began = ticks_ns();
                for (int trade = 0; trade < trades_a_burst; ++trade, login += 37)
                    for (AnyEvent& event : events) {
                        event.header.login = login;
                        producer.put(event);
                    }
                const auto count = static_cast<std::uint64_t>(trades_a_burst) * events.size();
                mine.push_back(static_cast<double>(ticks_ns() - began) /
                               static_cast<double>(count));
                put.fetch_add(Queue::kept(events) * trades_a_burst);
                while (taken.load(std::memory_order_acquire) < put.load())
                    std::this_thread::yield();
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    stop = true;
    consumer.join();
    std::vector<double> all;
    for (const auto& mine : figures)
        all.insert(all.end(), mine.begin(), mine.end());
    return queue->complete() ? median(all) : 1e9;
}

}  // namespace

void event_capture() {
    const auto measure = [](int producers, const Events& kinds) {
        return interleave(
            rounds, [&] { return ns_a_put<OurLanes>(producers, kinds); },
            [&] { return ns_a_put<TheirQueue>(producers, kinds); });
    };
    for (const int producers : {1, 4}) {
        const std::string threads = std::to_string(producers) + " producers";
        const Medians trade = measure(producers, of_a_trade());
        print({"event_capture", threads, trade.ours, "ns", trade.floor, trade.ratio, "<= 0.7 x",
               trade.ratio <= 0.7});
        const Medians largest = measure(producers, deals());
        print({"event_capture", threads + ", deals alone", largest.ours, "ns", largest.floor,
               largest.ratio, "shown beside", true});
    }
}

}  // namespace cambist::bench
