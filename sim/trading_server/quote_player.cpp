#include "sim/trading_server/quote_player.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include "sim/trading_server/host_clock.hpp"
#include "sim/trading_server/money_math.hpp"
#include "sim/trading_server/text_field.hpp"
#include "sim/trading_server/thread_place.hpp"

namespace cambist::sim {

namespace {
constexpr int64_t kMs = 1'000'000;
/// The player sleeps at most this long and then plays what has become due.
constexpr int64_t kLongestNapNs = 50 * kMs;
constexpr int64_t kShortestNapNs = 1 * kMs;

/// Where walks begin when nothing was quoted before, 10^-5.
int64_t first_price_e5(std::string_view symbol) {
    if (symbol == "USDJPY")
        return 9'200'000;
    if (symbol == "BTCUSD")
        return 5'000'000'000;
    if (symbol == "EURUSD")
        return 139'000;
    return symbol == "GBPUSD" ? 158'000 : 86'500;
}
}  // namespace

/// One file's place on the common timeline.
struct QuotePlayer::Stream {
    const QuoteFile* file;
    size_t next = 0;
    double ns_per_file_ms = 0;
    int64_t due_ns() const {
        return next == file->ticks.size()
                   ? std::numeric_limits<int64_t>::max()
                   : static_cast<int64_t>(static_cast<double>(file->ticks[next].time_ms) *
                                          ns_per_file_ms);
    }
};

void QuotePlayer::model(std::vector<std::string> symbols, int64_t ticks_per_second) {
    walks_.clear();
    random_.seed(seed_);
    model_step_ns_ = kSecondNs / ticks_per_second;
    for (std::string& name : symbols) {
        Symbol* symbol = market_.find(name);
        if (!symbol)
            continue;
        const ctsp_symbol record = symbol->record();
        const Quote last = symbol->quote();
        Walk walk{.symbol = std::move(name), .mid = last.bid, .spread = 0};
        if (!last.known())
            walk.mid = saturated(Wide{first_price_e5(walk.symbol)} *
                                 power_of_ten(record.price_digits) / power_of_ten(5));
        walk.spread = std::max<int64_t>(1, walk.mid / 10'000);
        walks_.push_back(std::move(walk));
    }
}

std::vector<QuotePlayer::Stream> QuotePlayer::streams(const Playback& playback) const {
    std::vector<Stream> streams;
    for (const QuoteFile& file : files_) {
        const auto length = std::max<int64_t>(1, file.ticks.back().time_ms);
        const double scale =
            playback.speed > 0
                ? static_cast<double>(kMs) / playback.speed
                : playback.seconds * static_cast<double>(kSecondNs) / static_cast<double>(length);
        streams.push_back({&file, 0, scale});
    }
    return streams;
}

void QuotePlayer::start(const Playback& playback) {
    stop();
    const std::lock_guard control(control_mutex_);
    stopping_ = false;
    playing_ = true;
    finished_ = false;
    played_ = 0;
    thread_ = std::thread([this, playback] { run(playback); });
}

void QuotePlayer::stop() {
    const std::lock_guard control(control_mutex_);
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable())
        thread_.join();
}

PlayStatus QuotePlayer::status() const {
    PlayStatus status{.playing = playing_, .finished = finished_, .played = played_};
    for (const QuoteFile& file : files_)
        status.total += static_cast<int64_t>(file.ticks.size());
    return status;
}

bool QuotePlayer::wait_until(int64_t when_ns) {
    const int64_t nap = std::clamp(when_ns - steady_ns(), int64_t{0}, kLongestNapNs);
    std::unique_lock lock(mutex_);
    if (nap > 0)
        wake_.wait_for(lock, std::chrono::nanoseconds(std::max(nap, kShortestNapNs)),
                       [this] { return stopping_; });
    return !stopping_;
}

void QuotePlayer::play(const std::string& symbol, Quote quote) {
    Symbol* known = market_.find(symbol);
    if (!known)
        return;
    known->set_quote(quote);
    counters_.add(Count::quotes);
    seen_(symbol, quote);
}

void QuotePlayer::step_model() {
    for (Walk& walk : walks_) {
        std::uniform_int_distribution<int64_t> step(-walk.spread, walk.spread);
        walk.mid = std::max(walk.spread * 100, walk.mid + step(random_));
        play(walk.symbol, {walk.mid, walk.mid + walk.spread});
    }
}

void QuotePlayer::run(const Playback& playback) {
    mark_host_thread();
    std::vector<Stream> waiting = streams(playback);
    const auto soonest = [&] { return std::ranges::min_element(waiting, {}, &Stream::due_ns); };
    int64_t skipped_ns = 0;
    for (int64_t left = playback.skip_ticks; left > 0 && !waiting.empty(); --left) {
        const auto stream = soonest();
        if (stream->due_ns() == std::numeric_limits<int64_t>::max())
            break;
        skipped_ns = stream->due_ns();
        ++stream->next;
        ++played_;
    }
    const int64_t start_ns = steady_ns() - skipped_ns;
    int64_t model_due_ns = steady_ns();
    const int64_t model_end_ns =
        waiting.empty() && playback.seconds > 0
            ? start_ns + static_cast<int64_t>(playback.seconds * static_cast<double>(kSecondNs))
            : std::numeric_limits<int64_t>::max();
    while (true) {
        const int64_t now = steady_ns();
        for (; !walks_.empty() && model_due_ns <= now; model_due_ns += model_step_ns_)
            step_model();
        int64_t due = std::numeric_limits<int64_t>::max();
        while (!waiting.empty()) {
            const auto stream = soonest();
            due = stream->due_ns();
            if (due == std::numeric_limits<int64_t>::max() || start_ns + due > now)
                break;
            const Tick& tick = stream->file->ticks[stream->next++];
            play(stream->file->symbol, {tick.bid, tick.ask});
            counters_.set(Count::quotes_played, ++played_);
        }
        const bool files_end = due == std::numeric_limits<int64_t>::max();
        if (files_end && (!waiting.empty() || walks_.empty() || now >= model_end_ns)) {
            finished_ = true;
            break;
        }
        const int64_t next = files_end ? model_due_ns : start_ns + due;
        if (!wait_until(walks_.empty() ? next : std::min(next, model_due_ns)))
            break;
    }
    playing_ = false;
}

}  // namespace cambist::sim
