#include "sync/messages/messages.hpp"

#include "sync/messages/codec.hpp"
#include "sync/messages/record_codec.hpp"

namespace cambist {

namespace {

constexpr std::array<std::string_view, 15> error_names{
    "none",         "bad_version",  "bad_kind",     "bad_arity",      "bad_type",
    "out_of_range", "too_long",     "too_deep",     "trailing_bytes", "truncated",
    "bad_text",     "wrong_server", "not_expected", "not_owner",      "not_canonical"};

}  // namespace

std::string_view name_of(FrameError error) {
    const auto at = static_cast<std::size_t>(error);
    return at < error_names.size() ? error_names[at] : "unknown";
}

std::uint64_t policy_hash(const AccountPolicy& policy) {
    std::array<std::byte, most_bytes<AccountPolicy>()> bytes;
    Writer writer(bytes.data());
    write(writer, policy);
    return hash_of({bytes.data(), writer.at()});
}

bool same_order(const Command& a, const Command& b) {
    Command like_b = a;
    like_b.number = b.number;
    like_b.bridge_epoch = b.bridge_epoch;
    like_b.deadline = b.deadline;
    return like_b == b;
}

}  // namespace cambist
