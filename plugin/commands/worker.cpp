#include "plugin/commands/worker.hpp"

#include <utility>

namespace cambist::plugin {

Worker::Worker(const ctsp_host_api& host, Gate& gate, const StreamPosition& position,
               Doorbell& answered)
    : host_(host),
      gate_(gate),
      position_(position),
      answered_(answered),
      operations_(host, gate.live_commands()),
      rescan_(host) {}

bool Worker::load(const std::string& folder, std::uint64_t bridge_epoch, std::string& why) {
    const std::string policy_path = folder + "/policy.log";
    policy_file_was_missing_ = !exists(policy_path);
    auto policies = PolicyLog::open(policy_path, gate_.table());
    if (!policies) {
        why = policy_path + " cannot be used";
        return false;
    }
    policy_log_ = std::move(policies->log);
    receiver_.restore(policies->era);
    era_.store(policies->era);
    if (policies->settings)
        set(*policies->settings);
    executor_.obey(bridge_epoch);
    auto commands = CommandLog::open(folder + "/command.log", executor_);
    if (!commands) {
        why = folder + "/command.log cannot be used";
        return false;
    }
    command_log_ = std::move(commands->log);
    if (policies->damaged || commands->damaged)
        why = "a log in " + folder + " was damaged; what followed the damage is asked for again";
    return true;
}

bool Worker::offer(Message message) {
    {
        const std::lock_guard lock(mutex_);
        if (queued_.size() >= most_queued)
            return false;
        queued_.push_back(std::move(message));
    }
    wake_.notify_one();
    return true;
}

void Worker::welcome(const Welcome& welcome) {
    offer(welcome);
}

std::vector<Message> Worker::take_answers() {
    const std::lock_guard lock(mutex_);
    return std::exchange(answers_, {});
}

void Worker::answer(Message message) {
    {
        const std::lock_guard lock(mutex_);
        answers_.push_back(std::move(message));
    }
    answered_.ring();
}

void Worker::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
}

void Worker::run() {
    settle_unresolved();
    for (;;) {
        std::deque<Message> messages;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [&] { return stopping_ || !queued_.empty(); });
            if (queued_.empty())
                return;
            messages.swap(queued_);
        }
        handle(messages);
    }
}

// Policies that follow each other are applied as one, so that they share a sync.
void Worker::handle(std::deque<Message>& messages) {
    PolicyBatch joined;
    const auto apply_joined = [&] {
        if (!joined.accounts.empty())
            apply(joined);
        joined.accounts.clear();
    };
    for (Message& message : messages) {
        if (auto* batch = std::get_if<PolicyBatch>(&message)) {
            const std::size_t together = joined.accounts.size() + batch->accounts.size();
            if (batch->era != joined.era || batch->bridge_epoch != joined.bridge_epoch ||
                together > max_policies_a_batch)
                apply_joined();
            joined.era = batch->era;
            joined.bridge_epoch = batch->bridge_epoch;
            joined.accounts.insert(joined.accounts.end(), batch->accounts.begin(),
                                   batch->accounts.end());
            continue;
        }
        apply_joined();
        if (const auto* command = std::get_if<Command>(&message))
            on_command(*command);
        else if (const auto* asked = std::get_if<CommandAsked>(&message))
            on_asked(*asked);
        else if (const auto* retired = std::get_if<CommandsRetired>(&message)) {
            if (retired->low_water > executor_.low_water() &&
                command_log_.retire(retired->low_water))
                executor_.retire(retired->low_water);
        } else if (const auto* settings = std::get_if<SettingsChanged>(&message))
            change(settings->settings);
        else if (const auto* hello = std::get_if<Welcome>(&message)) {
            executor_.obey(hello->bridge_epoch);
            change(hello->settings);
            tell_policy_digest();
        } else if (const auto* accounts = std::get_if<RescanAccountsAsked>(&message)) {
            answer_page(rescan_.accounts(*accounts));
        } else if (const auto* deals = std::get_if<RescanDealsAsked>(&message)) {
            answer_page(rescan_.deals(*deals));
        }
    }
    apply_joined();
}

// Without a page the host could not say: the bridge asks again.
template <class Page>
void Worker::answer_page(std::optional<Page> page) {
    if (!page)
        return;
    page->epoch = position_.epoch.load();
    page->last_seq = position_.last_seq.load();
    answer(std::move(*page));
}

void Worker::set(const GateSettings& settings) {
    gate_.scope().replace(settings.scope);
    gate_.set_enforce(settings.enforce);
}

// Said again and again, so that it cannot be lost; mostly it is nothing new.
void Worker::change(const GateSettings& settings) {
    if (policy_log_.holds(settings))
        return;
    policy_log_.append(settings);
    set(settings);
}

void Worker::apply(const PolicyBatch& batch) {
    auto plan = receiver_.on_batch(batch, executor_.bridge_epoch(), gate_.table());
    if (plan.stale)
        return;
    if (plan.new_era)
        gate_.table().forget_all();
    era_.store(batch.era, std::memory_order_relaxed);
    bool durable = true;
    if (!plan.to_log.empty() || plan.new_era)
        durable = policy_log_.append(batch.era, plan.to_log);
#ifdef CAMBIST_BUG_policy_two_seconds_late
    static std::deque<std::pair<std::int64_t, std::vector<AccountPolicy>>> late;
    const std::int64_t now_ns = host_.now_ns(host_.host);
    late.emplace_back(now_ns + 2'000'000'000, plan.to_log);
    for (; late.front().first <= now_ns; late.pop_front())
        publish(late.front().second);
    plan.acknowledgement.published = Instant{now_ns};
    answer(std::move(plan.acknowledgement));
    return;
#endif
    // Published even when the disk refused: the newest decision rules; it is just not acknowledged.
    publish(plan.to_log);
    if (!durable)
        return;
    plan.acknowledgement.published = Instant{host_.now_ns(host_.host)};
    answer(std::move(plan.acknowledgement));
    if (policy_log_.worth_rewriting(gate_.table().size()))
        policy_log_.rewrite(batch.era, gate_.table());
}

void Worker::publish(const std::vector<AccountPolicy>& policies) {
    for (const AccountPolicy& policy : policies)
        gate_.table().publish(policy);
    policies_applied_.fetch_add(policies.size(), std::memory_order_relaxed);
}

void Worker::tell_policy_digest() {
    PolicyDigest digest;
    digest.era = receiver_.era();
    gate_.table().for_each([&](const AccountPolicy& policy) {
        ++digest.accounts;
        digest.sums[shard_of(policy.login)] += policy_hash(policy);
    });
    answer(digest);
}

void Worker::on_command(const Command& command) {
    auto step = executor_.on_command(command, Instant{host_.now_ns(host_.host)});
    if (auto* known = std::get_if<CommandExecutor::Answer>(&step)) {
        answer(known->result);
        return;
    }
    if (!std::holds_alternative<CommandExecutor::Execute>(step))
        return;
    if (!command_log_.intent(command)) {
        CommandResult refused;
        refused.id = command.id;
        refused.login = command.login;
        refused.outcome = Outcome::refused;
        refused.failure = CommandFailure::journal_full;
        refused.finished = Instant{host_.now_ns(host_.host)};
        executor_.finished(command, refused);
        answer(refused);
        return;
    }
    settle(command, operations_.perform(command));
}

void Worker::settle(const Command& command, const CommandResult& result) {
    // Without a durable outcome the next start finds it by its effect, as it does after a crash.
    command_log_.outcome(result);
    executor_.finished(command, result);
    commands_done_.fetch_add(1, std::memory_order_relaxed);
    answer(result);
}

void Worker::on_asked(const CommandAsked& asked) {
    auto inquiry = executor_.on_asked(asked);
    if (auto* known = std::get_if<CommandExecutor::Answer>(&inquiry)) {
        answer(known->result);
        return;
    }
    const auto* look = std::get_if<CommandExecutor::Look>(&inquiry);
    if (!look)
        return;
    CommandResult result;
    result.id = look->command.id;
    result.login = look->command.login;
    const Evidence evidence = operations_.look(look->command, result);
    if (evidence == Evidence::found) {
        result.outcome = Outcome::done;
        result.finished = Instant{host_.now_ns(host_.host)};
        command_log_.intent(look->command);
        settle(look->command, result);
    } else if (evidence == Evidence::absent) {
        answer(executor_.unknown(look->command.id));
    }
}

void Worker::settle_unresolved() {
    for (const Command& command : executor_.unresolved()) {
        CommandResult result;
        result.id = command.id;
        result.login = command.login;
        const Evidence evidence = operations_.look(command, result);
        result.outcome = evidence == Evidence::found    ? Outcome::done
                         : evidence == Evidence::absent ? Outcome::not_done
                                                        : Outcome::in_doubt;
        if (evidence != Evidence::found)
            result.failure = CommandFailure::interrupted;
        result.finished = Instant{host_.now_ns(host_.host)};
        settle(command, result);
    }
}

}  // namespace cambist::plugin
