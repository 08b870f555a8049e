#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>

namespace cambist::gateway {

/// Remembers at most so many values by their names; the one not asked for longest makes room.
template <class Value>
class BoundedMap {
  public:
    explicit BoundedMap(std::size_t most) : most_(most) {}

    /// Null when it is not remembered.
    Value* find(const std::string& name) {
        const auto place = places_.find(name);
        if (place == places_.end())
            return nullptr;
        values_.splice(values_.begin(), values_, place->second);
        return &place->second->second;
    }

    Value& put(const std::string& name, Value value) {
        if (Value* known = find(name)) {
            *known = std::move(value);
            return *known;
        }
        if (values_.size() == most_) {
            places_.erase(values_.back().first);
            values_.pop_back();
        }
        values_.emplace_front(name, std::move(value));
        places_.emplace(name, values_.begin());
        return values_.front().second;
    }

    void erase(const std::string& name) {
        const auto place = places_.find(name);
        if (place == places_.end())
            return;
        values_.erase(place->second);
        places_.erase(place);
    }

    std::size_t size() const { return values_.size(); }

  private:
    using Values = std::list<std::pair<std::string, Value>>;

    const std::size_t most_;
    Values values_;  ///< the one asked for last comes first
    std::unordered_map<std::string, typename Values::iterator> places_;
};

}  // namespace cambist::gateway
