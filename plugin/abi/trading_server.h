/* The C ABI between a trading server (the host) and the Cambist plugin: ctsp, version 1.
 *
 * Pure C11; also compiles as C++20. A host knows this header and nothing else of Cambist.
 *
 * Conventions
 *  - One exported symbol: ctsp_plugin_negotiate.
 *  - Every struct starts with `size`, the caller's sizeof. Fields and functions are only appended:
 *    a reader uses min(size, its own sizeof). What stands here is the v1 prefix, frozen by the
 *    assertions below and by tests/unit/plugin/abi_test.cpp.
 *  - Records are pointer-free, fixed width, naturally aligned and the same on 32 and 64 bit.
 *  - Whoever is called copies; nothing passed in lives past the return; nothing is freed across.
 *  - Hooks may only object. They never confirm, rewrite or delay a request.
 *  - Money is int64 minor units of the account currency (10^-currency_digits), volume is 1e-8 lot,
 *    price is an integer of 10^-price_digits, leverage is x100, time is nanoseconds UTC.
 *  - Operation ids are 128 bits, made by whoever asked; zero means "no command".
 *  - No personal data and no password is ever part of a record.
 *  - After a plugin has run threads its library stays mapped: a host never calls dlclose on it.
 *
 * Thread tags
 *  [control] one host thread, never concurrent with itself
 *  [hook]    any server thread, concurrent, must be wait-free, budget 5 us
 *  [event]   any server thread, concurrent, copy and return
 *  [worker]  a thread that the plugin owns, never inside a hook or event
 *  [any]     callable anywhere                                                                   */
#ifndef CAMBIST_PLUGIN_ABI_TRADING_SERVER_H
#define CAMBIST_PLUGIN_ABI_TRADING_SERVER_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define CTSP_CALL __cdecl
#define CTSP_EXPORT __declspec(dllexport)
#else
#define CTSP_CALL
#define CTSP_EXPORT __attribute__((visibility("default")))
#endif
#ifdef __cplusplus
#define CTSP_ASSERT(c, m) static_assert(c, m)
extern "C" {
#else
#define CTSP_ASSERT(c, m) _Static_assert(c, m)
#endif

#define CTSP_MAGIC 0x50535443u /* 'CTSP', little endian */
#define CTSP_ABI_MAJOR 1u      /* incompatible change */
#define CTSP_ABI_MINOR 0u      /* fields or functions appended */
#define CTSP_VOLUME_PER_LOT 100000000ll
#define CTSP_LEVERAGE_SCALE 100u /* 1:50 is 5000 */

typedef int32_t ctsp_status;
enum {
    CTSP_OK = 0,
    CTSP_OK_NONE = 1, /* not mine / no more rows */
    CTSP_E_GENERIC = -1,
    CTSP_E_ABI = -2,
    CTSP_E_PARAM = -3,
    CTSP_E_NOTFOUND = -4,
    CTSP_E_DUPLICATE = -5,
    CTSP_E_NOMEM = -6,
    CTSP_E_NOMONEY = -7,
    CTSP_E_STALE = -8,    /* if_version did not match */
    CTSP_E_DEADLOCK = -9, /* called from a thread that may not */
    CTSP_E_UNSUPPORTED = -10,
    CTSP_E_SHUTDOWN = -11,
    CTSP_E_TIMEOUT = -12,
    CTSP_E_LIMIT = -13,
    CTSP_E_PERMISSION = -14,
    CTSP_E_UNCERTAIN = -15, /* the host cannot say whether it happened */
    CTSP_E_REFUSED = -16    /* another plugin or a server rule objected */
};

/* ---- values ------------------------------------------------------------------------------- */
enum {
    CTSP_RIGHT_CONNECT = 1u << 0,
    CTSP_RIGHT_TRADE = 1u << 1, /* clear: the server refuses every order, exits too */
    CTSP_RIGHT_OPEN = 1u << 2,
    CTSP_RIGHT_EXPERT = 1u << 3,
    CTSP_RIGHT_TRAILING = 1u << 4,
    CTSP_RIGHT_PASSWORD = 1u << 5,
    CTSP_RIGHT_REPORTS = 1u << 6,
    CTSP_RIGHT_DEPOSIT = 1u << 7,
    CTSP_RIGHT_WITHDRAW = 1u << 8,
    CTSP_RIGHT_TRANSFER = 1u << 9,
    CTSP_RIGHT_API = 1u << 10
};
enum { CTSP_MARGIN_NETTING = 0, CTSP_MARGIN_EXCHANGE = 1, CTSP_MARGIN_HEDGING = 2 };
enum { CTSP_SIDE_BUY = 0, CTSP_SIDE_SELL = 1 };
enum { CTSP_BOOK_UNKNOWN = 0, CTSP_BOOK_A = 1, CTSP_BOOK_B = 2 };

/* Action classes: an adapter maps every native action to exactly one; unmapped is UNKNOWN. */
enum {
    CTSP_ACT_UNKNOWN = 0,
    CTSP_ACT_PRICE = 1, /* a quote was asked for, nothing is ordered */
    CTSP_ACT_MARKET = 2,
    CTSP_ACT_PENDING_PLACE = 3,
    CTSP_ACT_PENDING_MODIFY = 4,
    CTSP_ACT_PENDING_CANCEL = 5,
    CTSP_ACT_PENDING_ACTIVATE = 6,
    CTSP_ACT_SLTP = 7,
    CTSP_ACT_CLOSE_BY = 8,
    CTSP_ACT_PROTECTIVE_EXIT = 9, /* SL, TP or stop-out closes */
    CTSP_ACT_STOPOUT_CANCEL = 10,
    CTSP_ACT_EXPIRE = 11,
    CTSP_ACT_POSITION_EDIT = 12,
    CTSP_ACT_BALANCE = 13,
    CTSP_ACT_TRANSFER = 14
};
enum {
    CTSP_ORIGIN_CLIENT = 0,
    CTSP_ORIGIN_EXPERT = 1,
    CTSP_ORIGIN_DEALER = 2,
    CTSP_ORIGIN_SERVER = 3,
    CTSP_ORIGIN_GATEWAY = 4,
    CTSP_ORIGIN_SIGNAL = 5,
    CTSP_ORIGIN_MOBILE = 6,
    CTSP_ORIGIN_WEB = 7,
    CTSP_ORIGIN_API = 8,
    CTSP_ORIGIN_PLUGIN = 9
};
/* Request flags are hints of whoever sent the request, never authorisation. */
enum {
    CTSP_REQ_CLOSE_FLAG = 1u << 0,
    CTSP_REQ_SKIP_MARGIN = 1u << 1,
    CTSP_REQ_CH_PRICE = 1u << 2,
    CTSP_REQ_CH_SLTP = 1u << 3
};
/* Deal kinds 0..20 carry the numbers of the most common platform, so mapping is the identity. */
enum {
    CTSP_DEAL_BUY = 0,
    CTSP_DEAL_SELL = 1,
    CTSP_DEAL_BALANCE = 2,
    CTSP_DEAL_CREDIT = 3,
    CTSP_DEAL_CHARGE = 4,
    CTSP_DEAL_CORRECTION = 5,
    CTSP_DEAL_BONUS = 6,
    CTSP_DEAL_COMMISSION = 7,
    CTSP_DEAL_COMMISSION_DAILY = 8,
    CTSP_DEAL_COMMISSION_MONTHLY = 9,
    CTSP_DEAL_AGENT_DAILY = 10,
    CTSP_DEAL_AGENT_MONTHLY = 11,
    CTSP_DEAL_INTEREST = 12,
    CTSP_DEAL_BUY_CANCELED = 13,
    CTSP_DEAL_SELL_CANCELED = 14,
    CTSP_DEAL_DIVIDEND = 15,
    CTSP_DEAL_DIVIDEND_FRANKED = 16,
    CTSP_DEAL_TAX = 17,
    CTSP_DEAL_AGENT = 18,
    CTSP_DEAL_SO_COMP = 19,
    CTSP_DEAL_SO_COMP_CREDIT = 20,
    CTSP_DEAL_SWAP = 64,
    CTSP_DEAL_REBATE = 65,
    CTSP_DEAL_FEE = 66,
    CTSP_DEAL_OTHER = 127
};
enum { CTSP_ENTRY_IN = 0, CTSP_ENTRY_OUT = 1, CTSP_ENTRY_INOUT = 2, CTSP_ENTRY_OUT_BY = 3 };

/* ---- records ------------------------------------------------------------------------------ */
typedef struct ctsp_user {
    uint32_t size, group_id;
    uint64_t login, client_id, agent, version;
    int64_t balance, credit;
    int64_t registered_ns, last_access_ns;
    uint64_t op_hi, op_lo; /* the user_add that created it, or 0 */
    uint32_t rights, leverage_x100;
    uint8_t currency_digits, margin_mode, is_demo, rsv0[5];
    char currency[8];
    char group[64]; /* UTF-8, NUL padded */
} ctsp_user;
CTSP_ASSERT(sizeof(ctsp_user) == 176, "ctsp_user");

typedef struct ctsp_account {
    uint32_t size, so_state; /* 0 none, 1 margin call, 2 stop-out */
    uint64_t login, version;
    int64_t balance, credit, equity, margin, margin_free, floating, swap, blocked;
    int64_t margin_level_bp; /* basis points; INT64_MAX when no margin is used */
    int64_t ts_ns;
    uint8_t currency_digits, rsv0[7];
} ctsp_account;
CTSP_ASSERT(sizeof(ctsp_account) == 112, "ctsp_account");

typedef struct ctsp_group {
    uint32_t size, group_id;
    uint64_t version;
    uint32_t permissions, trade_flags, default_leverage_x100, stopout_bp, margin_call_bp;
    uint8_t currency_digits, margin_mode, is_demo;
    uint8_t default_trade_mode; /* 0 off, 1 long, 2 short, 3 close, 4 full */
    char currency[8];
    char name[64];
} ctsp_group;
CTSP_ASSERT(sizeof(ctsp_group) == 112, "ctsp_group");

typedef struct ctsp_symbol {
    uint32_t size, symbol_id;
    uint64_t version;
    int64_t contract_size; /* units of the base currency in one lot, x 10^8 */
    uint8_t price_digits, trade_mode, rsv0[6];
    char currency_base[8], currency_profit[8], currency_margin[8];
    char name[32];
} ctsp_symbol;
CTSP_ASSERT(sizeof(ctsp_symbol) == 88, "ctsp_symbol");

typedef struct ctsp_request {
    uint32_t size, action;
    uint64_t id, login, source_login; /* TRANSFER: login pays, source_login is paid */
    uint64_t op_hi, op_lo;            /* the office command this executes, or 0 */
    uint64_t order, position, position_by;
    uint64_t volume;
    int64_t price, sl, tp;
    int64_t amount; /* BALANCE and TRANSFER: minor units, signed */
    int64_t ts_ns;
    uint64_t actor; /* manager or dealer login, 0 for the client or the server */
    uint32_t native_action, flags, origin, deal_kind;
    uint8_t side, price_digits, currency_digits, rsv0[5];
    char symbol[32];
} ctsp_request;
CTSP_ASSERT(sizeof(ctsp_request) == 184, "ctsp_request");

/* What is asked of an account's settings; before or after NULL means add or delete. */
typedef struct ctsp_user_change {
    uint32_t size, rsv0;
    uint64_t actor;        /* manager login, 0 for the server */
    uint64_t op_hi, op_lo; /* the office command this executes, or 0 */
    const ctsp_user* before;
    const ctsp_user* after;
} ctsp_user_change;

typedef struct ctsp_position {
    uint32_t size;
    uint8_t side, price_digits, rsv0[2];
    uint64_t login, ticket, volume, version; /* volume 0: the position is gone */
    int64_t price_open, sl, tp, opened_ns;
    char symbol[32];
} ctsp_position;
CTSP_ASSERT(sizeof(ctsp_position) == 104, "ctsp_position");

typedef struct ctsp_deal {
    uint32_t size, kind;
    uint64_t deal, order, position, login, dealer;
    uint64_t version;      /* of this deal; updates and deletions raise it */
    uint64_t op_hi, op_lo; /* the command that made it, or 0 */
    uint64_t volume, volume_closed;
    int64_t price, bid, ask;                       /* 10^-price_digits, the quote at execution */
    int64_t contract_size;                         /* x 10^8 */
    int64_t rate_e8;                               /* profit currency to account currency, x 10^8 */
    int64_t profit, swap, commission, fee;         /* minor units of the account */
    int64_t ts_ns, modified_ns;                    /* done at; last written at */
    uint32_t entry, reason;
    uint8_t price_digits, currency_digits, book, deleted, rsv0[4];
    char symbol[32];
    char comment[64]; /* portable length is 31 bytes */
} ctsp_deal;
CTSP_ASSERT(sizeof(ctsp_deal) == 288, "ctsp_deal");

/* One account's end-of-day statement. */
typedef struct ctsp_eod {
    uint32_t size, rsv0;
    uint64_t login;
    int64_t day_ns; /* start of the trading day that ended, UTC */
    int64_t balance, credit, equity, margin, floating;
    uint8_t currency_digits, rsv1[7];
} ctsp_eod;
CTSP_ASSERT(sizeof(ctsp_eod) == 72, "ctsp_eod");

/* Handed to decision hooks. Any pointer may be NULL. Valid until the hook returns. */
typedef struct ctsp_ctx {
    uint32_t size, stage; /* 1 admission, before the queue; 2 execution, under the account lock */
    const ctsp_user* user;
    const ctsp_group* group;
    const ctsp_position* position; /* the current state, never the projected one; hedging: the
                                      position aimed at; netting: the symbol's position */
    const ctsp_position* position_by;
} ctsp_ctx;

enum {
    CTSP_RJ_NONE = 0,
    CTSP_RJ_GENERIC = 1,
    CTSP_RJ_TRADE_DISABLED = 2,
    CTSP_RJ_CLOSE_ONLY = 3,
    CTSP_RJ_NO_MONEY = 4,
    CTSP_RJ_TOO_MANY = 5,
    CTSP_RJ_ACCOUNT_DISABLED = 6,
    CTSP_RJ_CLOSE_VOLUME = 7,
    CTSP_RJ_POSITION_GONE = 8,
    CTSP_RJ_HEDGE = 9,
    CTSP_RJ_VOLUME = 10
};
typedef struct ctsp_verdict {
    uint32_t size, reject; /* CTSP_RJ_*; 0 is no objection */
    uint32_t reason;       /* private reason id for the audit, never shown to a client */
    uint32_t rsv0;
    uint64_t policy_version; /* version of the account's policy that answered; 0 is unknown */
} ctsp_verdict;
CTSP_ASSERT(sizeof(ctsp_verdict) == 24, "ctsp_verdict");

/* ---- events ------------------------------------------------------------------------------- */
enum {
    CTSP_EV_USER_ADD = 1, /* user, group, symbol events: header only, "dirty, re-read" */
    CTSP_EV_USER_UPDATE = 2,
    CTSP_EV_USER_DELETE = 3,
    CTSP_EV_USER_ARCHIVE = 4,
    CTSP_EV_USER_RESTORE = 5,
    CTSP_EV_LOGIN = 6,
    CTSP_EV_LOGOUT = 7,
    CTSP_EV_PASSWORD = 8,
    CTSP_EV_GROUP_ADD = 16, /* login holds the group id */
    CTSP_EV_GROUP_UPDATE = 17,
    CTSP_EV_GROUP_DELETE = 18,
    CTSP_EV_SYMBOL_UPDATE = 24, /* login holds the symbol id */
    CTSP_EV_DEAL_ADD = 32,      /* payload ctsp_deal */
    CTSP_EV_DEAL_UPDATE = 33,
    CTSP_EV_DEAL_DELETE = 34,
    CTSP_EV_DEAL_DIRECT = 35, /* a deal written past every hook; payload ctsp_deal */
    CTSP_EV_BALANCE_FIX = 36, /* header only: the server recomputed a balance */
    CTSP_EV_REQ_DONE = 48,    /* payload ctsp_request */
    CTSP_EV_REQ_REFUSED = 49,
    CTSP_EV_REQ_DELETED = 50,
    CTSP_EV_ORDER = 64,    /* header only */
    CTSP_EV_POSITION = 65, /* payload ctsp_position */
    CTSP_EV_MARGIN = 80,   /* payload ctsp_account: margin call or stop-out entered or left */
    CTSP_EV_EOD = 96,      /* payload ctsp_eod */
    CTSP_EV_CLOCK = 97,    /* version holds the zone offset in seconds, biased by 2^32 */
    CTSP_EV_CONFIG = 98,
    CTSP_EV_RESYNC = 127 /* the host says: what you know of me is no longer complete */
};
typedef struct ctsp_event { /* header; a payload record of the kind's type follows it directly */
    uint32_t size;          /* header and payload */
    uint16_t type, flags;
    uint64_t login, version;
    int64_t ts_ns;
    uint64_t cause_hi, cause_lo; /* the operation id that caused it, or 0 */
    uint64_t actor;              /* manager or dealer login, 0 for the server */
    uint64_t request;            /* the request's id, or 0 */
} ctsp_event;
CTSP_ASSERT(sizeof(ctsp_event) == 64, "ctsp_event");

/* ---- operations --------------------------------------------------------------------------- */
enum { CTSP_BAL_CHECK_FREE_MARGIN = 1u << 0, CTSP_BAL_RAW = 1u << 1 };
typedef struct ctsp_balance_op {
    uint32_t size, kind; /* CTSP_DEAL_BALANCE, _CREDIT, ... */
    uint64_t op_hi, op_lo;
    uint64_t login, on_behalf_of;
    int64_t amount;
    uint32_t flags;
    uint8_t currency_digits, rsv0[3];
    char comment[32]; /* 31 bytes and NUL */
} ctsp_balance_op;
CTSP_ASSERT(sizeof(ctsp_balance_op) == 88, "ctsp_balance_op");

typedef struct ctsp_balance_res {
    uint32_t size;
    int32_t native_code;
    uint64_t deal, version;
    int64_t balance_after, credit_after;
} ctsp_balance_res;
CTSP_ASSERT(sizeof(ctsp_balance_res) == 40, "ctsp_balance_res");

enum { CTSP_PATCH_GROUP = 1u << 0, CTSP_PATCH_LEVERAGE = 1u << 1, CTSP_PATCH_RIGHTS = 1u << 2 };
typedef struct ctsp_user_patch {
    uint32_t size, mask;
    uint64_t login, if_version; /* 0: unconditional */
    uint64_t op_hi, op_lo;
    uint32_t rights_set, rights_clear, leverage_x100, rsv0;
    char group[64];
} ctsp_user_patch;
CTSP_ASSERT(sizeof(ctsp_user_patch) == 120, "ctsp_user_patch");

typedef struct ctsp_user_add {
    uint32_t size, leverage_x100;
    uint64_t op_hi, op_lo;
    uint64_t login; /* 0: the server chooses */
    uint64_t client_id, agent;
    uint32_t rights, rsv0;
    char group[64];
} ctsp_user_add;
CTSP_ASSERT(sizeof(ctsp_user_add) == 120, "ctsp_user_add");

/* ---- what the host offers ----------------------------------------------------------------- */
typedef struct ctsp_host ctsp_host;
typedef struct ctsp_cursor { /* zeroed by the caller before the first call */
    uint32_t size, rsv0;
    uint64_t opaque[4];
} ctsp_cursor;

/* Cursor calls fill `cap` records, each `stride` bytes apart, and say in *n how many;
 * CTSP_OK_NONE when there is nothing more. */
typedef struct ctsp_host_api {
    uint32_t size, minor;
    ctsp_host* host;
    /* [any], wait-free */
    void(CTSP_CALL* log)(ctsp_host*, int32_t level, const char* utf8, uint32_t len);
    int64_t(CTSP_CALL* now_ns)(ctsp_host*);
    uint32_t(CTSP_CALL* thread_kind)(ctsp_host*); /* CTSP_THREAD_*: which tag am I under */
    const void*(CTSP_CALL* extension)(ctsp_host*, const char* id); /* "cambist.<name>/<rev>" */
    /* [worker], and [hook]/[event] only for the login being decided */
    ctsp_status(CTSP_CALL* user_get)(ctsp_host*, uint64_t login, ctsp_user* io);
    ctsp_status(CTSP_CALL* account_get)(ctsp_host*, uint64_t login, ctsp_account* io);
    ctsp_status(CTSP_CALL* group_get)(ctsp_host*, uint32_t group_id, ctsp_group* io);
    ctsp_status(CTSP_CALL* symbol_get)(ctsp_host*, uint32_t symbol_id, ctsp_symbol* io);
    ctsp_status(CTSP_CALL* position_get)(ctsp_host*, uint64_t login, uint64_t ticket,
                                         const char* symbol, ctsp_position* io);
    /* [worker]; elsewhere they answer CTSP_E_DEADLOCK */
    ctsp_status(CTSP_CALL* users_next)(ctsp_host*, ctsp_cursor*, ctsp_user* out, uint32_t stride,
                                       uint32_t cap, uint32_t* n);
    ctsp_status(CTSP_CALL* groups_next)(ctsp_host*, ctsp_cursor*, ctsp_group* out, uint32_t stride,
                                        uint32_t cap, uint32_t* n);
    ctsp_status(CTSP_CALL* symbols_next)(ctsp_host*, ctsp_cursor*, ctsp_symbol* out,
                                         uint32_t stride, uint32_t cap, uint32_t* n);
    ctsp_status(CTSP_CALL* positions_next)(ctsp_host*, ctsp_cursor*, uint64_t login /* 0: all */,
                                           ctsp_position* out, uint32_t stride, uint32_t cap,
                                           uint32_t* n);
    /* login 0: all logins. Rows with modified_ns >= modified_since_ns, deleted ones included, in
     * order of (modified_ns, deal). */
    ctsp_status(CTSP_CALL* deals_next)(ctsp_host*, ctsp_cursor*, uint64_t login,
                                       int64_t modified_since_ns, ctsp_deal* out, uint32_t stride,
                                       uint32_t cap, uint32_t* n);
    ctsp_status(CTSP_CALL* user_by_operation)(ctsp_host*, uint64_t op_hi, uint64_t op_lo,
                                              ctsp_user* io);
    ctsp_status(CTSP_CALL* user_add)(ctsp_host*, const ctsp_user_add*, ctsp_user* created);
    ctsp_status(CTSP_CALL* user_patch)(ctsp_host*, const ctsp_user_patch*, uint64_t* new_version);
    /* kind: 0 master, 1 investor. Never journaled or logged by either side. */
    ctsp_status(CTSP_CALL* password_set)(ctsp_host*, uint64_t login, uint32_t kind,
                                         const char* utf8, uint32_t len);
    ctsp_status(CTSP_CALL* balance)(ctsp_host*, const ctsp_balance_op*, ctsp_balance_res*);
    ctsp_status(CTSP_CALL* balance_check)(ctsp_host*, uint64_t login, int64_t* stored,
                                          int64_t* from_deals, int64_t* credit_stored,
                                          int64_t* credit_from_deals);
    ctsp_status(CTSP_CALL* order_cancel)(ctsp_host*, uint64_t login, uint64_t order,
                                         uint64_t* request_id);
    ctsp_status(CTSP_CALL* disconnect)(ctsp_host*, uint64_t login, uint32_t reason);
    /* [worker] and [control]. *len: in characters written without NUL; CTSP_E_LIMIT when cap is
     * too small */
    ctsp_status(CTSP_CALL* param_get)(ctsp_host*, const char* name, char* buf, uint32_t cap,
                                      uint32_t* len);
} ctsp_host_api;
enum {
    CTSP_THREAD_FOREIGN = 0,
    CTSP_THREAD_CONTROL = 1,
    CTSP_THREAD_HOOK = 2,
    CTSP_THREAD_EVENT = 3,
    CTSP_THREAD_WORKER = 4 /* any thread that the host did not make */
};

/* ---- what the plugin offers --------------------------------------------------------------- */
enum {
    CTSP_DECIDE_TRADE = 1u << 0,
    CTSP_DECIDE_FUNDS = 1u << 1,
    CTSP_DECIDE_LOGIN = 1u << 2,
    CTSP_DECIDE_USER = 1u << 3,
    CTSP_DECIDE_GROUP = 1u << 4
};
typedef struct ctsp_plugin ctsp_plugin;
typedef struct ctsp_plugin_api {
    uint32_t size, minor;
    uint64_t decision_mask, reserved_mask; /* CTSP_DECIDE_*: the hooks it wants */
    /* [control] */
    ctsp_status(CTSP_CALL* start)(ctsp_plugin*);
    ctsp_status(CTSP_CALL* stop)(ctsp_plugin*, int64_t timeout_ns); /* hooks are drained first */
    void(CTSP_CALL* destroy)(ctsp_plugin*);
    ctsp_status(CTSP_CALL* config)(ctsp_plugin*); /* parameters changed */
    /* [hook]: CTSP_OK, verdict filled; anything else, the host applies its fail policy */
    ctsp_status(CTSP_CALL* on_trade)(ctsp_plugin*, const ctsp_request*, const ctsp_ctx*,
                                     ctsp_verdict*);
    ctsp_status(CTSP_CALL* on_funds)(ctsp_plugin*, const ctsp_request*, const ctsp_ctx*,
                                     ctsp_verdict*);
    ctsp_status(CTSP_CALL* on_login)(ctsp_plugin*, const ctsp_user*, uint32_t client_type,
                                     const uint8_t ip16[16], ctsp_verdict*);
    ctsp_status(CTSP_CALL* on_user_change)(ctsp_plugin*, const ctsp_user_change*, ctsp_verdict*);
    ctsp_status(CTSP_CALL* on_group_change)(ctsp_plugin*, const ctsp_group* before,
                                            const ctsp_group* after, uint64_t actor,
                                            ctsp_verdict*);
    /* [event] */
    void(CTSP_CALL* on_event)(ctsp_plugin*, const ctsp_event*);
    /* [control] a manager's command; CTSP_OK_NONE: not mine */
    ctsp_status(CTSP_CALL* on_command)(ctsp_plugin*, uint64_t manager, const uint8_t* in,
                                       uint32_t in_len, uint8_t* out, uint32_t cap,
                                       uint32_t* out_len);
} ctsp_plugin_api;

/* ---- negotiation -------------------------------------------------------------------------- */
/* Sizes are those of the v1 prefix, for ever: two sides of different minors still compare equal. */
typedef struct ctsp_fingerprint {
    uint32_t magic;
    uint16_t ptr_bits, endian; /* 0x0102 in the writer's order */
    uint32_t user, account, group, symbol, request, position, deal, eod;
    uint32_t verdict, event, balance_op, balance_res, user_patch, user_add;
    uint64_t volume_per_lot;
} ctsp_fingerprint;
CTSP_ASSERT(sizeof(ctsp_fingerprint) == 72, "ctsp_fingerprint");

#define CTSP_FINGERPRINT_V1                                                                        \
    {CTSP_MAGIC, (uint16_t)(sizeof(void*) * 8), 0x0102, 176, 112, 112, 88, 184, 104, 288, 72, 24,  \
     64, 88, 40, 120, 120, (uint64_t)CTSP_VOLUME_PER_LOT}

typedef struct ctsp_hello {
    uint32_t size, abi_major;
    uint32_t minor_min, minor_max; /* the host's range */
    ctsp_fingerprint fingerprint;
    const ctsp_host_api* host_api;
} ctsp_hello;
typedef struct ctsp_reply {
    uint32_t size, minor; /* the chosen minor */
    ctsp_fingerprint fingerprint;
    const char *name, *version, *vendor; /* static storage */
    const ctsp_plugin_api* api;
    ctsp_plugin* self;
} ctsp_reply;

/* [control] CTSP_OK or CTSP_E_ABI. Starts no thread and calls no host function but log. */
CTSP_EXPORT ctsp_status CTSP_CALL ctsp_plugin_negotiate(const ctsp_hello* in, ctsp_reply* out);
typedef ctsp_status(CTSP_CALL* ctsp_plugin_negotiate_fn)(const ctsp_hello* in, ctsp_reply* out);

#ifdef __cplusplus
}
#endif
#endif
