#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sync/messages/records.hpp"

namespace cambist {

/// Sums the deal events of a window that closes by size or when the caller closes it. Bounded: at
/// most `most` different tickets; a ticket written again replaces its earlier hash.
class DealWindow {
  public:
    explicit DealWindow(std::uint32_t most = 4096);

    void begin(std::uint64_t first_seq);
    /// True: full, close it before the next deal.
    bool add(Ticket ticket, std::uint64_t hash);
    DealDigestRecord close(std::uint64_t next_first_seq);
    bool empty() const { return deals_ == 0; }

  private:
    struct Slot {
        std::uint64_t ticket = 0, hash = 0;
    };
    std::vector<Slot> slots_;
    std::uint32_t most_;
    std::uint64_t first_seq_ = 1, deals_ = 0, sum_ = 0;
};

/// The account rows as last told, one hash a login: 16-byte slots, open addressing, preallocated.
class AccountRows {
  public:
    explicit AccountRows(std::uint32_t capacity);

    /// Replaces the hash of a login; false when the table is full. `gone` rows count too.
    bool set(Login login, std::uint64_t hash);
    std::optional<std::uint64_t> find(Login login) const;
    AccountDigestRecord digest() const;
    void clear();
    std::size_t size() const { return used_; }
    std::size_t bytes() const;

  private:
    struct Slot {
        std::uint64_t login = 0, hash = 0;
    };
    Slot* slot_of(Login login);
    std::vector<Slot> slots_;
    std::size_t used_ = 0;
    std::array<std::uint64_t, shard_count> sums_{};
};

}  // namespace cambist
