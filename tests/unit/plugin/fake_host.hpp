#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "plugin/abi/trading_server.h"

namespace cambist::plugin {

/// A trading server in memory: what a plugin's test needs of one, with its calls counted.
class FakeHost {
  public:
    FakeHost();
    FakeHost(const FakeHost&) = delete;

    const ctsp_host_api& api() const { return api_; }
    std::map<std::string, std::string> parameters;

    void add_group(std::uint32_t id, const std::string& name);
    ctsp_user add_user(std::uint64_t login, std::uint32_t group_id, std::int64_t balance = 0);
    ctsp_user user(std::uint64_t login) const;
    void remove_user(std::uint64_t login);
    /// Books money or a trade; raises the account's version.
    ctsp_deal add_deal(std::uint64_t login, std::uint32_t kind, std::int64_t profit,
                       const std::string& comment = {});
    std::vector<ctsp_deal> deals() const;
    void set_now(std::int64_t now_ns) { now_ns_ = now_ns; }

    /// What the next balance or user_patch call answers instead of doing it, or after doing it.
    enum class Fault { none, uncertain_before, uncertain_after, timeout };
    void fail_next(Fault fault) { fault_ = fault; }
    /// Calls of balance, user_patch, user_add and disconnect.
    int operations() const { return operations_; }
    std::string logged() const;

  private:
    struct Calls;

    mutable std::mutex mutex_;
    std::map<std::uint64_t, ctsp_user> users_;
    std::map<std::uint32_t, ctsp_group> groups_;
    std::vector<ctsp_deal> deals_;
    std::string logged_;
    std::atomic<std::int64_t> now_ns_{1'000'000'000'000};
    std::atomic<Fault> fault_{Fault::none};
    std::atomic<int> operations_{0};
    std::uint64_t next_login_ = 900'000;
    ctsp_host_api api_{};
};

}  // namespace cambist::plugin
