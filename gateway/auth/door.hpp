#pragma once

#include <string>
#include <vector>

#include "gateway/auth/client_address.hpp"
#include "gateway/auth/hash_pool.hpp"
#include "office/staff/sign_in_service.hpp"

namespace cambist::gateway {

/// How people are let in; the values here are the defaults.
struct DoorSettings {
    office::PasswordCost password_cost;
    std::size_t hash_threads = 2;
    std::size_t hash_room = 32;  ///< sign-ins under way at most; more are answered 503
    office::SignInLimits limits;
    office::SessionLimits session;
    office::AbnormalRule abnormal;
    std::vector<std::string> origins;  ///< of our pages; empty: the host that is asked
    ProxyTrust proxies;
};

/// What finding out who calls takes, besides the database: keys, rules and hashes.
class Door {
  public:
    Door(office::SecretKeys keys, DoorSettings settings)
        : keys_(std::move(keys)),
          settings_(std::move(settings)),
          hashes_(settings_.hash_threads, settings_.hash_room, settings_.password_cost),
          rules_{keys_, settings_.limits, settings_.session, settings_.abnormal} {}
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

    const DoorSettings& settings() const { return settings_; }
    const office::SignInRules& rules() const { return rules_; }
    HashPool& hashes() { return hashes_; }

  private:
    const office::SecretKeys keys_;
    const DoorSettings settings_;
    HashPool hashes_;
    const office::SignInRules rules_;
};

}  // namespace cambist::gateway
