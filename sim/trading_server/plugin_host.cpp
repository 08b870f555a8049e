#include "sim/trading_server/plugin_host.hpp"

#include <dlfcn.h>
#include <spdlog/spdlog.h>

#include <cstring>
#include <thread>

#include "sim/trading_server/host_clock.hpp"
#include "sim/trading_server/thread_place.hpp"

namespace cambist::sim {

namespace {
constexpr size_t kMaxPayload = 512;
constexpr uint32_t kMaxCommandAnswer = 64 * 1024;
}  // namespace

/// Counts a call in, or finds the plugin closed.
class PluginHost::Inside {
  public:
    explicit Inside(PluginHost& host) : host_(host) { host_.inside_.fetch_add(1); }
    ~Inside() { host_.inside_.fetch_sub(1); }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    bool open() const { return host_.open_.load(); }

  private:
    PluginHost& host_;
};

void PluginHost::load(const std::string& path, const ctsp_host_api& host_api) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library)
        throw PluginLoadFailed(std::string("plugin: ") + dlerror());
    const auto negotiate =
        reinterpret_cast<ctsp_plugin_negotiate_fn>(dlsym(library, "ctsp_plugin_negotiate"));
    if (!negotiate)
        throw PluginLoadFailed("plugin: " + path + " does not export ctsp_plugin_negotiate");
    ctsp_hello hello{};
    hello.size = sizeof hello;
    hello.abi_major = CTSP_ABI_MAJOR;
    hello.minor_max = CTSP_ABI_MINOR;
    const ctsp_fingerprint ours = CTSP_FINGERPRINT_V1;
    hello.fingerprint = ours;
    hello.host_api = &host_api;
    ctsp_reply reply{};
    reply.size = sizeof reply;
    ctsp_status status;
    {
        const InsidePlugin place(CTSP_THREAD_CONTROL, 0, "ctsp_plugin_negotiate");
        status = negotiate(&hello, &reply);
    }
    if (status != CTSP_OK)
        throw PluginLoadFailed("plugin: " + path + " refused this server's ABI, status " +
                               std::to_string(status));
    if (std::memcmp(&reply.fingerprint, &ours, sizeof ours) != 0)
        throw PluginLoadFailed("plugin: " + path + " was built for other records");
    if (!reply.api || !reply.self || reply.api->size < sizeof(ctsp_plugin_api))
        throw PluginLoadFailed("plugin: " + path + " answered without its functions");
    if (reply.minor > CTSP_ABI_MINOR)
        throw PluginLoadFailed("plugin: " + path + " chose a minor that was not offered");
    api_ = reply.api;
    self_ = reply.self;
    name_ =
        std::string(reply.name ? reply.name : "?") + " " + (reply.version ? reply.version : "?");
}

ctsp_status PluginHost::start() {
    if (!api_)
        return CTSP_OK_NONE;
    ctsp_status status;
    {
        const InsidePlugin place(CTSP_THREAD_CONTROL, 0, "start");
        status = api_->start(self_);
    }
    if (status == CTSP_OK)
        open_ = true;
    return status;
}

void PluginHost::stop(int64_t timeout_ns) {
    if (!api_)
        return;
    const bool was_open = open_.exchange(false);
    while (inside_.load() != 0)
        std::this_thread::yield();
    const InsidePlugin place(CTSP_THREAD_CONTROL, 0, "stop");
    if (was_open) {
        const ctsp_status status = api_->stop(self_, timeout_ns);
        if (status != CTSP_OK)
            spdlog::warn("plugin {} stopped with status {}", name_, status);
    }
    api_->destroy(self_);
    api_ = nullptr;
}

template <class Call>
HookAnswer PluginHost::ask(Hook hook, uint64_t decision, uint64_t login, Call call) {
    HookAnswer answer;
    const Inside inside(*this);
    if (!inside.open() || (api_->decision_mask & decision) == 0)
        return answer;
    ctsp_verdict verdict{};
    verdict.size = sizeof verdict;
    const InsidePlugin place(CTSP_THREAD_HOOK, login, text_of(hook).data());
    answer.asked_ns = host_now_ns();
    const int64_t before = steady_ns();
    const ctsp_status status = call(verdict);
    const int64_t took = steady_ns() - before;
    counters_.latency(hook).add(static_cast<uint64_t>(took));
    if (took > slow_hook_ns_)
        counters_.add(Count::slow_hooks);
    answer.policy_version = verdict.policy_version;
    if (status == CTSP_OK) {
        answer.reject = verdict.reject;
        answer.reason = verdict.reason;
    } else if (status != CTSP_OK_NONE) {
        answer.failed = true;
        counters_.add(Count::hook_errors);
    }
    return answer;
}

HookAnswer PluginHost::ask_trade(const ctsp_request& request, const ctsp_ctx& context) {
    const Hook hook = context.stage == 1 ? Hook::trade_admission : Hook::trade_execution;
    return ask(hook, CTSP_DECIDE_TRADE, request.login, [&](ctsp_verdict& verdict) {
        return api_->on_trade(self_, &request, &context, &verdict);
    });
}

HookAnswer PluginHost::ask_funds(const ctsp_request& request, const ctsp_ctx& context) {
    return ask(Hook::funds, CTSP_DECIDE_FUNDS, request.login, [&](ctsp_verdict& verdict) {
        return api_->on_funds(self_, &request, &context, &verdict);
    });
}

HookAnswer PluginHost::ask_login(const ctsp_user& user, uint32_t client_type,
                                 const uint8_t (&ip)[16]) {
    return ask(Hook::login, CTSP_DECIDE_LOGIN, user.login, [&](ctsp_verdict& verdict) {
        return api_->on_login(self_, &user, client_type, ip, &verdict);
    });
}

HookAnswer PluginHost::ask_user_change(const ctsp_user_change& change) {
    const uint64_t login = change.before ? change.before->login : change.after->login;
    return ask(Hook::user, CTSP_DECIDE_USER, login, [&](ctsp_verdict& verdict) {
        return api_->on_user_change(self_, &change, &verdict);
    });
}

HookAnswer PluginHost::ask_group_change(const ctsp_group* before, const ctsp_group* after,
                                        uint64_t actor) {
    return ask(Hook::group, CTSP_DECIDE_GROUP, 0, [&](ctsp_verdict& verdict) {
        return api_->on_group_change(self_, before, after, actor, &verdict);
    });
}

void PluginHost::tell(const EventHead& head, const void* payload, size_t size) {
    const Inside inside(*this);
    if (!inside.open())
        return;
    struct alignas(8) Buffer {
        ctsp_event event;
        unsigned char payload[kMaxPayload];
    } buffer;
    static_assert(sizeof(ctsp_deal) <= kMaxPayload);
    buffer.event = ctsp_event{};
    buffer.event.size = static_cast<uint32_t>(sizeof(ctsp_event) + size);
    buffer.event.type = head.type;
    buffer.event.login = head.login;
    buffer.event.version = head.version;
    buffer.event.ts_ns = host_now_ns();
    buffer.event.cause_hi = head.cause_hi;
    buffer.event.cause_lo = head.cause_lo;
    buffer.event.actor = head.actor;
    buffer.event.request = head.request;
    if (size > 0)
        std::memcpy(buffer.payload, payload, size);
    counters_.add(Count::events);
    const InsidePlugin place(CTSP_THREAD_EVENT, head.login, "on_event");
    api_->on_event(self_, &buffer.event);
}

ctsp_status PluginHost::command(uint64_t manager, const std::string& in, std::string& out) {
    const Inside inside(*this);
    if (!inside.open())
        return CTSP_OK_NONE;
    out.assign(kMaxCommandAnswer, '\0');
    uint32_t length = 0;
    const InsidePlugin place(CTSP_THREAD_CONTROL, 0, "on_command");
    const ctsp_status status =
        api_->on_command(self_, manager, reinterpret_cast<const uint8_t*>(in.data()),
                         static_cast<uint32_t>(in.size()), reinterpret_cast<uint8_t*>(out.data()),
                         kMaxCommandAnswer, &length);
    out.resize(status == CTSP_OK && length <= kMaxCommandAnswer ? length : 0);
    return status;
}

}  // namespace cambist::sim
