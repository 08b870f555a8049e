#include "tests/unit/sync/random_messages.hpp"

#include "sync/messages/message_fields.hpp"

namespace cambist::testing {

namespace {

using Random = std::mt19937_64;

/// Of any width: small numbers are as likely as huge ones.
std::uint64_t any_number(Random& random) {
    return random() >> random() % 64;
}

std::string any_text(Random& random, std::size_t most) {
    constexpr std::string_view pieces[]{"a", "Z", "0", "\\", " ", "é", "ż", "€", "汉", "🙂"};
    std::string text;
    const std::size_t wanted = random() % (most + 1);
    while (true) {
        const std::string_view piece = pieces[random() % std::size(pieces)];
        if (text.size() + piece.size() > wanted)
            return text;
        text += piece;
    }
}

template <class T>
    requires std::is_enum_v<T>
void fill(Random& random, T& value) {
    const std::uint64_t count = Enumerators<T>::most - Enumerators<T>::least + 1;
    value = static_cast<T>(Enumerators<T>::least + random() % count);
}
template <std::integral T>
void fill(Random& random, T& value) {
    if constexpr (std::same_as<T, bool>)
        value = random() % 2 == 0;
    else
        value = static_cast<T>(any_number(random));
    if constexpr (std::is_signed_v<T>)
        value = random() % 2 == 0 ? value : ~value;
}
void fill(Random& random, Instant& value) {
    fill(random, value.ns);
}
void fill(Random& random, Rights& value) {
    value.bits = static_cast<std::uint16_t>(random() % (Rights::all().bits + 1));
}
void fill(Random& random, OperationId& value) {
    if (random() % 2 == 0)
        value = {random(), random()};
}
template <class Tag, class Number>
void fill(Random& random, Id<Tag, Number>& value) {
    fill(random, value.value);
}
template <std::size_t Capacity>
void fill(Random& random, FixedText<Capacity>& value) {
    value = FixedText<Capacity>(any_text(random, Capacity));
}
template <std::size_t Count>
void fill(Random& random, std::array<std::uint64_t, Count>& values) {
    for (std::uint64_t& value : values)
        value = any_number(random);
}
template <Record T>
void fill(Random& random, T& record) {
    std::apply([&](auto&... field) { (fill(random, field), ...); }, fields(record));
}
void fill(Random& random, Event& event) {
    event = random_event(random);
}

template <class T>
struct Filler {
    Random& random;
    std::size_t most;

    template <class Field>
    void operator()(Field& field) const {
        fill(random, field);
    }
    void operator()(std::vector<std::string>& patterns) const {
        patterns.resize(random() % (most + 1));
        for (std::string& pattern : patterns)
            pattern = any_text(random, max_pattern_bytes);
    }
    template <class Element>
    void operator()(std::vector<Element>& list) const {
        list.resize(random() % (most + 1));
        for (Element& element : list)
            fill(random, element);
    }
};

template <class T>
void keep_in_range(T&) {}
void keep_in_range(EventBatch& batch) {
    batch.first_seq = 1 + batch.first_seq % (UINT64_MAX / 2);
}
void keep_in_range(PolicyBatch& batch) {
    for (AccountPolicy& policy : batch.accounts)
        policy.version |= 1;
}
void keep_in_range(RescanAccountsAsked& asked) {
    asked.limit = 1 + asked.limit % max_accounts_a_rescan;
}
void keep_in_range(RescanDealsAsked& asked) {
    asked.limit = 1 + asked.limit % max_deals_a_rescan;
}

template <std::size_t Kind = 0>
Message message_of_kind(Random& random, std::size_t kind, std::size_t most) {
    if constexpr (Kind < std::variant_size_v<Message>) {
        if (kind != Kind)
            return message_of_kind<Kind + 1>(random, kind, most);
        using T = std::variant_alternative_t<Kind, Message>;
        T message;
        const Filler<T> filler{random, most};
        std::apply([&](auto&... field) { (filler(field), ...); }, body(message));
        keep_in_range(message);
        return message;
    } else {
        return {};
    }
}

template <std::size_t Kind = 0>
void fill_fact(Random& random, Fact& fact, std::size_t kind) {
    if constexpr (Kind < std::variant_size_v<Fact>) {
        if (kind == Kind)
            fill(random, fact.emplace<Kind>());
        else
            fill_fact<Kind + 1>(random, fact, kind);
    }
}

}  // namespace

Event random_event(Random& random) {
    Event event;
    fill_fact(random, event.fact, random() % std::variant_size_v<Fact>);
    fill(random, event.cause);
    fill(random, event.actor);
    return event;
}

Message random_message(Random& random, std::size_t most_elements) {
    return message_of_kind(random, random() % std::variant_size_v<Message>, most_elements);
}

Event typical_deal(std::uint64_t ticket) {
    DealRecord deal;
    deal.ticket = {ticket};
    deal.version = 1;
    deal.login = {1'000'234};
    deal.kind = 1;
    deal.order = 99'887'766;
    deal.position = 5'544'332'211;
    deal.volume = 100'000'000;
    deal.price = 108'543;
    deal.bid = 108'540;
    deal.ask = 108'545;
    deal.contract_size_e8 = 10'000'000'000'000;
    deal.rate_e8 = 100'000'000;
    deal.profit = -12'345;
    deal.done = deal.modified = {1'790'000'000'000'000'000};
    deal.price_digits = 5;
    deal.currency_digits = 2;
    deal.symbol = FixedText<32>("EURUSD");
    deal.comment = FixedText<64>("C:aaaaaaaaaaaaaaaaaaaaaa");
    return {deal, {}, 1007, 0};
}

}  // namespace cambist::testing
