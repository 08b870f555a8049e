// What one event costs the trading server's thread, against moodycamel::ConcurrentQueue with
// tokens: the same bytes, a live consumer, bursts that neither queue refuses.

#include <concurrentqueue/concurrentqueue.h>

#include <atomic>
#include <barrier>
#include <memory>
#include <thread>

#include "plugin/mirror/lanes.hpp"
#include "tests/bench/harness.hpp"
#include "tests/bench/micro.hpp"

namespace cambist::bench {

namespace {

constexpr int rounds = 9;
constexpr int bursts = 200;
constexpr int events_a_burst = 500;

struct DealEvent {
    ctsp_event header{};
    ctsp_deal deal{};
};

DealEvent event_of(std::uint64_t number) {
    DealEvent event;
    event.header.size = sizeof event;
    event.header.type = CTSP_EV_DEAL_ADD;
    event.header.login = 100'000 + number * 37;
    event.deal.deal = number;
    return event;
}

class OurLanes {
  public:
    struct Producer {
        explicit Producer(OurLanes& owner) : lanes(owner.lanes_) {}
        void put(const DealEvent& event) { lanes.capture(event.header); }
        plugin::Lanes& lanes;
    };
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
        void put(const DealEvent& event) { queue.enqueue(token, event); }
        moodycamel::ConcurrentQueue<DealEvent>& queue;
        moodycamel::ProducerToken token;
    };
    TheirQueue() : queue_(1 << 16), token_(queue_), taken_(256) {}
    std::size_t take() {
        const std::size_t count = queue_.try_dequeue_bulk(token_, taken_.begin(), taken_.size());
        if (count)
            keep(taken_[0].deal.deal);
        return count;
    }
    bool complete() const { return true; }

  private:
    moodycamel::ConcurrentQueue<DealEvent> queue_;
    moodycamel::ConsumerToken token_;
    std::vector<DealEvent> taken_;
};

/// Median over bursts of the nanoseconds that a put took its producer.
template <class Queue>
double ns_a_put(int producers) {
    auto queue = std::make_unique<Queue>();
    std::atomic<std::uint64_t> put{0}, taken{0};
    std::atomic<bool> stop{false};
    std::thread consumer([&] {
        while (!stop.load(std::memory_order_relaxed))
            taken.fetch_add(queue->take(), std::memory_order_release);
    });
    std::vector<std::vector<double>> figures(static_cast<std::size_t>(producers));
    std::barrier together(producers);
    std::vector<std::thread> threads;
    for (auto& mine : figures)
        threads.emplace_back([&, number = static_cast<std::uint64_t>(&mine - figures.data())] {
            typename Queue::Producer producer(*queue);
            DealEvent event = event_of(number * 1'000'003);
            for (int burst = 0; burst < bursts; ++burst) {
                together.arrive_and_wait();
                const std::int64_t began = ticks_ns();
                for (int at = 0; at < events_a_burst; ++at) {
                    event.header.login += 37;
                    producer.put(event);
                }
                mine.push_back(static_cast<double>(ticks_ns() - began) / events_a_burst);
                put.fetch_add(events_a_burst);
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
    for (const int producers : {1, 4}) {
        const Medians medians = interleave(
            rounds, [&] { return ns_a_put<OurLanes>(producers); },
            [&] { return ns_a_put<TheirQueue>(producers); });
        print({"event_capture", std::to_string(producers) + " producers", medians.ours, "ns",
               medians.floor, medians.ratio, "<= 0.7 x", medians.ratio <= 0.7});
    }
}

}  // namespace cambist::bench
