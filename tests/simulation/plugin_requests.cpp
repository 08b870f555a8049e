// What the bridge asks of the plugin: the session, policies and commands.

#include "sync/vocabulary/planted.hpp"
#include "tests/simulation/plugin_end.hpp"

namespace cambist::simulation {

namespace {

std::string_view path_of(const CommandResult& answer) {
    switch (answer.failure) {
        case CommandFailure::stale_bridge:
            return "command of a stale bridge refused";
        case CommandFailure::deadline_passed:
            return "command past its deadline refused";
        case CommandFailure::retired_id:
            return "command with a retired number refused";
        default:
            return "known command answered again";
    }
}

}  // namespace

bool PluginEnd::from_owner(std::size_t from, std::uint64_t bridge_epoch) {
    const std::uint64_t obeyed = disk_.numbers.get().bridge_epoch;
    if (bridge_epoch < obeyed)
        world_.saw("frame of a stale bridge");
    if (owner_ == from && bridge_epoch > obeyed) {
        world_.saw("owner under an epoch whose Welcome was lost: Hello again");
        owner_.reset();
        mirror_.on_disconnected();
    }
    const bool heard = owner_ == from && bridge_epoch == obeyed;
    if (heard)
        last_heard_ = world_.now();
    return heard;
}

void PluginEnd::on_message(std::size_t from, const Message& message) {
    if (const auto* welcome = std::get_if<Welcome>(&message)) {
        on_welcome(from, *welcome);
    } else if (const auto* known = std::get_if<EventsAcknowledged>(&message)) {
        if (from_owner(from, known->bridge_epoch)) {
            mirror_.on_acknowledged(*known, world_.now());
            trim_journal();
        }
    } else if (const auto* missing = std::get_if<EventsMissing>(&message)) {
        if (from_owner(from, missing->bridge_epoch) && !mirror_.on_missing(*missing))
            resync(ResyncCause::asked_by_bridge);
    } else if (const auto* asked = std::get_if<ResyncAsked>(&message)) {
        if (from_owner(from, asked->bridge_epoch))
            resync(ResyncCause::asked_by_bridge);
    } else if (const auto* digest = std::get_if<DigestAsked>(&message)) {
        if (from_owner(from, digest->bridge_epoch))
            next_digest_ = world_.now();
    } else if (const auto* policies = std::get_if<PolicyBatch>(&message)) {
        if (policies->bridge_epoch <= disk_.numbers.get().bridge_epoch) {
            waiting_policies_.push_back(*policies);
            next_policies();
        }
    } else if (const auto* command = std::get_if<Command>(&message)) {
        const bool stale = command->bridge_epoch < disk_.numbers.get().bridge_epoch;
        if (stale || from_owner(from, command->bridge_epoch))
            on_command(*command);
    } else if (const auto* question = std::get_if<CommandAsked>(&message)) {
        if (from_owner(from, question->bridge_epoch))
            on_asked(*question);
    } else if (const auto* retired = std::get_if<CommandsRetired>(&message)) {
        if (from_owner(from, retired->bridge_epoch)) {
            auto numbers = disk_.numbers.get();
            numbers.low_water = std::max(numbers.low_water, retired->low_water);
            disk_.numbers.write_and_sync(numbers);
            commands_.retire(retired->low_water);
        }
    } else if (const auto* beat = std::get_if<Heartbeat>(&message)) {
        if (owner_ == from)
            last_heard_ = beat->at.ns != 0 ? world_.now() : last_heard_;
    } else if (std::holds_alternative<FrameRefused>(message)) {
        if (owner_ == from) {
            owner_.reset();
            mirror_.on_disconnected();
        }
    }
}

void PluginEnd::on_welcome(std::size_t from, const Welcome& welcome) {
    auto numbers = disk_.numbers.get();
    if (!welcome.owner || welcome.bridge_epoch < numbers.bridge_epoch)
        return;
    numbers.bridge_epoch = welcome.bridge_epoch;
    numbers.low_water = std::max(numbers.low_water, welcome.low_water);
    disk_.numbers.write_and_sync(numbers);
    oracle_.obeyed(welcome.bridge_epoch);
    crash_point("crash: after a bridge epoch is durable");
    commands_.obey(welcome.bridge_epoch);
    commands_.retire(welcome.low_water);
    if (!mirror_.on_welcome(welcome, world_.now())) {
        world_.saw("the cursor cannot be served: resync");
        resync(ResyncCause::asked_by_bridge);
        return;
    }
    if (!mirror_.connected())
        return;
    owner_ = from;
    last_heard_ = world_.now();
    trim_journal();
    world_.trace("server: welcomed by bridge ", from, " under ", welcome.bridge_epoch);
    if (snapshot_ == Snapshot::wanted) {
        deals_since_ = welcome.deals_since;
        next_user_ = {};
        next_deal_ = {deals_since_, {}};
        rows_told_ = 0;
        record(ResyncRecord{cause_, false, 0, deals_since_});
        mirror_.snapshot_begun(deals_since_);
        snapshot_ = Snapshot::users;
    }
    send_policy_digest();
}

bool PluginEnd::holds(const AccountPolicy& policy) const {
    const auto held = gate_.find(policy.login);
    return held != gate_.end() && held->second == policy;
}

std::uint32_t PluginEnd::version_of(Login login) const {
    const auto held = gate_.find(login);
    return held == gate_.end() ? 0 : held->second.version;
}

void PluginEnd::send_policy_digest() {
    PolicyDigest digest;
    digest.era = policies_.era();
    digest.accounts = gate_.size();
    for (const auto& [login, policy] : gate_)
        digest.sums[shard_of(login)] += policy_hash(policy);
    to_owner(digest);
}

void PluginEnd::next_policies() {
    if (publishing_ || waiting_policies_.empty())
        return;
    const PolicyBatch batch = std::move(waiting_policies_.front());
    waiting_policies_.pop_front();
    const auto plan = policies_.on_batch(batch, disk_.numbers.get().bridge_epoch, *this);
    if (plan.stale) {
        world_.saw("stale policies refused");
        return next_policies();
    }
    if (plan.to_log.size() < batch.accounts.size())
        world_.saw("policy of a known or lower version");
    oracle_.effect_of_bridge(batch.bridge_epoch);
    publishing_ = true;
    if (plan.new_era)
        disk_.policies.append({policies_.era(), std::nullopt});
    for (const AccountPolicy& policy : plan.to_log)
        disk_.policies.append({policies_.era(), policy});
    crash_point("crash: after policies are written, before the sync");
    if (CAMBIST_PLANTED(policy_ack_before_durable))
        acknowledge(plan.acknowledgement);
    after(world_.random.span(milliseconds(1), milliseconds(5)), [this, plan] { publish(plan); });
}

void PluginEnd::publish(const PolicyReceiver::Plan& plan) {
    disk_.policies.sync();
    crash_point("crash: after policies are durable, before they are published");
    if (plan.new_era)
        gate_.clear();
    for (const AccountPolicy& policy : plan.to_log) {
        gate_[policy.login] = policy;
        oracle_.published(policy.login, policies_.era(), policy.version);
        world_.trace("server: account ", policy.login.value, " has policy ", policy.version);
    }
    crash_point("crash: after policies are published, before the acknowledgement");
    acknowledge(plan.acknowledgement);
    publishing_ = false;
    next_policies();
}

void PluginEnd::acknowledge(PolicyAcknowledged message) {
    for (const PolicyApplied& applied : message.accounts)
        oracle_.policy_acknowledged(applied.login, applied.version,
                                    durable_version_of(applied.login, message.era));
    message.published = world_.now();
    to_owner(message);
}

std::uint32_t PluginEnd::durable_version_of(Login login, std::uint32_t era) const {
    std::uint32_t version = 0;
    for (std::size_t at = 0; at < disk_.policies.synced(); ++at) {
        const PolicyEntry& entry = disk_.policies.items()[at];
        if (entry.era == era && entry.policy && entry.policy->login == login)
            version = entry.policy->version;
    }
    return version;
}

void PluginEnd::recover_commands() {
    const auto& numbers = disk_.numbers.get();
    commands_.obey(numbers.bridge_epoch);
    for (const CommandEntry& entry : disk_.commands.items()) {
        if (const auto* intent = std::get_if<Command>(&entry))
            commands_.recovered_intent(*intent);
        else
            commands_.recovered_outcome(std::get<CommandResult>(entry));
    }
    commands_.retire(numbers.low_water);
    for (const Command& command : commands_.unresolved()) {
        world_.saw("intent without an outcome after a crash");
        if (CAMBIST_PLANTED(command_reexecutes_in_doubt)) {
            operate(command);
            continue;
        }
        ModelServer::Finding finding = server_.look(command);
        if (finding.evidence == ModelServer::Evidence::absent) {
            finding.result.outcome = Outcome::not_done;
            finding.result.failure = CommandFailure::interrupted;
        } else if (finding.evidence == ModelServer::Evidence::unknowable) {
            finding.result.outcome = Outcome::in_doubt;
            world_.saw("command in doubt after a crash");
        } else {
            world_.saw("effect found after a crash");
        }
        finish(command, finding.result);
    }
}

void PluginEnd::on_command(const Command& command) {
    const auto step = commands_.on_command(command, world_.now());
    if (const auto* known = std::get_if<CommandExecutor::Answer>(&step)) {
        world_.saw(path_of(known->result));
        return answer(known->result);
    }
    if (std::holds_alternative<CommandExecutor::Wait>(step)) {
        world_.saw("command came again while it was executed");
        return;
    }
    world_.trace("server: command ", command.id.uuid());
    oracle_.effect_of_bridge(command.bridge_epoch);
    if (!CAMBIST_PLANTED(command_forgets_intent)) {
        disk_.commands.append(command);
        crash_point("crash: after the intent is written, before the sync");
        disk_.commands.sync();
    }
    crash_point("crash: after the intent, before the operation");
    after(world_.random.span(milliseconds(0), milliseconds(8)),
          [this, command] { operate(command); });
}

void PluginEnd::operate(const Command& command) {
    const CommandResult result = server_.execute(command);
    crash_point("crash: after the operation, before the outcome");
    finish(command, result);
    crash_point("crash: after the outcome, before the answer");
    answer(result);
}

void PluginEnd::finish(const Command& command, const CommandResult& result) {
    disk_.commands.append(result);
    crash_point("crash: after the outcome is written, before the sync");
    disk_.commands.sync();
    commands_.finished(command, result);
}

void PluginEnd::on_asked(const CommandAsked& asked) {
    const auto inquiry = commands_.on_asked(asked);
    if (const auto* known = std::get_if<CommandExecutor::Answer>(&inquiry))
        return answer(known->result);
    const auto* look = std::get_if<CommandExecutor::Look>(&inquiry);
    if (look == nullptr)
        return;
    ModelServer::Finding finding = server_.look(look->command);
    if (finding.evidence == ModelServer::Evidence::absent)
        return answer(commands_.unknown(look->command.id));
    world_.saw("effect of a forgotten command looked for and found");
    if (finding.evidence == ModelServer::Evidence::unknowable)
        finding.result.outcome = Outcome::in_doubt;
    disk_.commands.append(look->command);
    finish(look->command, finding.result);
    answer(finding.result);
}

void PluginEnd::answer(const CommandResult& result) {
    bool durable = false;
    for (std::size_t at = 0; at < disk_.commands.synced() && !durable; ++at) {
        const auto* logged = std::get_if<CommandResult>(&disk_.commands.items()[at]);
        durable = logged != nullptr && *logged == result;
    }
    oracle_.answered(result, durable);
    to_owner(result);
}

}  // namespace cambist::simulation
