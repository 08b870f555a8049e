#include "sync/messages/codec.hpp"

#include <algorithm>

#include "sync/messages/event_codec.hpp"
#include "sync/messages/message_fields.hpp"
#include "sync/messages/record_codec.hpp"
#include "sync/vocabulary/assertion.hpp"

namespace cambist {

namespace {

template <class T>
void append(Bytes& out, const T& value) {
    std::array<std::byte, most_bytes<T>()> bytes;
    Writer writer(bytes.data());
    write(writer, value);
    out.insert(out.end(), bytes.data(), writer.at());
}

void append_array(Bytes& out, std::size_t count) {
    std::array<std::byte, 5> bytes;
    Writer writer(bytes.data());
    writer.array(count);
    out.insert(out.end(), bytes.data(), writer.at());
}

void append(Bytes& out, const Event& event) {
    encode_event(event, out);
}

void append(Bytes& out, const std::string& pattern) {
    CAMBIST_ASSERT(pattern.size() <= max_pattern_bytes);
    std::array<std::byte, max_pattern_bytes + 3> bytes;
    Writer writer(bytes.data());
    writer.text(pattern);
    out.insert(out.end(), bytes.data(), writer.at());
}

template <class Element>
void append(Bytes& out, const std::vector<Element>& list) {
    CAMBIST_ASSERT(list.size() <= most_elements<Element>);
    append_array(out, list.size());
    for (const Element& element : list)
        append(out, element);
}

void append_head(Bytes& out, std::size_t arity, std::size_t kind) {
    append_array(out, arity + 2);
    append(out, wire_version);
    append(out, kind);
}

template <class T>
using BodyOf = decltype(body(std::declval<T&>()));

template <class T, std::size_t Kind = 0>
constexpr std::size_t kind_of() {
    if constexpr (std::same_as<T, std::variant_alternative_t<Kind, Message>>)
        return Kind + 1;
    else
        return kind_of<T, Kind + 1>();
}

void read(Reader& reader, std::string& pattern) {
    pattern = reader.text(max_pattern_bytes);
}

template <class Element>
void read(Reader& reader, std::vector<Element>& list) {
    std::size_t least = 1;
    if constexpr (std::same_as<Element, Event>)
        least = least_event_bytes;
    else if constexpr (Record<Element>)
        least = least_bytes<Element>();
    const std::size_t count = reader.array(most_elements<Element>, least);
    list.reserve(count);
    for (std::size_t at = 0; at < count && !reader.failed(); ++at) {
        if constexpr (std::same_as<Element, Event>)
            read_event(reader, list.emplace_back());
        else
            read(reader, list.emplace_back());
    }
}

template <class T>
constexpr bool in_range(const T&) {
    return true;
}
bool in_range(const EventBatch& batch) {
    return batch.first_seq != 0 && batch.first_seq <= UINT64_MAX - max_events_a_batch;
}
bool in_range(const PolicyBatch& batch) {
    return std::ranges::all_of(batch.accounts,
                               [](const AccountPolicy& policy) { return policy.version != 0; });
}
bool in_range(const RescanAccountsAsked& asked) {
    return asked.limit >= 1 && asked.limit <= max_accounts_a_rescan;
}
bool in_range(const RescanDealsAsked& asked) {
    return asked.limit >= 1 && asked.limit <= max_deals_a_rescan;
}

using ReadMessage = void (*)(Reader&, std::size_t arity, Message&);
template <std::size_t Kind>
void read_message(Reader& reader, std::size_t arity, Message& message) {
    using T = std::variant_alternative_t<Kind, Message>;
    if (arity != 2 + std::tuple_size_v<BodyOf<T>>) {
        reader.fail(FrameError::bad_arity);
        return;
    }
    T& typed = message.emplace<Kind>();
    std::apply([&](auto&... field) { (read(reader, field), ...); }, body(typed));
    if (!reader.failed() && !in_range(typed))
        reader.fail(FrameError::out_of_range);
}
template <std::size_t... Kinds>
constexpr std::array<ReadMessage, sizeof...(Kinds)> message_readers(std::index_sequence<Kinds...>) {
    return {read_message<Kinds>...};
}
constexpr std::size_t message_kinds = std::variant_size_v<Message>;
constexpr auto read_message_of_kind = message_readers(std::make_index_sequence<message_kinds>());

void read_frame(Reader& reader, Message& message) {
    const std::size_t arity = reader.array_of_any();
    if (reader.unsigned_number(UINT64_MAX) != wire_version)
        reader.fail(FrameError::bad_version);
    const std::uint64_t kind = reader.unsigned_number(UINT64_MAX);
    if (!reader.failed() && (kind == 0 || kind > message_kinds))
        reader.fail(FrameError::bad_kind);
    if (reader.failed())
        return;
    read_message_of_kind[kind - 1](reader, arity, message);
    if (!reader.failed() && reader.left() != 0)
        reader.fail(FrameError::trailing_bytes);
}

}  // namespace

void encode(const Message& message, Bytes& out) {
    std::visit(
        [&]<class T>(const T& typed) {
            append_head(out, std::tuple_size_v<BodyOf<T>>, kind_of<T>());
            std::apply([&](const auto&... field) { (append(out, field), ...); }, body(typed));
        },
        message);
}

void encode_batch(std::uint64_t epoch, std::uint64_t first_seq, std::uint32_t count,
                  ByteView events, Bytes& out) {
    append_head(out, std::tuple_size_v<BodyOf<EventBatch>>, kind_of<EventBatch>());
    append(out, epoch);
    append(out, first_seq);
    append_array(out, count);
    out.insert(out.end(), events.begin(), events.end());
}

std::expected<Message, FrameError> decode(ByteView frame) {
    if (frame.size() > max_frame_bytes)
        return std::unexpected(FrameError::too_long);
    Reader reader(frame);
    std::expected<Message, FrameError> message;
    read_frame(reader, *message);
    if (reader.failed())
        message = std::unexpected(reader.error());
    return message;
}

}  // namespace cambist
