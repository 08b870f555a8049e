#include "sim/trading_server/server.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <set>

#include "sim/trading_server/host_clock.hpp"
#include "sim/trading_server/margin.hpp"
#include "sim/trading_server/money_math.hpp"
#include "sim/trading_server/quote_file.hpp"
#include "sim/trading_server/text_field.hpp"
#include "sim/trading_server/thread_place.hpp"
#include "sim/trading_server/world.hpp"

namespace cambist::sim {

namespace {

OnHookError fail_policy(const Config& config) {
    return config.plugin.on_error == "allow" ? OnHookError::allow : OnHookError::deny_new_exposure;
}

}  // namespace

Server::Server(const Config& settings)
    : config(settings),
      store(config.server.data_dir),
      plugin(counters, config.plugin.slow_hook_us * 1'000),
      bookkeeper(store, plugin, counters),
      pipeline(book, market, bookkeeper, plugin, triggers, counters, fail_policy(config)),
      funds(book, market, bookkeeper, plugin, pipeline, fail_policy(config)),
      users(book, bookkeeper, plugin, counters, fail_policy(config)),
      host_api({book, market, store, pipeline, funds, users, counters, config.plugin.parameters,
                config.server.strict}),
      margin_watch(book, market, pipeline, plugin, counters),
      quotes(
          market, counters,
          [this](const std::string& symbol, Quote quote) {
              submit_reached(triggers.reached(symbol, quote), book, pipeline, triggers);
          },
          static_cast<uint64_t>(config.seed)),
      population(book, market, pipeline, funds, users) {
    store.load(book, market);
    counters.restore(store.counters());
    for (Account* account : book.all()) {
        for (const ctsp_position& position : account->positions)
            triggers.watch(position);
        for (const PendingOrder& order : account->orders)
            triggers.watch(order);
    }
    seed_market();
    if (!config.quotes.files.empty())
        load_quotes(config.quotes.files);
    seed_population();
}

Server::~Server() {
    stop();
}

void Server::seed_market() {
    if (!book.groups().empty())
        return;
    for (const Group& group : first_groups())
        (void)put_group(group, 0);
    for (const ctsp_symbol& symbol : first_symbols())
        put_symbol(symbol);
}

void Server::seed_population() {
    if (book.size() != 0 || config.population.accounts == 0)
        return;
    (void)users.add_all(first_users(config.population.accounts,
                                    static_cast<uint64_t>(config.population.first_login),
                                    config.population.opening_balance));
}

void Server::load_quotes(const std::vector<std::string>& paths) {
    std::vector<QuoteFile> files;
    for (const std::string& path : quote_files_in(paths)) {
        QuoteFile file = read_quote_file(path);
        Symbol* symbol = market.find(file.symbol);
        if (!symbol) {
            put_symbol(symbol_for(file.symbol, file.price_digits));
            symbol = market.find(file.symbol);
        }
        const int digits = symbol->record().price_digits;
        if (file.price_digits > digits)
            throw QuotesInvalid(path + ": has more digits than symbol " + file.symbol);
        const int64_t scale = power_of_ten(digits - file.price_digits);
        for (Tick& tick : file.ticks) {
            tick.bid *= scale;
            tick.ask *= scale;
        }
        files.push_back(std::move(file));
    }
    std::set<std::string> driven;
    for (const QuoteFile& file : files)
        driven.insert(file.symbol);
    quotes.stop();
    quotes.load(std::move(files));
    std::vector<std::string> walking;
    for (const Symbol* symbol : market.all()) {
        const ctsp_symbol record = symbol->record();
        if (!driven.contains(std::string(text_in(record.name))))
            walking.emplace_back(text_in(record.name));
    }
    quotes.model(config.quotes.model ? walking : std::vector<std::string>{},
                 config.quotes.model_ticks_per_second);
}

void Server::start_plugin() {
    if (config.plugin.path.empty())
        return;
    std::string problem;
    try {
        plugin.load(config.plugin.path, host_api.table());
        const ctsp_status status = plugin.start();
        if (status != CTSP_OK)
            problem =
                "plugin " + plugin.name() + " did not start, status " + std::to_string(status);
    } catch (const PluginLoadFailed& failed) {
        problem = failed.what();
    }
    if (problem.empty()) {
        spdlog::info("plugin {} started", plugin.name());
        return;
    }
    spdlog::error("{}", problem);
    if (config.plugin.required) {
        pipeline.allow_trading(false);
        spdlog::error("a required plugin is missing: trading stays stopped");
    }
}

void Server::start() {
    start_plugin();
    pipeline.start(static_cast<int>(config.server.executors));
    watch_thread_ = std::thread([this] { watch(); });
    started_ = true;
    if (config.quotes.files.empty())
        load_quotes({});
    // A walk without files has no beginning to wait for.
    if (config.quotes.seconds > 0 || (config.quotes.model && config.quotes.files.empty()))
        quotes.start({.seconds = static_cast<double>(config.quotes.seconds)});
    if (config.population.orders_per_second > 0)
        population.start({.seed = static_cast<uint64_t>(config.seed),
                          .orders_per_second = config.population.orders_per_second});
}

void Server::stop() {
    if (!started_)
        return;
    started_ = false;
    population.stop();
    quotes.stop();
    {
        const std::lock_guard lock(watch_mutex_);
        watch_stopping_ = true;
    }
    watch_wake_.notify_all();
    watch_thread_.join();
    // What is in flight is still judged. The plugin's own threads may be waiting for an order, so
    // it stops before the executors do.
    pipeline.allow_trading(false);
    pipeline.wait_until_idle(config.plugin.stop_timeout_ms * 1'000'000);
    plugin.stop(config.plugin.stop_timeout_ms * 1'000'000);
    host_api.close();
    pipeline.stop();
    save();
}

/// Margin, the zone's summer time and the slow savings, on one thread.
void Server::watch() {
    mark_host_thread();
    int64_t offset = zone_offset_seconds(config.server.zone, host_now_ns());
    tell_zone(offset);
    int64_t saved_ns = steady_ns();
    std::unique_lock lock(watch_mutex_);
    while (!watch_wake_.wait_for(lock, std::chrono::milliseconds(config.margin.check_ms),
                                 [this] { return watch_stopping_; })) {
        lock.unlock();
        margin_watch.look();
        const int64_t now_offset = zone_offset_seconds(config.server.zone, host_now_ns());
        if (now_offset != offset)
            tell_zone(now_offset);
        offset = now_offset;
        if (steady_ns() - saved_ns >= kSecondNs) {
            save();
            saved_ns = steady_ns();
        }
        lock.lock();
    }
}

void Server::save() {
    std::vector<std::pair<std::string, Quote>> last;
    for (const Symbol* symbol : market.all())
        last.emplace_back(text_in(symbol->record().name), symbol->quote());
    store.save_quotes(last);
    store.save_counters(counters.named());
}

void Server::tell_zone(int64_t offset_seconds) {
    constexpr int64_t bias = int64_t{1} << 32;
    plugin.tell({.type = CTSP_EV_CLOCK, .version = static_cast<uint64_t>(offset_seconds + bias)});
}

Outcome<uint32_t> Server::put_group(const Group& group, uint64_t actor) {
    return users.put_group(group, actor);
}

ctsp_symbol Server::put_symbol(const ctsp_symbol& symbol) {
    const ctsp_symbol stored = market.put(symbol);
    Batch batch;
    batch.symbols.push_back(stored);
    bookkeeper.record(batch, {});
    plugin.tell(
        {.type = CTSP_EV_SYMBOL_UPDATE, .login = stored.symbol_id, .version = stored.version});
    return stored;
}

int64_t Server::end_day(int64_t day_ns) {
    Batch batch;
    for (Account* account : book.all()) {
        const AccountLock lock(*account);
        const ctsp_account figures = figures_of(*account, market);
        ctsp_eod eod{};
        eod.size = sizeof eod;
        eod.login = figures.login;
        eod.day_ns = day_ns;
        eod.balance = figures.balance;
        eod.credit = figures.credit;
        eod.equity = figures.equity;
        eod.margin = figures.margin;
        eod.floating = figures.floating;
        eod.currency_digits = figures.currency_digits;
        batch.day_ends.push_back(eod);
    }
    bookkeeper.record(batch, {});
    for (const ctsp_eod& eod : batch.day_ends)
        plugin.tell({.type = CTSP_EV_EOD, .login = eod.login}, eod);
    return static_cast<int64_t>(batch.day_ends.size());
}

bool Server::quiesce(int64_t timeout_ns) {
    if (!pipeline.wait_until_idle(timeout_ns))
        return false;
    save();
    return true;
}

ctsp_status Server::plugin_command(uint64_t manager, const std::string& in, std::string& out) {
    ctsp_status status = CTSP_OK_NONE;
    on_control([&] { status = plugin.command(manager, in, out); });
    return status;
}

void Server::run_control() {
    std::unique_lock lock(control_mutex_);
    while (true) {
        control_wake_.wait(lock, [this] { return ending_ || !control_work_.empty(); });
        if (control_work_.empty())
            return;
        const auto work = std::move(control_work_.front());
        control_work_.pop_front();
        lock.unlock();
        work();
        lock.lock();
    }
}

void Server::ask_to_end() {
    {
        const std::lock_guard lock(control_mutex_);
        ending_ = true;
    }
    control_wake_.notify_all();
}

void Server::on_control(const std::function<void()>& work) {
    const auto done = std::make_shared<std::promise<void>>();
    {
        const std::lock_guard lock(control_mutex_);
        if (ending_)
            return;
        control_work_.push_back([&work, done] {
            work();
            done->set_value();
        });
    }
    control_wake_.notify_all();
    done->get_future().wait();
}

}  // namespace cambist::sim
