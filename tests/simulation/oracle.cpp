#include "tests/simulation/oracle.hpp"

namespace cambist::simulation {

namespace {

std::string text_of(std::uint64_t number) {
    return std::to_string(number);
}

bool is_definite(Outcome outcome) {
    return outcome == Outcome::done || outcome == Outcome::refused || outcome == Outcome::not_done;
}

}  // namespace

void Oracle::numbered(std::uint64_t epoch, std::uint64_t seq, std::uint64_t hash) {
    auto& hashes = hashes_[epoch];
    if (seq != hashes.size() + 1)
        world_.violate("I7 numbers are gap-free",
                       "event " + text_of(seq) + " after " + text_of(hashes.size()));
    hashes.push_back(hash);
    ++events;
}

void Oracle::applied(std::uint64_t epoch, std::uint64_t seq, std::uint64_t hash,
                     std::uint64_t applied_before) {
    if (seq <= applied_before)
        world_.violate("I7 events are applied once", "event " + text_of(seq) + " again");
    if (seq != applied_before + 1)
        world_.violate("I7 events are applied in order",
                       "event " + text_of(seq) + " after " + text_of(applied_before));
    const auto hashes = hashes_.find(epoch);
    if (hashes == hashes_.end() || seq > hashes->second.size() || hashes->second[seq - 1] != hash)
        world_.violate("I7 events are applied as told", "event " + text_of(seq));
}

void Oracle::acknowledged(std::uint64_t seq, std::uint64_t committed) const {
    if (seq > committed)
        world_.violate("I4 what is acknowledged is committed",
                       text_of(seq) + " acknowledged, " + text_of(committed) + " committed");
}

void Oracle::digest(bool equal, std::string_view of) const {
    world_.require(equal, "I7 digests are equal", of);
}

void Oracle::published(Login login, std::uint32_t era, std::uint32_t version) {
    auto& highest = published_[{era, login}];
    if (version < highest)
        world_.violate("the gate never goes back to a lower version",
                       "account " + text_of(login.value) + ": " + text_of(version) + " after " +
                           text_of(highest));
    highest = version;
    auto& ever = ever_published_[{era, login}];
    ever = std::max(ever, version);
}

void Oracle::policy_acknowledged(Login login, std::uint32_t version, std::uint32_t durable) const {
    if (version > durable)
        world_.violate("I4 what is acknowledged is durable",
                       "policy " + text_of(version) + " of account " + text_of(login.value) +
                           ", durable is " + text_of(durable));
}

void Oracle::enforced(Login login, std::uint32_t era, std::uint32_t version) {
    if (version > ever_published_[{era, login}])
        world_.violate("an enforced version was published",
                       "policy " + text_of(version) + " of account " + text_of(login.value));
    ++policies;
}

void Oracle::executed(const Command& command) {
    ++commands;
    if (++effects_[command.id] > 1)
        world_.violate("I3 no command is executed twice", "command " + command.id.uuid());
}

void Oracle::answered(const CommandResult& result, bool durable) {
    if (!is_definite(result.outcome) || result.failure == CommandFailure::different_body)
        return;
    if (result.outcome == Outcome::done)
        world_.require(durable, "I4 what is acknowledged is durable", "an outcome");
    const auto [answer, first] = answers_.emplace(result.id, result.outcome);
    if (!first && answer->second != result.outcome)
        world_.violate("the same command has the same answer for ever",
                       "command " + result.id.uuid());
    const bool has_effect = effects_of(result.id) != 0;
    if (has_effect != (result.outcome == Outcome::done))
        world_.violate("I6 an answer is the truth", "command " + result.id.uuid());
}

void Oracle::dispatched(bool allowed) const {
    world_.require(allowed, "I8 no money out against a hold", "a held account's command was sent");
}

void Oracle::stored(const CommandResult& result) const {
    const bool has_effect = effects_of(result.id) != 0;
    if (is_definite(result.outcome) && has_effect != (result.outcome == Outcome::done))
        world_.violate("I6 an answer is the truth", "stored of command " + result.id.uuid());
}

unsigned Oracle::effects_of(OperationId id) const {
    const auto found = effects_.find(id);
    return found == effects_.end() ? 0 : found->second;
}

void Oracle::obeyed(std::uint64_t bridge_epoch) {
    obeyed_ = std::max(obeyed_, bridge_epoch);
}

void Oracle::effect_of_bridge(std::uint64_t bridge_epoch) const {
    if (bridge_epoch < obeyed_)
        world_.violate("a stale bridge has no effect",
                       "epoch " + text_of(bridge_epoch) + ", obeyed is " + text_of(obeyed_));
}

void Oracle::plugin_restored(std::uint64_t bridge_epoch) {
    published_.clear();
    answers_.clear();  // what the office stored is still held against the truth
    obeyed_ = bridge_epoch;
}

}  // namespace cambist::simulation
