#include "plugin/mirror/refusals.hpp"

namespace cambist::plugin {

namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t look_every_ns = second_ns / 10;

}  // namespace

void Refusals::add(const Objection& objection, EventWriter& writer) {
    const Key key{objection.login, std::uint64_t(objection.asked) << 48 |
                                       std::uint64_t(objection.refusal) << 40 |
                                       std::uint64_t(objection.enforced) << 32 | objection.action};
    if (open_.size() >= most)
        write_all(writer);
    auto [place, first] = open_.try_emplace(key);
    RefusalRecord& record = place->second;
    if (first) {
        record.boot = boot_;
        record.number = ++written_;
        record.login = Login{objection.login};
        record.asked = objection.asked;
        record.refusal = objection.refusal;
        record.action = objection.action;
        record.enforced = objection.enforced;
        record.first = Instant{objection.at_ns};
    }
    ++record.count;
    record.last = Instant{objection.at_ns};
    record.policy_version = objection.policy_version;
    record.actor = objection.actor;
}

void Refusals::write_due(std::int64_t now_ns, EventWriter& writer) {
    if (now_ns - looked_ns_ < look_every_ns)
        return;
    looked_ns_ = now_ns;
    for (auto at = open_.begin(); at != open_.end();) {
        if (now_ns - at->second.first.ns < second_ns) {
            ++at;
            continue;
        }
        writer.write(at->second);
        at = open_.erase(at);
    }
}

void Refusals::write_all(EventWriter& writer) {
    for (const auto& [key, record] : open_)
        writer.write(record);
    open_.clear();
}

}  // namespace cambist::plugin
