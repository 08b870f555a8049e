#pragma once

#include <string>
#include <utility>

#include "office/audit/actor.hpp"

namespace cambist::office {

namespace approvals {
class Engine;
}

/// Proof that an approval was given, in the transaction that gave it. Nobody but the engine can
/// make one.
class Approved {
  public:
    Approved(const Approved&) = delete;
    Approved& operator=(const Approved&) = delete;

    /// Whoever decided last, acting with this approval.
    const Actor& actor() const { return actor_; }
    /// Whoever asked for it.
    const std::string& maker() const { return maker_; }

  private:
    friend class approvals::Engine;
    Approved(Actor actor, std::string maker) : actor_(std::move(actor)), maker_(std::move(maker)) {}

    Actor actor_;
    std::string maker_;
};

/// With what authority a use case runs: one actor's alone, which may only narrow anybody's rights,
/// or that of an approval.
class Authority {
  public:
    Authority(Actor alone) : actor_(std::move(alone)) {}  // NOLINT(google-explicit-constructor)
    Authority(const Approved& approved)                   // NOLINT(google-explicit-constructor)
        : actor_(approved.actor()), maker_(approved.maker()), approved_(true) {}

    const Actor& actor() const { return actor_; }
    /// Who wanted it: the maker of the approval, else the actor.
    const std::string& asked_by() const { return approved_ ? maker_ : actor_.name; }
    bool may_widen() const { return approved_; }

  private:
    Actor actor_;
    std::string maker_;
    bool approved_ = false;
};

}  // namespace cambist::office
