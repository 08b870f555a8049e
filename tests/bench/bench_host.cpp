// A trading server reduced to what the link's benchmarks need: accounts, deals made by formula, and
// a plugin to tell them to. Reads one command a line, answers one JSON line:
//   burst DEALS            a deal and a user event each, as fast as the plugin's pump takes them
//   rate PER_SECOND SECONDS  events at a steady pace
//   status                 the plugin's own status text
//   quit

#include <dlfcn.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "plugin/abi/trading_server.h"
#include "tests/bench/harness.hpp"

namespace {

using cambist::bench::ticks_ns;

thread_local std::uint32_t here = CTSP_THREAD_WORKER;

std::int64_t utc_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// The deals are a formula of their index; only their times and the balances are kept.
class Server {
  public:
    explicit Server(std::uint64_t accounts)
        : balances_(accounts), versions_(accounts), started_ns_(utc_ns()) {
        for (auto& balance : balances_)
            balance = opening_balance;
        for (auto& version : versions_)
            version = 1;
    }

    std::map<std::string, std::string> parameters;

    std::uint64_t accounts() const { return balances_.size(); }

    ctsp_deal make_deal() {
        const std::lock_guard lock(mutex_);
        const std::uint64_t index = times_.size();
        times_.push_back(utc_ns());
        const ctsp_deal deal = deal_at(index);
        balances_[deal.login - 1] += deal.profit + deal.commission;
        ++versions_[deal.login - 1];
        return deal;
    }

    ctsp_status user(std::uint64_t login, ctsp_user& out) const {
        const std::lock_guard lock(mutex_);
        if (login == 0 || login > balances_.size())
            return CTSP_E_NOTFOUND;
        out = ctsp_user{};
        out.size = sizeof out;
        out.group_id = 1;
        out.login = login;
        out.version = versions_[login - 1];
        out.balance = balances_[login - 1];
        out.registered_ns = started_ns_;
        out.rights = CTSP_RIGHT_CONNECT | CTSP_RIGHT_TRADE | CTSP_RIGHT_OPEN;
        out.leverage_x100 = 10'000;
        out.currency_digits = 2;
        std::strcpy(out.currency, "USD");
        std::strcpy(out.group, "real/standard");
        return CTSP_OK;
    }

    /// Opening balances are deals 1..N; traded deals follow.
    std::uint64_t deals() const {
        const std::lock_guard lock(mutex_);
        return balances_.size() + times_.size();
    }
    ctsp_deal any_deal(std::uint64_t number) const {
        const std::lock_guard lock(mutex_);
        return number < balances_.size() ? opening_deal(number)
                                         : deal_at(number - balances_.size());
    }

  private:
    static constexpr std::int64_t opening_balance = 1'000'000;

    ctsp_deal opening_deal(std::uint64_t index) const {
        ctsp_deal deal{};
        deal.size = sizeof deal;
        deal.kind = CTSP_DEAL_BALANCE;
        deal.deal = index + 1;
        deal.login = index + 1;
        deal.version = 1;
        deal.profit = opening_balance;
        deal.currency_digits = 2;
        deal.ts_ns = deal.modified_ns = started_ns_;
        return deal;
    }
    ctsp_deal deal_at(std::uint64_t index) const {
        cambist::bench::Sequence random(index);
        ctsp_deal deal{};
        deal.size = sizeof deal;
        deal.kind = index % 2 ? CTSP_DEAL_SELL : CTSP_DEAL_BUY;
        deal.entry = index % 2 ? CTSP_ENTRY_OUT : CTSP_ENTRY_IN;
        deal.deal = balances_.size() + index + 1;
        deal.order = deal.position = deal.deal;
        deal.login = 1 + random.below(balances_.size());
        deal.version = 1;
        deal.volume = 10'000'000 * (1 + random.below(20));
        deal.price = 139'000 + static_cast<std::int64_t>(random.below(1000));
        deal.bid = deal.price;
        deal.ask = deal.price + 2;
        deal.contract_size = 100'000ll * 100'000'000;
        deal.rate_e8 = 100'000'000;
        deal.profit = static_cast<std::int64_t>(random.below(2001)) - 1000;
        deal.commission = -7;
        deal.price_digits = 5;
        deal.currency_digits = 2;
        deal.book = CTSP_BOOK_B;
        deal.ts_ns = deal.modified_ns = times_[index];
        std::strcpy(deal.symbol, "EURUSD");
        return deal;
    }

    mutable std::mutex mutex_;
    std::vector<std::int64_t> balances_;
    std::vector<std::uint64_t> versions_;
    std::vector<std::int64_t> times_;
    std::int64_t started_ns_;
};

Server& of(ctsp_host* host) {
    return *reinterpret_cast<Server*>(host);
}

ctsp_group the_group() {
    ctsp_group group{};
    group.size = sizeof group;
    group.group_id = 1;
    group.version = 1;
    group.currency_digits = 2;
    group.default_trade_mode = 4;
    std::strcpy(group.currency, "USD");
    std::strcpy(group.name, "real/standard");
    return group;
}

ctsp_symbol the_symbol() {
    ctsp_symbol symbol{};
    symbol.size = sizeof symbol;
    symbol.symbol_id = 1;
    symbol.version = 1;
    symbol.contract_size = 100'000ll * 100'000'000;
    symbol.price_digits = 5;
    symbol.trade_mode = 4;
    std::strcpy(symbol.currency_base, "EUR");
    std::strcpy(symbol.currency_profit, "USD");
    std::strcpy(symbol.currency_margin, "EUR");
    std::strcpy(symbol.name, "EURUSD");
    return symbol;
}

template <class Record>
Record& at_stride(Record* first, std::uint32_t stride, std::uint32_t index) {
    return *reinterpret_cast<Record*>(reinterpret_cast<char*>(first) + std::size_t(stride) * index);
}

template <class Record>
ctsp_status only_one(ctsp_cursor* cursor, Record* out, std::uint32_t* n, const Record& record) {
    *n = 0;
    if (cursor->opaque[0]++)
        return CTSP_OK_NONE;
    *out = record;
    *n = 1;
    return CTSP_OK;
}

void host_log(ctsp_host*, std::int32_t level, const char* text, std::uint32_t length) {
    if (level >= 2)
        std::fprintf(stderr, "plugin: %.*s\n", static_cast<int>(length), text);
}

ctsp_status users_next(ctsp_host* host, ctsp_cursor* cursor, ctsp_user* out, std::uint32_t stride,
                       std::uint32_t cap, std::uint32_t* n) {
    for (*n = 0; *n < cap && cursor->opaque[0] < of(host).accounts(); ++*n)
        of(host).user(++cursor->opaque[0], at_stride(out, stride, *n));
    return *n ? CTSP_OK : CTSP_OK_NONE;
}

ctsp_status deals_next(ctsp_host* host, ctsp_cursor* cursor, std::uint64_t login,
                       std::int64_t since_ns, ctsp_deal* out, std::uint32_t stride,
                       std::uint32_t cap, std::uint32_t* n) {
    *n = 0;
    while (*n < cap && cursor->opaque[0] < of(host).deals()) {
        const ctsp_deal deal = of(host).any_deal(cursor->opaque[0]++);
        if (deal.modified_ns >= since_ns && (login == 0 || deal.login == login))
            at_stride(out, stride, (*n)++) = deal;
    }
    return *n ? CTSP_OK : CTSP_OK_NONE;
}

ctsp_status param_get(ctsp_host* host, const char* name, char* buffer, std::uint32_t cap,
                      std::uint32_t* length) {
    const auto found = of(host).parameters.find(name);
    if (found == of(host).parameters.end())
        return CTSP_E_NOTFOUND;
    if (found->second.size() > cap)
        return CTSP_E_LIMIT;
    *length = static_cast<std::uint32_t>(found->second.size());
    std::memcpy(buffer, found->second.data(), found->second.size());
    return CTSP_OK;
}

ctsp_status balance_check(ctsp_host* host, std::uint64_t login, std::int64_t* stored,
                          std::int64_t* from_deals, std::int64_t* credit_stored,
                          std::int64_t* credit_from_deals) {
    ctsp_user user;
    if (const ctsp_status status = of(host).user(login, user); status != CTSP_OK)
        return status;
    *stored = *from_deals = user.balance;
    *credit_stored = *credit_from_deals = 0;
    return CTSP_OK;
}

ctsp_host_api host_api(Server& server) {
    ctsp_host_api api{};
    api.size = sizeof api;
    api.host = reinterpret_cast<ctsp_host*>(&server);
    api.log = host_log;
    api.now_ns = [](ctsp_host*) { return utc_ns(); };
    api.thread_kind = [](ctsp_host*) { return here; };
    api.extension = [](ctsp_host*, const char*) -> const void* { return nullptr; };
    api.user_get = [](ctsp_host* h, std::uint64_t login, ctsp_user* out) {
        return of(h).user(login, *out);
    };
    api.account_get = [](ctsp_host*, std::uint64_t, ctsp_account*) -> ctsp_status {
        return CTSP_E_UNSUPPORTED;
    };
    api.group_get = [](ctsp_host*, std::uint32_t id, ctsp_group* out) -> ctsp_status {
        *out = the_group();
        return id == 1 ? CTSP_OK : CTSP_E_NOTFOUND;
    };
    api.symbol_get = [](ctsp_host*, std::uint32_t id, ctsp_symbol* out) -> ctsp_status {
        *out = the_symbol();
        return id == 1 ? CTSP_OK : CTSP_E_NOTFOUND;
    };
    api.position_get = [](ctsp_host*, std::uint64_t, std::uint64_t, const char*,
                          ctsp_position*) -> ctsp_status { return CTSP_E_NOTFOUND; };
    api.users_next = users_next;
    api.groups_next = [](ctsp_host*, ctsp_cursor* cursor, ctsp_group* out, std::uint32_t,
                         std::uint32_t,
                         std::uint32_t* n) { return only_one(cursor, out, n, the_group()); };
    api.symbols_next = [](ctsp_host*, ctsp_cursor* cursor, ctsp_symbol* out, std::uint32_t,
                          std::uint32_t,
                          std::uint32_t* n) { return only_one(cursor, out, n, the_symbol()); };
    api.positions_next = [](ctsp_host*, ctsp_cursor*, std::uint64_t, ctsp_position*, std::uint32_t,
                            std::uint32_t, std::uint32_t* n) -> ctsp_status {
        *n = 0;
        return CTSP_OK_NONE;
    };
    api.deals_next = deals_next;
    api.user_by_operation = [](ctsp_host*, std::uint64_t, std::uint64_t,
                               ctsp_user*) -> ctsp_status { return CTSP_E_NOTFOUND; };
    api.user_add = [](ctsp_host*, const ctsp_user_add*, ctsp_user*) -> ctsp_status {
        return CTSP_E_UNSUPPORTED;
    };
    api.user_patch = [](ctsp_host*, const ctsp_user_patch*, std::uint64_t*) -> ctsp_status {
        return CTSP_E_UNSUPPORTED;
    };
    api.password_set = [](ctsp_host*, std::uint64_t, std::uint32_t, const char*,
                          std::uint32_t) -> ctsp_status { return CTSP_E_UNSUPPORTED; };
    api.balance = [](ctsp_host*, const ctsp_balance_op*, ctsp_balance_res*) -> ctsp_status {
        return CTSP_E_UNSUPPORTED;
    };
    api.balance_check = balance_check;
    api.order_cancel = [](ctsp_host*, std::uint64_t, std::uint64_t, std::uint64_t*) -> ctsp_status {
        return CTSP_E_UNSUPPORTED;
    };
    api.disconnect = [](ctsp_host*, std::uint64_t, std::uint32_t) -> ctsp_status {
        return CTSP_E_UNSUPPORTED;
    };
    api.param_get = param_get;
    return api;
}

struct Plugin {
    const ctsp_plugin_api* api = nullptr;
    ctsp_plugin* self = nullptr;
};

Plugin load(const std::string& path, const ctsp_host_api& host) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        std::fprintf(stderr, "bench_host: %s\n", dlerror());
        std::exit(2);
    }
    const auto negotiate =
        reinterpret_cast<ctsp_plugin_negotiate_fn>(dlsym(library, "ctsp_plugin_negotiate"));
    const ctsp_hello hello{sizeof hello,   CTSP_ABI_MAJOR,      0,
                           CTSP_ABI_MINOR, CTSP_FINGERPRINT_V1, &host};
    ctsp_reply reply{};
    reply.size = sizeof reply;
    if (!negotiate || negotiate(&hello, &reply) != CTSP_OK || reply.api->start(reply.self)) {
        std::fprintf(stderr, "bench_host: the plugin did not start\n");
        std::exit(2);
    }
    return {reply.api, reply.self};
}

std::string status_of(const Plugin& plugin) {
    here = CTSP_THREAD_CONTROL;
    static constexpr std::string_view ask = "status";
    std::vector<std::uint8_t> text(65536);
    std::uint32_t length = 0;
    plugin.api->on_command(plugin.self, 1, reinterpret_cast<const std::uint8_t*>(ask.data()),
                           ask.size(), text.data(), static_cast<std::uint32_t>(text.size()),
                           &length);
    here = CTSP_THREAD_EVENT;
    return {text.begin(), text.begin() + length};
}

void raise_deal(const Plugin& plugin, const ctsp_deal& deal) {
    struct {
        ctsp_event header;
        ctsp_deal deal;
    } event{};
    event.header.size = sizeof event;
    event.header.type = CTSP_EV_DEAL_ADD;
    event.header.login = deal.login;
    event.header.version = deal.version;
    event.header.ts_ns = deal.ts_ns;
    event.deal = deal;
    plugin.api->on_event(plugin.self, &event.header);
}

void raise_user(const Plugin& plugin, std::uint64_t login) {
    ctsp_event event{};
    event.size = sizeof event;
    event.type = CTSP_EV_USER_UPDATE;
    event.login = login;
    event.ts_ns = utc_ns();
    plugin.api->on_event(plugin.self, &event);
}

/// Raises a deal and a user event, never more than the pump keeps up with: `pause` every so often.
void burst(Server& server, const Plugin& plugin, std::uint64_t deals, std::uint64_t per_pause,
           std::chrono::microseconds pause) {
    const std::int64_t started = ticks_ns();
    for (std::uint64_t at = 0; at < deals; ++at) {
        const ctsp_deal deal = server.make_deal();
        raise_deal(plugin, deal);
        raise_user(plugin, deal.login);
        if (at % per_pause == per_pause - 1)
            std::this_thread::sleep_for(pause);
    }
    std::printf("{\"raised\":%llu,\"ns\":%lld}\n", static_cast<unsigned long long>(2 * deals),
                static_cast<long long>(ticks_ns() - started));
}

void steady(Server& server, const Plugin& plugin, double per_second, double seconds) {
    const auto began = std::chrono::steady_clock::now();
    const auto deals = static_cast<std::uint64_t>(per_second * seconds / 2);
    for (std::uint64_t at = 0; at < deals; ++at) {
        const std::chrono::duration<double> due(static_cast<double>(2 * at) / per_second);
        std::this_thread::sleep_until(began +
                                      std::chrono::duration_cast<std::chrono::nanoseconds>(due));
        const ctsp_deal deal = server.make_deal();
        raise_deal(plugin, deal);
        raise_user(plugin, deal.login);
    }
    std::printf("{\"raised\":%llu}\n", static_cast<unsigned long long>(2 * deals));
}

void serve(Server& server, const Plugin& plugin) {
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string verb;
        words >> verb;
        double a = 0, b = 0;
        words >> a >> b;
        if (verb == "burst")
            burst(server, plugin, static_cast<std::uint64_t>(a), 64,
                  std::chrono::microseconds(static_cast<long>(b)));
        else if (verb == "rate")
            steady(server, plugin, a, b);
        else if (verb == "status")
            std::printf("{\"deals\":%llu,\"status\":\"%s\"}\n",
                        static_cast<unsigned long long>(server.deals()), status_of(plugin).c_str());
        else if (verb == "quit")
            return;
        else
            std::printf("{\"error\":\"unknown_verb\"}\n");
        std::fflush(stdout);
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::string path;
    std::uint64_t accounts = 10'000;
    std::map<std::string, std::string> parameters;
    for (int at = 1; at + 1 < argc; at += 2) {
        const std::string key = argv[at];
        if (key == "--plugin")
            path = argv[at + 1];
        else if (key == "--accounts")
            accounts = std::stoull(argv[at + 1]);
        else if (key.starts_with("--"))
            parameters[key.substr(2)] = argv[at + 1];
    }
    Server server(accounts);
    server.parameters = parameters;
    const ctsp_host_api api = host_api(server);
    here = CTSP_THREAD_CONTROL;
    const Plugin plugin = load(path, api);
    here = CTSP_THREAD_EVENT;
    std::puts("{\"ready\":true}");
    std::fflush(stdout);
    serve(server, plugin);
    here = CTSP_THREAD_CONTROL;
    plugin.api->stop(plugin.self, 2'000'000'000);
    plugin.api->destroy(plugin.self);
    std::fflush(stdout);
    _Exit(0);
}
