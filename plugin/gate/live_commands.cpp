#include "plugin/gate/live_commands.hpp"

namespace cambist::plugin {

LiveCommands::Armed::Armed(LiveCommands& commands, const Command& command) {
    for (LiveCommands::Place& place : commands.places_) {
        std::uint32_t expected = LiveCommands::Place::idle;
        if (!place.state.compare_exchange_strong(expected, LiveCommands::Place::arming,
                                                 std::memory_order_acquire))
            continue;
        place.id = command.id;
        place.login = command.login;
        place.kind = command.kind;
        place.amount = command.amount;
        place.leverage_x100 = command.leverage_x100;
        place.group = command.group;
        place.state.store(LiveCommands::Place::armed, std::memory_order_release);
        place_ = &place;
        return;
    }
}

LiveCommands::Armed::~Armed() {
    if (place_)
        place_->state.store(LiveCommands::Place::idle, std::memory_order_release);
}

template <class Fits>
Ordered LiveCommands::match(OperationId id, Fits fits) noexcept {
    if (id.empty())
        return Ordered::by_nobody;
    for (Place& place : places_) {
        if (place.state.load(std::memory_order_acquire) != Place::armed)
            continue;
        if (place.id != id || !fits(place))
            continue;
        std::uint32_t expected = Place::armed;
        if (place.state.compare_exchange_strong(expected, Place::used, std::memory_order_acq_rel))
            return Ordered::by_the_office;
    }
    return Ordered::mismatched;
}

Ordered LiveCommands::match_funds(const ctsp_request& request) noexcept {
    return match(OperationId{request.op_hi, request.op_lo}, [&](const Place& place) {
        const bool kind_fits =
            (place.kind == CommandKind::balance && request.deal_kind == CTSP_DEAL_BALANCE) ||
            (place.kind == CommandKind::credit && request.deal_kind == CTSP_DEAL_CREDIT);
        return kind_fits && place.login.value == request.login && place.amount == request.amount;
    });
}

Ordered LiveCommands::match_user_change(const ctsp_user_change& change) noexcept {
    return match(OperationId{change.op_hi, change.op_lo}, [&](const Place& place) {
        if (!change.before)
            return place.kind == CommandKind::create_account;
        if (!change.after || place.login.value != change.before->login)
            return false;
        switch (place.kind) {
            case CommandKind::group:
                return place.group == FixedText<64>({change.after->group, 64});
            case CommandKind::leverage:
                return place.leverage_x100 == change.after->leverage_x100;
            default:
                return place.kind == CommandKind::native_rights;
        }
    });
}

}  // namespace cambist::plugin
