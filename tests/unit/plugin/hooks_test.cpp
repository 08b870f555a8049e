// What a hook must never do: allocate, lock, or call the system. This program counts its own
// allocations and locks, and lets the kernel kill a thread that makes any system call.

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "plugin/abi/trading_server.h"
#include "tests/unit/plugin/fake_bridge.hpp"
#include "tests/unit/plugin/fake_host.hpp"
#include "tests/unit/plugin/folder.hpp"

extern "C" void* __libc_malloc(std::size_t);
extern "C" void __libc_free(void*);

namespace {

thread_local bool counting = false;
thread_local long allocations = 0, locks = 0;

using Lock = int (*)(pthread_mutex_t*);
const Lock real_lock = reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));

}  // namespace

extern "C" void* malloc(std::size_t bytes) {
    allocations += counting;
    return __libc_malloc(bytes);
}

extern "C" void free(void* memory) {
    allocations += counting;
    __libc_free(memory);
}

extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
    locks += counting;
    return real_lock ? real_lock(mutex) : 0;
}

namespace cambist::plugin {
namespace {

/// From here on this thread may do nothing but end the process.
bool forbid_system_calls() {
    const sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    const sock_fprog program{sizeof rules / sizeof rules[0], const_cast<sock_filter*>(rules)};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

struct Told {
    ctsp_event event{};
    ctsp_deal deal{};
};

/// Every hook and event, allowed and refused, past the room of the lanes.
void call_everything(const ctsp_plugin_api& api, ctsp_plugin* plugin, const ctsp_user& user) {
    ctsp_ctx context{};
    context.size = sizeof context;
    context.user = &user;
    ctsp_user raised = user;
    raised.leverage_x100 *= 10;
    std::strcpy(raised.group, "real/vip");
    ctsp_user_change change{};
    change.size = sizeof change;
    change.before = &user;
    change.after = &raised;
    const std::uint8_t address[16] = {};
    Told told;
    told.event.size = sizeof told;
    told.event.type = CTSP_EV_DEAL_ADD;
    told.event.login = user.login;
    for (std::uint64_t number = 0; number < 50'000; ++number) {
        ctsp_verdict verdict{};
        verdict.size = sizeof verdict;
        ctsp_request request{};
        request.size = sizeof request;
        request.id = number;
        request.action = static_cast<std::uint32_t>(number % 15);
        request.login = number % 2 ? user.login : number;
        request.amount = -5;
        request.op_lo = number % 3;
        api.on_trade(plugin, &request, &context, &verdict);
        api.on_funds(plugin, &request, &context, &verdict);
        api.on_login(plugin, &user, 0, address, &verdict);
        api.on_user_change(plugin, &change, &verdict);
        api.on_group_change(plugin, nullptr, nullptr, 0, &verdict);
        told.deal.deal = number;
        api.on_event(plugin, &told.event);
    }
}

/// Ends the process: with 0 when the hooks did nothing that is forbidden.
[[noreturn]] void run_confined() {
    TemporaryFolder folder;
    write_bytes(folder.path() + "/bridge.pub", std::string(40, 'a'));
    write_bytes(folder.path() + "/server.key", std::string(40, 'b'));
    std::filesystem::permissions(folder.path() + "/server.key", std::filesystem::perms::owner_read);
    FakeHost host;
    host.parameters = {{"server_id", "1"},
                       {"data_dir", folder.path()},
                       {"bridge_endpoints", "memory"},
                       {"bridge_public_key_file", folder.path() + "/bridge.pub"},
                       {"secret_key_file", folder.path() + "/server.key"},
                       {"journal_mib", "16"}};
    host.add_group(1, "real/standard");
    const ctsp_user user = host.add_user(5, 1, 100);
    FakeBridge bridge;
    ctsp_hello hello{};
    hello.size = sizeof hello;
    hello.abi_major = CTSP_ABI_MAJOR;
    hello.fingerprint = CTSP_FINGERPRINT_V1;
    hello.host_api = &host.api();
    ctsp_reply reply{};
    reply.size = sizeof reply;
    if (ctsp_plugin_negotiate(&hello, &reply) != CTSP_OK || reply.api->start(reply.self) != CTSP_OK)
        _exit(2);
    std::filesystem::remove_all(folder.path());
    if (!forbid_system_calls())
        _exit(3);
    counting = true;
    call_everything(*reply.api, reply.self, user);
    counting = false;
    _exit(allocations != 0 ? 4 : locks != 0 ? 5 : 0);
}

TEST(HooksDeathTest, neither_allocate_nor_lock_nor_call_the_system) {
    EXPECT_EXIT(run_confined(), testing::ExitedWithCode(0), "");
}

TEST(HooksDeathTest, the_kernel_would_have_noticed) {
    const auto call_the_system = [] {
        forbid_system_calls();
        getppid();
        _exit(0);
    };
    EXPECT_EXIT(call_the_system(), testing::KilledBySignal(SIGSYS), "");
}

TEST(Hooks, the_counters_would_have_noticed) {
    counting = true;
    void* volatile memory = malloc(1);
    free(memory);
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    counting = false;
    EXPECT_EQ(allocations, 2);
    EXPECT_EQ(locks, 1);
}

}  // namespace
}  // namespace cambist::plugin
