#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "plugin/gate/decisions.hpp"
#include "sync/messages/messages.hpp"

namespace cambist::plugin {

/// The office commands that are being executed right now. The worker arms one before it calls the
/// host; the hook that the host calls in turn matches it, once. Lock-free; hooks only load and
/// compare-exchange.
class LiveCommands {
  public:
    static constexpr std::size_t most = 16;

    /// `turn` holds a number that rises whenever the place changes hands, above two bits of state,
    /// so that a hook never takes a command that was armed after it had looked.
    struct Place {
        enum State : std::uint64_t { idle, arming, armed, used };
        std::atomic<std::uint64_t> turn{idle};
        std::atomic<std::uint64_t> id_hi{0}, id_lo{0}, login{0};
        std::atomic<std::uint64_t> wanted{0};  ///< the amount, the leverage, or the group's hash
        std::atomic<CommandKind> kind{};
    };

    /// Arms a command until the returned object goes; false in it when `most` are armed already.
    class Armed {
      public:
        Armed(LiveCommands& commands, const Command& command);
        ~Armed();
        Armed(const Armed&) = delete;
        explicit operator bool() const { return place_ != nullptr; }

      private:
        LiveCommands::Place* place_ = nullptr;
    };

    /// For the funds hook: login, kind and amount must be those of the command.
    Ordered match_funds(const ctsp_request& request) noexcept;
    /// For the user hook: the command must be of that login and ask for exactly that change.
    Ordered match_user_change(const ctsp_user_change& change) noexcept;

  private:
    template <class Fits>
    Ordered match(OperationId id, Fits fits) noexcept;

    std::array<Place, most> places_;
};

}  // namespace cambist::plugin
