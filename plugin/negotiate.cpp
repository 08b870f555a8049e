// The plugin's edge: C functions that no exception leaves.

#include <cstring>

#include "plugin/plugin.hpp"
#include "plugin/version.hpp"

using cambist::plugin::is_kept;
using cambist::plugin::Lanes;
using cambist::plugin::Plugin;

struct ctsp_plugin {
    explicit ctsp_plugin(const ctsp_host_api& api) : host(api), plugin(host) {}
    ctsp_host_api host;
    Plugin plugin;
};

namespace {

constexpr ctsp_fingerprint fingerprint = CTSP_FINGERPRINT_V1;

/// Runs a [control] function; whatever it throws becomes a status.
template <class Function>
ctsp_status guarded(Function function) noexcept {
    try {
        return function();
    } catch (...) {
        return CTSP_E_GENERIC;
    }
}

ctsp_status start(ctsp_plugin* self) {
    return guarded([&] { return self->plugin.start() ? CTSP_OK : CTSP_E_GENERIC; });
}

ctsp_status stop(ctsp_plugin* self, std::int64_t) {
    return guarded([&] {
        self->plugin.stop();
        return CTSP_OK;
    });
}

void destroy(ctsp_plugin* self) {
    guarded([&] {
        delete self;
        return CTSP_OK;
    });
}

/// Parameters are read at start; the local switch is a command.
ctsp_status config(ctsp_plugin*) {
    return CTSP_OK;
}

ctsp_status on_trade(ctsp_plugin* self, const ctsp_request* request, const ctsp_ctx* context,
                     ctsp_verdict* verdict) {
    if (!self->plugin.gate()) [[unlikely]]
        return CTSP_E_SHUTDOWN;
    return self->plugin.gate()->on_trade(*request, *context, *verdict);
}

ctsp_status on_funds(ctsp_plugin* self, const ctsp_request* request, const ctsp_ctx* context,
                     ctsp_verdict* verdict) {
    if (!self->plugin.gate()) [[unlikely]]
        return CTSP_E_SHUTDOWN;
    return self->plugin.gate()->on_funds(*request, *context, *verdict);
}

ctsp_status on_login(ctsp_plugin* self, const ctsp_user* user, std::uint32_t, const std::uint8_t*,
                     ctsp_verdict* verdict) {
    if (!self->plugin.gate()) [[unlikely]]
        return CTSP_E_SHUTDOWN;
    return self->plugin.gate()->on_login(*user, *verdict);
}

ctsp_status on_user_change(ctsp_plugin* self, const ctsp_user_change* change,
                           ctsp_verdict* verdict) {
    if (!self->plugin.gate()) [[unlikely]]
        return CTSP_E_SHUTDOWN;
    return self->plugin.gate()->on_user_change(*change, *verdict);
}

/// Groups are the trading server's own; their changes are mirrored, not judged.
ctsp_status on_group_change(ctsp_plugin*, const ctsp_group*, const ctsp_group*, std::uint64_t,
                            ctsp_verdict* verdict) {
    verdict->reject = CTSP_RJ_NONE;
    verdict->reason = 0;
    return CTSP_OK;
}

void on_event(ctsp_plugin* self, const ctsp_event* event) {
    if (!is_kept(event->type))
        return;
    if (Lanes* lanes = self->plugin.lanes()) [[likely]]
        lanes->capture(*event);
}

ctsp_status on_command(ctsp_plugin* self, std::uint64_t, const std::uint8_t* in,
                       std::uint32_t in_bytes, std::uint8_t* out, std::uint32_t cap,
                       std::uint32_t* out_bytes) {
    return guarded([&]() -> ctsp_status {
        const std::string answer =
            self->plugin.command({reinterpret_cast<const char*>(in), in_bytes});
        if (answer.empty())
            return CTSP_OK_NONE;
        if (answer.size() > cap)
            return CTSP_E_LIMIT;
        std::memcpy(out, answer.data(), answer.size());
        *out_bytes = static_cast<std::uint32_t>(answer.size());
        return CTSP_OK;
    });
}

constexpr ctsp_plugin_api api{sizeof(ctsp_plugin_api),
                              CTSP_ABI_MINOR,
                              CTSP_DECIDE_TRADE | CTSP_DECIDE_FUNDS | CTSP_DECIDE_LOGIN |
                                  CTSP_DECIDE_USER | CTSP_DECIDE_GROUP,
                              0,
                              start,
                              stop,
                              destroy,
                              config,
                              on_trade,
                              on_funds,
                              on_login,
                              on_user_change,
                              on_group_change,
                              on_event,
                              on_command};

bool speaks_our_abi(const ctsp_hello& hello) {
    return hello.size >= sizeof(ctsp_hello) && hello.abi_major == CTSP_ABI_MAJOR &&
           hello.minor_min <= CTSP_ABI_MINOR && hello.minor_max >= hello.minor_min &&
           std::memcmp(&hello.fingerprint, &fingerprint, sizeof fingerprint) == 0 &&
           hello.host_api && hello.host_api->size >= sizeof(ctsp_host_api);
}

}  // namespace

extern "C" CTSP_EXPORT ctsp_status CTSP_CALL ctsp_plugin_negotiate(const ctsp_hello* in,
                                                                   ctsp_reply* out) {
    if (!in || !out || out->size < sizeof(ctsp_reply) || !speaks_our_abi(*in))
        return CTSP_E_ABI;
    return guarded([&] {
        out->minor = CTSP_ABI_MINOR;
        out->fingerprint = fingerprint;
        out->name = "cambist";
        out->version = cambist::plugin::plugin_version;
        out->vendor = "Cambist";
        out->api = &api;
        out->self = new ctsp_plugin(*in->host_api);
        return CTSP_OK;
    });
}
