#pragma once

#include "plugin/abi/trading_server.h"
#include "plugin/gate/live_commands.hpp"
#include "sync/messages/messages.hpp"

namespace cambist::plugin {

/// Whether a command has had its effect on the trading server.
enum class Evidence : std::uint8_t { found, absent, unknowable };

/// Carries commands out through the host's functions. Worker threads only.
class Operations {
  public:
    Operations(const ctsp_host_api& host, LiveCommands& live) : host_(host), live_(live) {}

    /// Does it, once. A host that cannot say whether it happened is asked for the evidence.
    CommandResult perform(const Command& command);
    /// Looks for the effect and changes nothing: the tag among the account's deals with the same
    /// kind and amount, the values that a patch asked for, the account that a creation made. Fills
    /// `result` with what it finds.
    Evidence look(const Command& command, CommandResult& result);

  private:
    CommandResult change_balance(const Command& command);
    CommandResult patch_user(const Command& command);
    CommandResult create_user(const Command& command);
    CommandResult disconnect(const Command& command);
    Evidence look_for_deal(const Command& command, CommandResult& result);
    Evidence look_for_user(const Command& command, CommandResult& result);
    CommandResult judged(const Command& command, ctsp_status status, CommandResult result);
    CommandResult begin(const Command& command) const;

    const ctsp_host_api& host_;
    LiveCommands& live_;
};

}  // namespace cambist::plugin
