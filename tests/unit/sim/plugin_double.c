/* A plugin for tests of the trading server: counts calls, objects by login or by amount, checks on
 * which threads it is called, breaks rules when told to, and executes operations on a thread of
 * its own. Parameters: fail_start, refuse_odd, hook_error, break_rule. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/abi/trading_server.h"

enum { POLICY_VERSION = 7, REASON = 42 };

struct ctsp_plugin {
    const ctsp_host_api* host;
    atomic_uint_fast64_t trade_stage_1, trade_stage_2, funds, logins, users, groups, events;
    atomic_uint_fast64_t by_event[128];
    atomic_uint_fast64_t wrong_threads, hooks_at_once, most_hooks_at_once, null_position;
    atomic_uint_fast64_t last_deal, last_deal_kind, visible;
    int fail_start, refuse_odd, hook_error;
    char break_rule[32];
    pthread_t worker;
    pthread_mutex_t mutex;
    pthread_cond_t wake, answered;
    int running, asked, done;
    char order[256], answer[512];
};

static struct ctsp_plugin self;

static int parameter(const char* name, char* out, uint32_t capacity) {
    uint32_t length = 0;
    if (self.host->param_get(self.host->host, name, out, capacity - 1, &length) != CTSP_OK)
        return 0;
    out[length] = '\0';
    return 1;
}

static void expect_thread(uint32_t kind) {
    if (self.host->thread_kind(self.host->host) != kind)
        ++self.wrong_threads;
}

static void enter_hook(void) {
    const uint_fast64_t now = ++self.hooks_at_once;
    uint_fast64_t most = self.most_hooks_at_once;
    while (now > most && !atomic_compare_exchange_weak(&self.most_hooks_at_once, &most, now)) {
    }
    expect_thread(CTSP_THREAD_HOOK);
}

static void leave_hook(void) {
    --self.hooks_at_once;
}

/* What the account's owner may not do, and what the test asked for. */
static ctsp_status judge(uint64_t login, ctsp_verdict* verdict) {
    verdict->policy_version = POLICY_VERSION;
    if (self.refuse_odd && login % 2 == 1) {
        verdict->reject = CTSP_RJ_CLOSE_ONLY;
        verdict->reason = REASON;
    }
    leave_hook();
    return self.hook_error ? CTSP_E_GENERIC : CTSP_OK;
}

static ctsp_status CTSP_CALL on_trade(ctsp_plugin* plugin, const ctsp_request* request,
                                      const ctsp_ctx* context, ctsp_verdict* verdict) {
    (void)plugin;
    enter_hook();
    ++*(context->stage == 1 ? &self.trade_stage_1 : &self.trade_stage_2);
    if (!context->position)
        ++self.null_position;
    ctsp_user user = {.size = sizeof user};
    if (self.host->user_get(self.host->host, request->login, &user) == CTSP_OK &&
        user.login == request->login)
        ++self.visible;
    if (strcmp(self.break_rule, "walk_in_hook") == 0) {
        ctsp_cursor cursor = {.size = sizeof cursor};
        uint32_t n = 0;
        if (self.host->users_next(self.host->host, &cursor, &user, sizeof user, 1, &n) ==
            CTSP_E_DEADLOCK)
            ++self.wrong_threads;
    }
    if (strcmp(self.break_rule, "stranger_in_hook") == 0)
        self.host->user_get(self.host->host, request->login + 1, &user);
    return judge(request->login, verdict);
}

static ctsp_status CTSP_CALL on_funds(ctsp_plugin* plugin, const ctsp_request* request,
                                      const ctsp_ctx* context, ctsp_verdict* verdict) {
    (void)plugin;
    (void)context;
    enter_hook();
    ++self.funds;
    return judge(request->op_lo ? 0 : request->login, verdict);
}

static ctsp_status CTSP_CALL on_login(ctsp_plugin* plugin, const ctsp_user* user, uint32_t type,
                                      const uint8_t ip16[16], ctsp_verdict* verdict) {
    (void)plugin;
    (void)type;
    (void)ip16;
    enter_hook();
    ++self.logins;
    return judge(user->login, verdict);
}

static ctsp_status CTSP_CALL on_user_change(ctsp_plugin* plugin, const ctsp_user_change* change,
                                            ctsp_verdict* verdict) {
    (void)plugin;
    enter_hook();
    ++self.users;
    return judge(change->op_lo || !change->before ? 0 : change->before->login, verdict);
}

static ctsp_status CTSP_CALL on_group_change(ctsp_plugin* plugin, const ctsp_group* before,
                                             const ctsp_group* after, uint64_t actor,
                                             ctsp_verdict* verdict) {
    (void)plugin;
    (void)before;
    (void)after;
    (void)actor;
    enter_hook();
    ++self.groups;
    return judge(0, verdict);
}

static void CTSP_CALL on_event(ctsp_plugin* plugin, const ctsp_event* event) {
    (void)plugin;
    expect_thread(CTSP_THREAD_EVENT);
    ++self.events;
    ++self.by_event[event->type % 128];
    if (event->type == CTSP_EV_DEAL_ADD || event->type == CTSP_EV_DEAL_DIRECT) {
        const ctsp_deal* deal = (const ctsp_deal*)(event + 1);
        self.last_deal = deal->deal;
        self.last_deal_kind = event->type;
    }
    if (strcmp(self.break_rule, "balance_in_event") == 0) {
        ctsp_balance_op op = {.size = sizeof op, .login = event->login, .amount = 1};
        ctsp_balance_res res = {.size = sizeof res};
        self.host->balance(self.host->host, &op, &res);
    }
}

static void do_balance(const char* order, char* answer, size_t capacity) {
    ctsp_balance_op op = {.size = sizeof op, .kind = CTSP_DEAL_BALANCE, .currency_digits = 2};
    ctsp_balance_res res = {.size = sizeof res};
    unsigned long long login = 0, op_lo = 0;
    long long amount = 0;
    sscanf(order, "balance %llu %lld %llu", &login, &amount, &op_lo);
    op.login = login;
    op.amount = amount;
    op.op_hi = 1;
    op.op_lo = op_lo;
    snprintf(op.comment, sizeof op.comment, "C:%llu", op_lo);
    const ctsp_status status = self.host->balance(self.host->host, &op, &res);
    snprintf(answer, capacity, "%d %llu %lld", status, (unsigned long long)res.deal,
             (long long)res.balance_after);
}

static void do_walk(char* answer, size_t capacity) {
    ctsp_cursor cursor = {.size = sizeof cursor};
    ctsp_deal deals[3];
    uint32_t n = 0;
    unsigned long long rows = 0, in_order = 1;
    int64_t last = 0;
    while (self.host->deals_next(self.host->host, &cursor, 0, 0, deals, sizeof deals[0], 3, &n) ==
           CTSP_OK) {
        for (uint32_t i = 0; i < n; ++i) {
            in_order &= deals[i].modified_ns > last;
            last = deals[i].modified_ns;
        }
        rows += n;
    }
    ctsp_cursor users = {.size = sizeof users};
    ctsp_user page[2];
    unsigned long long logins = 0;
    while (self.host->users_next(self.host->host, &users, page, sizeof page[0], 2, &n) == CTSP_OK)
        logins += n;
    ctsp_cursor walk = {.size = sizeof walk};
    ctsp_position positions[2];
    unsigned long long open = 0;
    while (self.host->positions_next(self.host->host, &walk, 0, positions, sizeof positions[0], 2,
                                     &n) == CTSP_OK)
        open += n;
    snprintf(answer, capacity, "%llu %llu %llu %llu", rows, in_order, logins, open);
}

static void do_add(const char* order, char* answer, size_t capacity) {
    ctsp_user_add add = {.size = sizeof add, .op_hi = 2, .leverage_x100 = 3000};
    ctsp_user user = {.size = sizeof user}, again = {.size = sizeof again};
    unsigned long long op_lo = 0;
    sscanf(order, "add %llu", &op_lo);
    add.op_lo = op_lo;
    snprintf(add.group, sizeof add.group, "real/usd-hedging");
    const ctsp_status status = self.host->user_add(self.host->host, &add, &user);
    const ctsp_status found = self.host->user_by_operation(self.host->host, 2, op_lo, &again);
    snprintf(answer, capacity, "%d %llu %d %llu", status, (unsigned long long)user.login, found,
             (unsigned long long)again.login);
}

static void do_check(const char* order, char* answer, size_t capacity) {
    unsigned long long login = 0;
    int64_t stored = 0, deals = 0, credit = 0, credit_deals = 0;
    sscanf(order, "check %llu", &login);
    const ctsp_status status =
        self.host->balance_check(self.host->host, login, &stored, &deals, &credit, &credit_deals);
    snprintf(answer, capacity, "%d %d", status, stored == deals && credit == credit_deals);
}

static void* work(void* argument) {
    (void)argument;
    pthread_mutex_lock(&self.mutex);
    while (self.running) {
        if (!self.asked) {
            pthread_cond_wait(&self.wake, &self.mutex);
            continue;
        }
        self.asked = 0;
        pthread_mutex_unlock(&self.mutex);
        expect_thread(CTSP_THREAD_WORKER);
        if (strncmp(self.order, "balance", 7) == 0)
            do_balance(self.order, self.answer, sizeof self.answer);
        else if (strncmp(self.order, "walk", 4) == 0)
            do_walk(self.answer, sizeof self.answer);
        else if (strncmp(self.order, "add", 3) == 0)
            do_add(self.order, self.answer, sizeof self.answer);
        else
            do_check(self.order, self.answer, sizeof self.answer);
        pthread_mutex_lock(&self.mutex);
        self.done = 1;
        pthread_cond_signal(&self.answered);
    }
    pthread_mutex_unlock(&self.mutex);
    return NULL;
}

static ctsp_status CTSP_CALL start(ctsp_plugin* plugin) {
    (void)plugin;
    char text[32];
    expect_thread(CTSP_THREAD_CONTROL);
    self.fail_start = parameter("fail_start", text, sizeof text);
    self.refuse_odd = parameter("refuse_odd", text, sizeof text);
    self.hook_error = parameter("hook_error", text, sizeof text);
    if (!parameter("break_rule", self.break_rule, sizeof self.break_rule))
        self.break_rule[0] = '\0';
    if (self.fail_start)
        return CTSP_E_GENERIC;
    self.running = 1;
    pthread_create(&self.worker, NULL, work, NULL);
    return CTSP_OK;
}

static ctsp_status CTSP_CALL stop(ctsp_plugin* plugin, int64_t timeout_ns) {
    (void)plugin;
    (void)timeout_ns;
    if (self.hooks_at_once != 0)
        abort(); /* hooks are drained first */
    pthread_mutex_lock(&self.mutex);
    self.running = 0;
    pthread_cond_signal(&self.wake);
    pthread_mutex_unlock(&self.mutex);
    pthread_join(self.worker, NULL);
    return CTSP_OK;
}

static void CTSP_CALL destroy(ctsp_plugin* plugin) {
    (void)plugin;
}

static ctsp_status CTSP_CALL config(ctsp_plugin* plugin) {
    (void)plugin;
    return CTSP_OK;
}

static size_t counters(char* out, size_t capacity) {
    return (size_t)snprintf(
        out, capacity,
        "stage1=%llu stage2=%llu funds=%llu logins=%llu users=%llu groups=%llu wrong=%llu "
        "deal_add=%llu deal_direct=%llu deal_update=%llu deal_delete=%llu user_update=%llu "
        "user_add=%llu position=%llu refused=%llu eod=%llu margin=%llu clock=%llu fix=%llu "
        "null_position=%llu visible=%llu ",
        (unsigned long long)self.trade_stage_1, (unsigned long long)self.trade_stage_2,
        (unsigned long long)self.funds, (unsigned long long)self.logins,
        (unsigned long long)self.users, (unsigned long long)self.groups,
        (unsigned long long)self.wrong_threads, (unsigned long long)self.by_event[CTSP_EV_DEAL_ADD],
        (unsigned long long)self.by_event[CTSP_EV_DEAL_DIRECT],
        (unsigned long long)self.by_event[CTSP_EV_DEAL_UPDATE],
        (unsigned long long)self.by_event[CTSP_EV_DEAL_DELETE],
        (unsigned long long)self.by_event[CTSP_EV_USER_UPDATE],
        (unsigned long long)self.by_event[CTSP_EV_USER_ADD],
        (unsigned long long)self.by_event[CTSP_EV_POSITION],
        (unsigned long long)self.by_event[CTSP_EV_REQ_REFUSED],
        (unsigned long long)self.by_event[CTSP_EV_EOD],
        (unsigned long long)self.by_event[CTSP_EV_MARGIN],
        (unsigned long long)self.by_event[CTSP_EV_CLOCK],
        (unsigned long long)self.by_event[CTSP_EV_BALANCE_FIX],
        (unsigned long long)self.null_position, (unsigned long long)self.visible);
}

/* "stats" is answered at once; anything else is done by the worker. */
static ctsp_status CTSP_CALL on_command(ctsp_plugin* plugin, uint64_t manager, const uint8_t* in,
                                        uint32_t in_len, uint8_t* out, uint32_t cap,
                                        uint32_t* out_len) {
    (void)plugin;
    (void)manager;
    expect_thread(CTSP_THREAD_CONTROL);
    if (in_len == 5 && memcmp(in, "stats", 5) == 0) {
        *out_len = (uint32_t)counters((char*)out, cap);
        return CTSP_OK;
    }
    if (in_len >= sizeof self.order)
        return CTSP_OK_NONE;
    pthread_mutex_lock(&self.mutex);
    memcpy(self.order, in, in_len);
    self.order[in_len] = '\0';
    self.asked = 1;
    self.done = 0;
    pthread_cond_signal(&self.wake);
    while (!self.done)
        pthread_cond_wait(&self.answered, &self.mutex);
    *out_len = (uint32_t)snprintf((char*)out, cap, "%s", self.answer);
    pthread_mutex_unlock(&self.mutex);
    return CTSP_OK;
}

static const ctsp_plugin_api api = {.size = sizeof api,
                                    .minor = 0,
                                    .decision_mask = CTSP_DECIDE_TRADE | CTSP_DECIDE_FUNDS |
                                                     CTSP_DECIDE_LOGIN | CTSP_DECIDE_USER |
                                                     CTSP_DECIDE_GROUP,
                                    .start = start,
                                    .stop = stop,
                                    .destroy = destroy,
                                    .config = config,
                                    .on_trade = on_trade,
                                    .on_funds = on_funds,
                                    .on_login = on_login,
                                    .on_user_change = on_user_change,
                                    .on_group_change = on_group_change,
                                    .on_event = on_event,
                                    .on_command = on_command};

CTSP_EXPORT ctsp_status CTSP_CALL ctsp_plugin_negotiate(const ctsp_hello* in, ctsp_reply* out) {
    const ctsp_fingerprint ours = CTSP_FINGERPRINT_V1;
    if (in->abi_major != CTSP_ABI_MAJOR || memcmp(&in->fingerprint, &ours, sizeof ours) != 0)
        return CTSP_E_ABI;
    memset(&self, 0, sizeof self);
    pthread_mutex_init(&self.mutex, NULL);
    pthread_cond_init(&self.wake, NULL);
    pthread_cond_init(&self.answered, NULL);
    self.host = in->host_api;
    out->size = sizeof *out;
    out->minor = 0;
    out->fingerprint = ours;
    out->name = "double";
    out->version = "1";
    out->vendor = "tests";
    out->api = &api;
    out->self = &self;
    return CTSP_OK;
}
