#include "sync/messages/event_codec.hpp"

#include <algorithm>

#include "sync/messages/record_codec.hpp"

namespace cambist {

namespace {

constexpr std::size_t event_arity = 4;
constexpr std::size_t fact_kinds = std::variant_size_v<Fact>;

template <std::size_t... Kinds>
constexpr std::size_t most_fact_bytes(std::index_sequence<Kinds...>) {
    return std::max({most_bytes<std::variant_alternative_t<Kinds, Fact>>()...});
}
constexpr std::size_t most_event_bytes = 2 +
                                         most_fact_bytes(std::make_index_sequence<fact_kinds>()) +
                                         most_bytes<OperationId>() + most_bytes<std::uint64_t>();
static_assert(most_event_bytes <= max_event_bytes);

using ReadFact = void (*)(Reader&, Fact&);
template <std::size_t Kind>
void read_fact(Reader& reader, Fact& fact) {
    read(reader, fact.emplace<Kind>());
}
template <std::size_t... Kinds>
constexpr std::array<ReadFact, fact_kinds> fact_readers(std::index_sequence<Kinds...>) {
    return {read_fact<Kinds>...};
}
constexpr auto read_fact_of_kind = fact_readers(std::make_index_sequence<fact_kinds>());

}  // namespace

std::uint64_t encode_event(const Event& event, Bytes& out) {
    std::array<std::byte, most_event_bytes> bytes;
    Writer writer(bytes.data());
    writer.array(event_arity);
    writer.unsigned_number(event.fact.index() + 1);
    const std::byte* fact = writer.at();
    std::visit([&](const auto& record) { write(writer, record); }, event.fact);
    const std::uint64_t hash = hash_of({fact, writer.at()});
    write(writer, event.cause);
    write(writer, event.actor);
    out.insert(out.end(), bytes.data(), writer.at());
    return hash;
}

void read_event(Reader& reader, Event& event) {
    reader.array_of(event_arity);
    const std::uint64_t kind = reader.unsigned_number(UINT64_MAX);
    if (reader.failed())
        return;
    if (kind == 0 || kind > fact_kinds) {
        reader.fail(FrameError::bad_kind);
        return;
    }
    const std::byte* fact = reader.at();
    read_fact_of_kind[kind - 1](reader, event.fact);
    if (reader.failed())
        return;
    event.hash = hash_of({fact, reader.at()});
    read(reader, event.cause);
    read(reader, event.actor);
}

}  // namespace cambist
