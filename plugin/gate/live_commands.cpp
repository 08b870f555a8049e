#include "plugin/gate/live_commands.hpp"

#include <cstring>

#include "sync/messages/codec.hpp"

namespace cambist::plugin {

namespace {

using Place = LiveCommands::Place;

constexpr std::uint64_t state_mask = 3, next_turn = 4;

std::uint64_t hash_of_name(std::string_view name) {
    return hash_of(std::as_bytes(std::span(name)));
}

std::string_view name_in(const char (&text)[64]) {
    return {text, ::strnlen(text, sizeof text)};
}

std::uint64_t wanted_by(const Command& command) {
    switch (command.kind) {
        case CommandKind::balance:
        case CommandKind::credit:
            return static_cast<std::uint64_t>(command.amount);
        case CommandKind::leverage:
            return command.leverage_x100;
        case CommandKind::group:
        case CommandKind::create_account:
            return hash_of_name(command.group.view());
        default:
            return 0;
    }
}

/// Whether the change is what the place's command asks for.
bool asks_for(const Place& place, const ctsp_user_change& change) {
    const CommandKind kind = place.kind.load(std::memory_order_relaxed);
    const std::uint64_t wanted = place.wanted.load(std::memory_order_relaxed);
    if (!change.after)
        return false;
    if (!change.before)
        return kind == CommandKind::create_account &&
               wanted == hash_of_name(name_in(change.after->group));
    if (place.login.load(std::memory_order_relaxed) != change.before->login)
        return false;
    switch (kind) {
        case CommandKind::group:
            return wanted == hash_of_name(name_in(change.after->group));
        case CommandKind::leverage:
            return wanted == change.after->leverage_x100;
        default:
            return kind == CommandKind::native_rights;
    }
}

}  // namespace

LiveCommands::Armed::Armed(LiveCommands& commands, const Command& command) {
    for (Place& place : commands.places_) {
        std::uint64_t turn = place.turn.load(std::memory_order_relaxed);
        if ((turn & state_mask) != Place::idle ||
            !place.turn.compare_exchange_strong(turn, (turn + next_turn) | Place::arming,
                                                std::memory_order_acquire))
            continue;
        turn = (turn + next_turn) | Place::arming;
        std::atomic_thread_fence(std::memory_order_release);
        place.id_hi.store(command.id.hi, std::memory_order_relaxed);
        place.id_lo.store(command.id.lo, std::memory_order_relaxed);
        place.login.store(command.login.value, std::memory_order_relaxed);
        place.kind.store(command.kind, std::memory_order_relaxed);
        place.wanted.store(wanted_by(command), std::memory_order_relaxed);
        place.turn.store((turn & ~state_mask) | Place::armed, std::memory_order_release);
        place_ = &place;
        return;
    }
}

LiveCommands::Armed::~Armed() {
    if (place_)
        place_->turn.fetch_and(~state_mask, std::memory_order_release);
}

template <class Fits>
Ordered LiveCommands::match(OperationId id, Fits fits) noexcept {
    if (id.empty())
        return Ordered::by_nobody;
    for (Place& place : places_) {
        std::uint64_t turn = place.turn.load(std::memory_order_acquire);
        if ((turn & state_mask) != Place::armed)
            continue;
        if (place.id_hi.load(std::memory_order_relaxed) != id.hi ||
            place.id_lo.load(std::memory_order_relaxed) != id.lo || !fits(place))
            continue;
        if (place.turn.compare_exchange_strong(turn, turn | Place::used, std::memory_order_acq_rel))
            return Ordered::by_the_office;
    }
    return Ordered::mismatched;
}

Ordered LiveCommands::match_funds(const ctsp_request& request) noexcept {
    return match(OperationId{request.op_hi, request.op_lo}, [&](const Place& place) {
        const CommandKind kind = place.kind.load(std::memory_order_relaxed);
        const bool kind_fits =
            (kind == CommandKind::balance && request.deal_kind == CTSP_DEAL_BALANCE) ||
            (kind == CommandKind::credit && request.deal_kind == CTSP_DEAL_CREDIT);
        return kind_fits && place.login.load(std::memory_order_relaxed) == request.login &&
               place.wanted.load(std::memory_order_relaxed) ==
                   static_cast<std::uint64_t>(request.amount);
    });
}

Ordered LiveCommands::match_user_change(const ctsp_user_change& change) noexcept {
    return match(OperationId{change.op_hi, change.op_lo},
                 [&](const Place& place) { return asks_for(place, change); });
}

}  // namespace cambist::plugin
