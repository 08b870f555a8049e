#include "tests/unit/plugin/fake_host.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace cambist::plugin {

namespace {

template <std::size_t N>
void put(char (&to)[N], std::string_view text) {
    std::memset(to, 0, N);
    std::memcpy(to, text.data(), std::min(text.size(), N - 1));
}

template <class Record>
Record& at_stride(Record* first, std::uint32_t stride, std::uint32_t index) {
    return *reinterpret_cast<Record*>(reinterpret_cast<char*>(first) + std::size_t(stride) * index);
}

}  // namespace

struct FakeHost::Calls {
    static FakeHost& of(ctsp_host* host) { return *reinterpret_cast<FakeHost*>(host); }

    static void log(ctsp_host* host, std::int32_t, const char* text, std::uint32_t length) {
        FakeHost& self = of(host);
        const std::lock_guard lock(self.mutex_);
        self.logged_.append(text, length).append("\n");
    }
    static std::int64_t now_ns(ctsp_host* host) { return of(host).now_ns_; }

    static ctsp_status user_get(ctsp_host* host, std::uint64_t login, ctsp_user* io) {
        FakeHost& self = of(host);
        const std::lock_guard lock(self.mutex_);
        const auto found = self.users_.find(login);
        if (found == self.users_.end())
            return CTSP_E_NOTFOUND;
        *io = found->second;
        return CTSP_OK;
    }
    static ctsp_status group_get(ctsp_host* host, std::uint32_t id, ctsp_group* io) {
        FakeHost& self = of(host);
        const std::lock_guard lock(self.mutex_);
        const auto found = self.groups_.find(id);
        if (found == self.groups_.end())
            return CTSP_E_NOTFOUND;
        *io = found->second;
        return CTSP_OK;
    }
    static ctsp_status symbol_get(ctsp_host*, std::uint32_t, ctsp_symbol*) {
        return CTSP_E_NOTFOUND;
    }

    template <class Record, class Map>
    static ctsp_status walk(const Map& map, ctsp_cursor* cursor, Record* out, std::uint32_t stride,
                            std::uint32_t cap, std::uint32_t* n) {
        *n = 0;
        auto at = map.upper_bound(static_cast<typename Map::key_type>(cursor->opaque[0]));
        for (; *n < cap && at != map.end(); ++at, ++*n) {
            at_stride(out, stride, *n) = at->second;
            cursor->opaque[0] = at->first;
        }
        return *n ? CTSP_OK : CTSP_OK_NONE;
    }
    static ctsp_status users_next(ctsp_host* host, ctsp_cursor* cursor, ctsp_user* out,
                                  std::uint32_t stride, std::uint32_t cap, std::uint32_t* n) {
        FakeHost& self = of(host);
        const std::lock_guard lock(self.mutex_);
        return walk(self.users_, cursor, out, stride, cap, n);
    }
    static ctsp_status groups_next(ctsp_host* host, ctsp_cursor* cursor, ctsp_group* out,
                                   std::uint32_t stride, std::uint32_t cap, std::uint32_t* n) {
        FakeHost& self = of(host);
        const std::lock_guard lock(self.mutex_);
        return walk(self.groups_, cursor, out, stride, cap, n);
    }
    static ctsp_status symbols_next(ctsp_host*, ctsp_cursor*, ctsp_symbol*, std::uint32_t,
                                    std::uint32_t, std::uint32_t* n) {
        *n = 0;
        return CTSP_OK_NONE;
    }
    static ctsp_status positions_next(ctsp_host*, ctsp_cursor*, std::uint64_t, ctsp_position*,
                                      std::uint32_t, std::uint32_t, std::uint32_t* n) {
        *n = 0;
        return CTSP_OK_NONE;
    }
    static ctsp_status deals_next(ctsp_host* host, ctsp_cursor* cursor, std::uint64_t login,
                                  std::int64_t since, ctsp_deal* out, std::uint32_t stride,
                                  std::uint32_t cap, std::uint32_t* n) {
        FakeHost& self = of(host);
        const std::lock_guard lock(self.mutex_);
        *n = 0;
        while (*n < cap && cursor->opaque[0] < self.deals_.size()) {
            const ctsp_deal& deal = self.deals_[cursor->opaque[0]++];
            if ((login == 0 || deal.login == login) && deal.modified_ns >= since)
                at_stride(out, stride, (*n)++) = deal;
        }
        return *n ? CTSP_OK : CTSP_OK_NONE;
    }
    static ctsp_status user_by_operation(ctsp_host* host, std::uint64_t hi, std::uint64_t lo,
                                         ctsp_user* io) {
        FakeHost& self = of(host);
        const std::lock_guard lock(self.mutex_);
        for (const auto& [login, user] : self.users_)
            if (user.op_hi == hi && user.op_lo == lo) {
                *io = user;
                return CTSP_OK;
            }
        return CTSP_E_NOTFOUND;
    }

    static ctsp_status user_add(ctsp_host* host, const ctsp_user_add* order, ctsp_user* created) {
        FakeHost& self = of(host);
        ++self.operations_;
        std::uint32_t group_id = 0;
        {
            const std::lock_guard lock(self.mutex_);
            for (const auto& [id, group] : self.groups_)
                if (std::strcmp(group.name, order->group) == 0)
                    group_id = id;
        }
        if (group_id == 0)
            return CTSP_E_NOTFOUND;
        const std::uint64_t login = order->login ? order->login : ++self.next_login_;
        self.add_user(login, group_id);
        const std::lock_guard lock(self.mutex_);
        ctsp_user& user = self.users_[login];
        user.op_hi = order->op_hi;
        user.op_lo = order->op_lo;
        user.leverage_x100 = order->leverage_x100;
        *created = user;
        return CTSP_OK;
    }
    static ctsp_status user_patch(ctsp_host* host, const ctsp_user_patch* patch,
                                  std::uint64_t* version) {
        FakeHost& self = of(host);
        ++self.operations_;
        const std::lock_guard lock(self.mutex_);
        const auto found = self.users_.find(patch->login);
        if (found == self.users_.end())
            return CTSP_E_NOTFOUND;
        ctsp_user& user = found->second;
        if (patch->if_version && patch->if_version != user.version)
            return CTSP_E_STALE;
        if (patch->mask & CTSP_PATCH_LEVERAGE)
            user.leverage_x100 = patch->leverage_x100;
        if (patch->mask & CTSP_PATCH_GROUP)
            put(user.group, patch->group);
        if (patch->mask & CTSP_PATCH_RIGHTS)
            user.rights = (user.rights | patch->rights_set) & ~patch->rights_clear;
        *version = ++user.version;
        return CTSP_OK;
    }
    static ctsp_status balance(ctsp_host* host, const ctsp_balance_op* op, ctsp_balance_res* res) {
        FakeHost& self = of(host);
        ++self.operations_;
        const Fault fault = self.fault_.exchange(Fault::none);
        if (fault == Fault::uncertain_before)
            return CTSP_E_UNCERTAIN;
        if (fault == Fault::timeout)
            return CTSP_E_TIMEOUT;
        const ctsp_user before = self.user(op->login);
        if (before.login == 0)
            return CTSP_E_NOTFOUND;
        if (op->amount < 0 && before.balance < -op->amount)
            return CTSP_E_NOMONEY;
        const ctsp_deal deal = self.add_deal(op->login, op->kind, op->amount, op->comment);
        if (fault == Fault::uncertain_after)
            return CTSP_E_UNCERTAIN;
        const ctsp_user after = self.user(op->login);
        *res = {sizeof *res, 0, deal.deal, after.version, after.balance, after.credit};
        return CTSP_OK;
    }
    static ctsp_status balance_check(ctsp_host* host, std::uint64_t login, std::int64_t* stored,
                                     std::int64_t* from_deals, std::int64_t* credit_stored,
                                     std::int64_t* credit_from_deals) {
        FakeHost& self = of(host);
        const std::lock_guard lock(self.mutex_);
        *stored = self.users_[login].balance;
        *from_deals = *credit_stored = *credit_from_deals = 0;
        for (const ctsp_deal& deal : self.deals_)
            if (deal.login == login)
                *from_deals += deal.profit;
        return CTSP_OK;
    }
    static ctsp_status disconnect(ctsp_host* host, std::uint64_t, std::uint32_t) {
        ++of(host).operations_;
        return CTSP_OK;
    }
    static ctsp_status param_get(ctsp_host* host, const char* name, char* buffer, std::uint32_t cap,
                                 std::uint32_t* length) {
        const auto found = of(host).parameters.find(name);
        if (found == of(host).parameters.end())
            return CTSP_E_NOTFOUND;
        if (found->second.size() > cap)
            return CTSP_E_LIMIT;
        std::memcpy(buffer, found->second.data(), found->second.size());
        *length = static_cast<std::uint32_t>(found->second.size());
        return CTSP_OK;
    }
};

FakeHost::FakeHost() {
    api_.size = sizeof api_;
    api_.minor = CTSP_ABI_MINOR;
    api_.host = reinterpret_cast<ctsp_host*>(this);
    api_.log = Calls::log;
    api_.now_ns = Calls::now_ns;
    api_.user_get = Calls::user_get;
    api_.group_get = Calls::group_get;
    api_.symbol_get = Calls::symbol_get;
    api_.users_next = Calls::users_next;
    api_.groups_next = Calls::groups_next;
    api_.symbols_next = Calls::symbols_next;
    api_.positions_next = Calls::positions_next;
    api_.deals_next = Calls::deals_next;
    api_.user_by_operation = Calls::user_by_operation;
    api_.user_add = Calls::user_add;
    api_.user_patch = Calls::user_patch;
    api_.balance = Calls::balance;
    api_.balance_check = Calls::balance_check;
    api_.disconnect = Calls::disconnect;
    api_.param_get = Calls::param_get;
}

void FakeHost::add_group(std::uint32_t id, const std::string& name) {
    const std::lock_guard lock(mutex_);
    ctsp_group& group = groups_[id];
    group.size = sizeof group;
    group.group_id = id;
    group.version = 1;
    group.currency_digits = 2;
    put(group.currency, "USD");
    put(group.name, name);
}

ctsp_user FakeHost::add_user(std::uint64_t login, std::uint32_t group_id, std::int64_t balance) {
    const std::lock_guard lock(mutex_);
    ctsp_user& user = users_[login];
    user = ctsp_user{};
    user.size = sizeof user;
    user.login = login;
    user.group_id = group_id;
    user.version = 1;
    user.balance = balance;
    user.leverage_x100 = 100'00;
    user.currency_digits = 2;
    put(user.currency, "USD");
    put(user.group, groups_.count(group_id) ? groups_[group_id].name : "none");
    return user;
}

ctsp_user FakeHost::user(std::uint64_t login) const {
    const std::lock_guard lock(mutex_);
    const auto found = users_.find(login);
    return found == users_.end() ? ctsp_user{} : found->second;
}

void FakeHost::remove_user(std::uint64_t login) {
    const std::lock_guard lock(mutex_);
    users_.erase(login);
}

ctsp_deal FakeHost::add_deal(std::uint64_t login, std::uint32_t kind, std::int64_t profit,
                             const std::string& comment) {
    const std::lock_guard lock(mutex_);
    ctsp_deal deal{};
    deal.size = sizeof deal;
    deal.kind = kind;
    deal.deal = 5000 + deals_.size();
    deal.login = login;
    deal.version = 1;
    deal.profit = profit;
    deal.currency_digits = 2;
    deal.ts_ns = deal.modified_ns = now_ns_;
    put(deal.comment, comment);
    deals_.push_back(deal);
    ctsp_user& user = users_[login];
    user.balance += profit;
    ++user.version;
    return deal;
}

std::vector<ctsp_deal> FakeHost::deals() const {
    const std::lock_guard lock(mutex_);
    return deals_;
}

std::string FakeHost::logged() const {
    const std::lock_guard lock(mutex_);
    return logged_;
}

}  // namespace cambist::plugin
