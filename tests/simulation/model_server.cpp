#include "tests/simulation/model_server.hpp"

#include <iterator>

namespace cambist::simulation {

namespace {

CommandResult result_of(const Command& command, Outcome outcome, CommandFailure failure,
                        Instant now) {
    CommandResult result;
    result.id = command.id;
    result.outcome = outcome;
    result.failure = failure;
    result.login = command.login;
    result.finished = now;
    return result;
}

}  // namespace

ModelServer::ModelServer(World& world, Oracle& oracle, std::size_t accounts)
    : world_(world), oracle_(oracle) {
    for (std::size_t count = 0; count < accounts; ++count) {
        UserRecord user;
        user.login = {next_login_++};
        user.version = 1;
        user.leverage_x100 = 10'000;
        user.group = FixedText<64>("real\\standard");
        user.currency = FixedText<8>("USD");
        user.currency_digits = 2;
        users_[user.login] = user;
    }
}

Login ModelServer::some_login() {
    auto user = users_.begin();
    std::advance(user, world_.random.between(0, users_.size() - 1));
    return user->first;
}

DealRecord& ModelServer::post(UserRecord& user, std::int64_t amount, OperationId operation) {
    user.balance += amount;
    ++user.version;
    DealRecord& deal = deals_[{next_ticket_}];
    deal.ticket = {next_ticket_++};
    deal.version = 1;
    deal.login = user.login;
    deal.profit = amount;
    deal.done = deal.modified = world_.now();
    deal.operation = operation;
    if (!operation.empty())
        deal.comment = FixedText<64>(std::string_view(operation.tag().data(), 24));
    return deal;
}

void ModelServer::raise(Login login, const DealRecord* deal) {
    process_->crash_point("crash: after the operation, before its event");
    if (deal != nullptr)
        listener_->on_deal(*deal);
    listener_->on_user(login);
    if (world_.random.chance(100'000))
        listener_->on_user(login);  // real servers say it twice
}

void ModelServer::trade(Login login) {
    const auto amount = static_cast<std::int64_t>(world_.random.between(0, 20'000)) - 10'000;
    raise(login, &post(users_.at(login), amount, {}));
}

void ModelServer::correct_a_deal() {
    if (deals_.empty())
        return;
    auto found = deals_.begin();
    std::advance(found, world_.random.between(0, deals_.size() - 1));
    DealRecord& deal = found->second;
    UserRecord& user = users_.at(deal.login);
    const bool deletes = !deal.deleted && deal.operation.empty() && world_.random.chance(300'000);
    const std::int64_t difference = deletes ? -deal.profit : (deal.deleted ? 0 : 7);
    deal.deleted = deal.deleted || deletes;
    deal.profit += difference;
    deal.modified = world_.now();
    ++deal.version;
    user.balance += difference;
    ++user.version;
    raise(deal.login, &deal);
}

void ModelServer::change_leverage(Login login) {
    UserRecord& user = users_.at(login);
    user.leverage_x100 = static_cast<std::uint32_t>(world_.random.between(1, 500)) * 200;
    ++user.version;
    raise(login, nullptr);
}

CommandResult ModelServer::execute(const Command& command) {
    switch (command.kind) {
        case CommandKind::create_account:
            return execute_create(command);
        case CommandKind::leverage:
            return execute_leverage(command);
        default:
            return execute_balance(command);
    }
}

CommandResult ModelServer::execute_balance(const Command& command) {
    const auto user = users_.find(command.login);
    if (user == users_.end())
        return result_of(command, Outcome::refused, CommandFailure::no_such_account, world_.now());
    if (user->second.balance + command.amount < -1'000'000)
        return result_of(command, Outcome::refused, CommandFailure::no_money, world_.now());
    oracle_.executed(command);
    const DealRecord& deal = post(user->second, command.amount, command.id);
    raise(command.login, &deal);
    CommandResult result = result_of(command, Outcome::done, CommandFailure::none, world_.now());
    result.deal = deal.ticket;
    return result;
}

CommandResult ModelServer::execute_create(const Command& command) {
    oracle_.executed(command);
    UserRecord user = users_.begin()->second;
    user.login = {next_login_++};
    user.version = 1;
    user.balance = 0;
    user.created_by = command.id;
    users_[user.login] = user;
    raise(user.login, nullptr);
    CommandResult result = result_of(command, Outcome::done, CommandFailure::none, world_.now());
    result.login = user.login;
    return result;
}

CommandResult ModelServer::execute_leverage(const Command& command) {
    const auto user = users_.find(command.login);
    if (user == users_.end())
        return result_of(command, Outcome::refused, CommandFailure::no_such_account, world_.now());
    if (user->second.version != command.if_version)
        return result_of(command, Outcome::refused, CommandFailure::stale_version, world_.now());
    oracle_.executed(command);
    user->second.leverage_x100 = command.leverage_x100;
    ++user->second.version;
    raise(command.login, nullptr);
    return result_of(command, Outcome::done, CommandFailure::none, world_.now());
}

ModelServer::Finding ModelServer::look(const Command& command) const {
    Finding finding;
    finding.result = result_of(command, Outcome::done, CommandFailure::none, world_.now());
    if (command.kind == CommandKind::leverage) {
        const auto user = users_.find(command.login);
        const std::uint64_t version = user == users_.end() ? 0 : user->second.version;
        const bool ours = version == command.if_version + 1 &&
                          user->second.leverage_x100 == command.leverage_x100;
        if (ours)
            finding.evidence = Evidence::done;
        else if (version <= command.if_version + 1)
            finding.evidence = Evidence::absent;
        return finding;
    }
    finding.evidence = Evidence::absent;
    if (command.kind == CommandKind::create_account) {
        for (const auto& [login, user] : users_) {
            if (user.created_by != command.id)
                continue;
            finding.evidence = Evidence::done;
            finding.result.login = login;
        }
        return finding;
    }
    const auto tag = command.id.tag();
    for (const auto& [ticket, deal] : deals_) {
        if (deal.login != command.login || deal.comment.view() != std::string_view(tag.data(), 24))
            continue;
        finding.evidence = Evidence::done;
        finding.result.deal = ticket;
    }
    return finding;
}

}  // namespace cambist::simulation
