#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "plugin/commands/command_log.hpp"
#include "plugin/commands/operations.hpp"
#include "plugin/commands/policy_log.hpp"
#include "plugin/commands/rescan.hpp"
#include "plugin/gate/gate.hpp"
#include "plugin/platform.hpp"
#include "sync/streams/policy_receiver.hpp"

namespace cambist::plugin {

/// Where the mirror stream stands, told by the pump's thread to whoever asks.
struct StreamPosition {
    std::atomic<std::uint64_t> epoch{0}, last_seq{0};
};

/// Does on a thread of its own what may wait for the disk or the host: policies, commands, rescans.
/// It alone writes the gate's table. Frames come in and answers go out through bounded queues.
class Worker {
  public:
    static constexpr std::size_t most_queued = 4096;

    /// `answered` is rung when there are answers to take.
    Worker(const ctsp_host_api& host, Gate& gate, const StreamPosition& position,
           Doorbell& answered);

    /// Loads the logs and settles what a crash left open; before the thread runs and before any
    /// hook. False, with the reason, when the files cannot be used.
    bool load(const std::string& folder, std::uint64_t bridge_epoch, std::string& why);

    /// From the link's thread. False: full, the frame is dropped; the streams ask again.
    bool offer(Message message);
    /// The owner changed or came back: obey its epoch, tell it what policies are held.
    void welcome(const Welcome& welcome);
    /// Answers to send to the owner.
    std::vector<Message> take_answers();

    /// The thread's body; returns after stop().
    void run();
    void stop();

    std::uint32_t policy_era() const { return era_.load(std::memory_order_relaxed); }
    std::uint64_t commands_done() const { return commands_done_.load(std::memory_order_relaxed); }
    std::uint64_t policies_applied() const {
        return policies_applied_.load(std::memory_order_relaxed);
    }
    bool policy_file_was_missing() const { return policy_file_was_missing_; }

  private:
    void handle(std::deque<Message>& messages);
    void apply(const PolicyBatch& batch);
    void publish(const std::vector<AccountPolicy>& policies);
    void tell_policy_digest();
    void set(const GateSettings& settings);
    void change(const GateSettings& settings);
    void on_command(const Command& command);
    void on_asked(const CommandAsked& asked);
    void settle(const Command& command, const CommandResult& result);
    void settle_unresolved();
    void answer(Message message);
    template <class Page>
    void answer_page(std::optional<Page> page);

    const ctsp_host_api& host_;
    Gate& gate_;
    const StreamPosition& position_;
    Doorbell& answered_;
    Operations operations_;
    Rescan rescan_;
    CommandExecutor executor_;
    PolicyReceiver receiver_;
    PolicyLog policy_log_;
    CommandLog command_log_;

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Message> queued_;
    std::vector<Message> answers_;
    bool stopping_ = false, policy_file_was_missing_ = false;
    std::atomic<std::uint32_t> era_{0};
    std::atomic<std::uint64_t> commands_done_{0}, policies_applied_{0};
};

}  // namespace cambist::plugin
