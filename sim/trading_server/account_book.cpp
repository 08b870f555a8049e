#include "sim/trading_server/account_book.hpp"

#include <algorithm>

#include "sim/trading_server/text_field.hpp"
#include "sim/trading_server/thread_place.hpp"

namespace cambist::sim {

namespace {
constexpr uint64_t kFirstLogin = 100'000;
}

ctsp_position* Account::position(uint64_t ticket) {
    const auto found = std::ranges::find(positions, ticket, &ctsp_position::ticket);
    return found == positions.end() ? nullptr : &*found;
}

ctsp_position* Account::position_of(std::string_view symbol) {
    const auto found = std::ranges::find_if(
        positions, [&](const ctsp_position& each) { return text_in(each.symbol) == symbol; });
    return found == positions.end() ? nullptr : &*found;
}

PendingOrder* Account::order(uint64_t ticket) {
    const auto found = std::ranges::find(orders, ticket, &PendingOrder::ticket);
    return found == orders.end() ? nullptr : &*found;
}

AccountLock::AccountLock(Account& account) : owned_(nullptr) {
    if (holds(account))
        return;
    account.mutex.lock();
    owned_ = &account;
    note_held(account);
}

AccountLock::~AccountLock() {
    if (!owned_)
        return;
    note_released(*owned_);
    owned_->mutex.unlock();
}

Account* AccountBook::find(uint64_t login) const {
    const std::shared_lock lock(mutex_);
    const auto found = accounts_.find(login);
    return found == accounts_.end() ? nullptr : found->second.get();
}

Account* AccountBook::next_after(uint64_t login) const {
    const std::shared_lock lock(mutex_);
    const auto found = accounts_.upper_bound(login);
    return found == accounts_.end() ? nullptr : found->second.get();
}

uint64_t AccountBook::next_free_login() const {
    const std::shared_lock lock(mutex_);
    return accounts_.empty() ? kFirstLogin : accounts_.rbegin()->first + 1;
}

Account* AccountBook::add(const ctsp_user& user) {
    const std::unique_lock lock(mutex_);
    auto [place, added] = accounts_.try_emplace(user.login);
    if (!added)
        return nullptr;
    place->second = std::make_unique<Account>();
    place->second->user = user;
    return place->second.get();
}

size_t AccountBook::size() const {
    const std::shared_lock lock(mutex_);
    return accounts_.size();
}

std::vector<Account*> AccountBook::all() const {
    const std::shared_lock lock(mutex_);
    std::vector<Account*> accounts;
    accounts.reserve(accounts_.size());
    for (const auto& [login, account] : accounts_)
        accounts.push_back(account.get());
    return accounts;
}

std::vector<uint64_t> AccountBook::logins() const {
    const std::shared_lock lock(mutex_);
    std::vector<uint64_t> logins;
    logins.reserve(accounts_.size());
    for (const auto& [login, account] : accounts_)
        logins.push_back(login);
    return logins;
}

std::shared_ptr<const Group> AccountBook::group(uint32_t group_id) const {
    const std::shared_lock lock(mutex_);
    const auto found = groups_.find(group_id);
    return found == groups_.end() ? nullptr : found->second;
}

std::shared_ptr<const Group> AccountBook::group(std::string_view name) const {
    const std::shared_lock lock(mutex_);
    for (const auto& [id, group] : groups_)
        if (text_in(group->record.name) == name)
            return group;
    return nullptr;
}

std::vector<std::shared_ptr<const Group>> AccountBook::groups() const {
    const std::shared_lock lock(mutex_);
    std::vector<std::shared_ptr<const Group>> groups;
    for (const auto& [id, group] : groups_)
        groups.push_back(group);
    return groups;
}

std::shared_ptr<const Group> AccountBook::put(Group group) {
    const std::unique_lock lock(mutex_);
    std::shared_ptr<const Group> known;
    for (const auto& [id, other] : groups_)
        if (text_in(other->record.name) == text_in(group.record.name))
            known = other;
    group.record.size = sizeof group.record;
    group.record.version = known ? known->record.version + 1 : 1;
    group.record.group_id =
        known ? known->record.group_id : (groups_.empty() ? 1 : groups_.rbegin()->first + 1);
    auto stored = std::make_shared<const Group>(group);
    groups_[group.record.group_id] = stored;
    return stored;
}

void AccountBook::restore(const Group& group) {
    const std::unique_lock lock(mutex_);
    groups_[group.record.group_id] = std::make_shared<const Group>(group);
}

void AccountBook::remember_operation(uint64_t op_hi, uint64_t op_lo, uint64_t login) {
    if (op_hi == 0 && op_lo == 0)
        return;
    const std::unique_lock lock(mutex_);
    operations_[{op_hi, op_lo}] = login;
}

std::optional<uint64_t> AccountBook::login_of_operation(uint64_t op_hi, uint64_t op_lo) const {
    const std::shared_lock lock(mutex_);
    const auto found = operations_.find({op_hi, op_lo});
    return found == operations_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace cambist::sim
