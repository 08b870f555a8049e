#pragma once

#include <map>

#include "tests/simulation/oracle.hpp"
#include "tests/simulation/process.hpp"

namespace cambist::simulation {

/// Hears what happens on the trading server, on its own thread.
class ServerListener {
  public:
    virtual ~ServerListener() = default;
    virtual void on_user(Login login) = 0;
    virtual void on_deal(const DealRecord& deal) = 0;
};

/// A trading server whose own store never loses anything: accounts and deals, written before their
/// events are raised; a crash in between loses the event.
class ModelServer {
  public:
    enum class Evidence { done, absent, unknowable };
    struct Finding {
        Evidence evidence = Evidence::unknowable;
        CommandResult result;
    };

    ModelServer(World& world, Oracle& oracle, std::size_t accounts);
    /// The process it runs in.
    void run_in(Process& process, ServerListener& listener) {
        process_ = &process;
        listener_ = &listener;
    }

    // What traders and managers do.
    void trade(Login login);
    void correct_a_deal();
    void change_leverage(Login login);
    Login some_login();

    // What the plugin asks for.
    CommandResult execute(const Command& command);
    /// The effect of a command, looked for without doing anything.
    Finding look(const Command& command) const;

    const std::map<Login, UserRecord>& users() const { return users_; }
    const std::map<Ticket, DealRecord>& deals() const { return deals_; }

  private:
    DealRecord& post(UserRecord& user, std::int64_t amount, OperationId operation);
    void raise(Login login, const DealRecord* deal);
    CommandResult execute_balance(const Command& command);
    CommandResult execute_create(const Command& command);
    CommandResult execute_leverage(const Command& command);

    World& world_;
    Oracle& oracle_;
    Process* process_ = nullptr;
    ServerListener* listener_ = nullptr;
    std::map<Login, UserRecord> users_;
    std::map<Ticket, DealRecord> deals_;
    std::uint64_t next_login_ = 1000, next_ticket_ = 1;
};

}  // namespace cambist::simulation
