#pragma once

#include <cstdint>
#include <deque>

#include "tests/simulation/random.hpp"

namespace cambist::simulation {

/// A file of records, appended and synced. A killed process loses nothing that was written; a power
/// cut tears away any part of what was not synced.
template <class Item>
class DurableLog {
  public:
    void append(Item item) { (replacing_ ? replacement_ : items_).push_back(std::move(item)); }
    void sync() { synced_ = items_.size(); }
    /// From here on appends go to a new file, which a crash forgets ...
    void begin_replacement() {
        replacing_ = true;
        replacement_.clear();
    }
    /// ... until it takes the old one's place, synced and renamed.
    void replace() {
        items_ = std::move(replacement_);
        replacing_ = false;
        sync();
    }
    /// The process is gone.
    void close() { replacing_ = false; }
    /// True: something was torn away.
    bool tear(Random& random) {
        const std::size_t before = items_.size();
        items_.resize(synced_ + random.between(0, before - synced_));
        synced_ = items_.size();
        return items_.size() != before;
    }
    const std::deque<Item>& items() const { return items_; }
    std::size_t synced() const { return synced_; }
    /// Drops the front.
    void forget(std::size_t count) {
        items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(count));
        synced_ -= count < synced_ ? count : synced_;
    }

  private:
    std::deque<Item> items_, replacement_;
    std::size_t synced_ = 0;
    bool replacing_ = false;
};

/// A small file that is replaced whole; synced when it must not go back.
template <class Value>
class DurableValue {
  public:
    const Value& get() const { return now_; }
    void write(const Value& value) { now_ = value; }
    void write_and_sync(const Value& value) { now_ = synced_ = value; }
    void tear() { now_ = synced_; }

  private:
    Value now_{}, synced_{};
};

}  // namespace cambist::simulation
