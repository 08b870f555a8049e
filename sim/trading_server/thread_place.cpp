#include "sim/trading_server/thread_place.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

#include "plugin/abi/trading_server.h"

namespace cambist::sim {

namespace {
thread_local Place place{CTSP_THREAD_WORKER, 0, ""};
// A transfer holds two accounts; nothing holds three.
thread_local std::array<const Account*, 2> held{};
}  // namespace

const Place& here() {
    return place;
}

void mark_host_thread(uint32_t kind) {
    place = Place{kind, 0, ""};
}

InsidePlugin::InsidePlugin(uint32_t kind, uint64_t login, const char* calling) : outer_(place) {
    place = Place{kind, login, calling};
}

InsidePlugin::~InsidePlugin() {
    place = outer_;
}

bool holds(const Account& account) {
    return held[0] == &account || held[1] == &account;
}

void note_held(Account& account) {
    for (auto& slot : held) {
        if (slot == nullptr) {
            slot = &account;
            return;
        }
    }
    std::fputs("a thread locked a third account\n", stderr);
    std::abort();
}

void note_released(Account& account) {
    for (auto& slot : held)
        if (slot == &account)
            slot = nullptr;
}

}  // namespace cambist::sim
