#include "office/accounts/client_view_store.hpp"

#include "sync/vocabulary/assertion.hpp"

namespace cambist::office::clients {

namespace {

using pg::Query;

#define CLIENT_COLUMNS                                                                          \
    "select c.id, c.person_id, p.name, p.country, p.kind = 'legal', c.legal_entity, c.status, " \
    "c.classification, coalesce(c.leverage_cap_x100, 0), c.version, "                           \
    "array(select cause from restriction_cause r where r.client_id = c.id "                     \
    "      and lifted_at is null order by cause), c.status_since, c.created_at, "               \
    "c.region, c.manager_id, c.partner_id, "                                                    \
    "case (select persons_read()) when 'all' then true when 'none' then false "                 \
    "  else in_scope_for('person.read', c.legal_entity, c.region, c.manager_id, c.partner_id) " \
    "end "
#define WITH_PERSON "join person p on p.id = c.person_id "
constexpr Query view_client{"client_view",
                            CLIENT_COLUMNS "from client c " WITH_PERSON "where c.id = $1"};

#define FITS                                                                               \
    "($1::text is null or c.status = $1) and ($2::text is null or c.legal_entity = $2) "   \
    "and ($3::text is null or c.region = $3) and ($4::uuid is null or c.manager_id = $4) " \
    "and ($5::uuid is null or c.partner_id = $5) "
// Whose scope is a few clients has these sorted; all others walk in the order of ids.
#define PAGE_OF(index)                                                                           \
    "with few as materialized (select few_clients() as ids), page as ("                          \
    "(select c.id from client c where (select ids is null from few) "                            \
    "  and ($6::uuid is null or c.id > $6) and " FITS index                                      \
    "order by c.id limit $7) "                                                                   \
    "union all (select c.id from client c where c.id = any((select ids from few)::uuid[]) "      \
    "  and ($6::uuid is null or c.id > $6) and " FITS "order by c.id limit $7)) " CLIENT_COLUMNS \
    "from page join client c using (id) " WITH_PERSON "order by c.id limit $7"
constexpr Query view_clients{"client_views", PAGE_OF("")};
constexpr Query view_clients_of_status{"client_views_of_status", PAGE_OF("and c.status = $1 ")};
constexpr Query view_clients_of_region{"client_views_of_region", PAGE_OF("and c.region = $3 ")};
constexpr Query view_clients_of_manager{"client_views_of_manager",
                                        PAGE_OF("and c.manager_id = $4 ")};
constexpr Query view_clients_of_partner{"client_views_of_partner",
                                        PAGE_OF("and c.partner_id = $5 ")};
constexpr Query count_clients{"client_count", "select count(*) from client c where " FITS};
#undef PAGE_OF
#undef FITS
constexpr Query find_by_id{"client_search_id",
                           CLIENT_COLUMNS "from client c " WITH_PERSON
                                          "where c.id between $1 and $2 order by c.id limit $3"};
// The longest word finds, the others only judge what it found.
constexpr Query find_by_name{
    "client_search_name",
    "with wanted as materialized (select word, row_number() over (order by length(word) desc, "
    "    word) as place from words_of($1) as word), "
    "found as (select w.person_id from wanted join person_word w "
    "    on w.word >= wanted.word and w.word < wanted.word || chr(1114111) "
    "  where wanted.place = 1 and not exists (select from wanted others "
    "    where others.place > 1 and not exists (select from person_word o "
    "      where o.person_id = w.person_id and o.word >= others.word "
    "        and o.word < others.word || chr(1114111)))) " CLIENT_COLUMNS
    "from client c " WITH_PERSON
    "where c.person_id = any(array(select person_id from found limit $2)) "
    "order by c.id limit $2"};
#undef WITH_PERSON
#undef CLIENT_COLUMNS
constexpr Query get_person{
    "person_view",
    "select p.id, p.name, p.country, p.kind = 'legal', p.created_at, "
    "  array(select c.id::text from client c where c.person_id = p.id order by c.id) "
    "from person p where p.id = $1 and exists (select from client c where c.person_id = p.id)"};

template <class Enum>
Enum known(std::optional<Enum> value) {
    CAMBIST_ASSERT(value.has_value());
    return *value;
}

ClientView client_of(const pg::Row& row) {
    ClientView view;
    Client& client = view.client;
    client.id = row.get<OperationId>(0);
    client.person = row.get<OperationId>(1);
    client.name = PersonName(row.get<std::string>(2));
    client.country = row.get<std::string>(3);
    client.legal_person = row.get<bool>(4);
    client.legal_entity = row.get<std::string>(5);
    client.status = known(client_status_of(row.get<std::string_view>(6)));
    client.classification = known(classification_of(row.get<std::string_view>(7)));
    client.leverage_cap_x100 = row.get<std::int64_t>(8);
    client.version = row.get<std::int64_t>(9);
    for (const std::string& cause : row.get<std::vector<std::string>>(10))
        client.causes.impose(known(cause_of(cause)));
    view.status_since = row.get<Instant>(11);
    view.created_at = row.get<Instant>(12);
    client.assignment = {row.get<std::string>(13), row.get<std::optional<OperationId>>(14),
                         row.get<std::optional<OperationId>>(15)};
    view.masking = row.get<bool>(16) ? Masking::plain : Masking::masked;
    return view;
}

std::vector<ClientView> clients_of(const pg::Result& rows) {
    std::vector<ClientView> list;
    for (const pg::Row row : rows)
        list.push_back(client_of(row));
    return list;
}

pg::Parameters parameters_of(const ClientFilter& filter) {
    std::optional<std::string_view> status;
    if (filter.status)
        status = name_of(*filter.status);
    return pg::Parameters::of(status, filter.legal_entity, filter.region, filter.manager,
                              filter.partner);
}

/// The one whose index leads to the fewest.
const Query& query_for(const ClientFilter& filter) {
    if (filter.manager)
        return view_clients_of_manager;
    if (filter.partner)
        return view_clients_of_partner;
    if (filter.status)
        return view_clients_of_status;
    return filter.region ? view_clients_of_region : view_clients;
}

}  // namespace

awaitable<std::optional<ClientView>> view(pg::Transaction& tx, OperationId id) {
    const auto rows = co_await tx.execute(view_client, id);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return client_of(*row);
}

awaitable<std::vector<ClientView>> views(pg::Transaction& tx, ClientFilter filter,
                                         OperationId after, int limit) {
    auto parameters = parameters_of(filter);
    parameters.add(after).add(std::int64_t{limit});
    const auto rows = co_await tx.run(query_for(filter), std::move(parameters));
    co_return clients_of(rows);
}

awaitable<std::int64_t> count(pg::Transaction& tx, ClientFilter filter) {
    const auto rows = co_await tx.run(count_clients, parameters_of(filter));
    co_return rows.one().get<std::int64_t>(0);
}

awaitable<std::vector<ClientView>> with_id(pg::Transaction& tx, OperationId first, OperationId last,
                                           int limit) {
    const auto rows = co_await tx.execute(find_by_id, first, last, std::int64_t{limit});
    co_return clients_of(rows);
}

awaitable<std::vector<ClientView>> with_name(pg::Transaction& tx, std::string text, int limit) {
    const auto rows = co_await tx.execute(find_by_name, text, std::int64_t{limit});
    co_return clients_of(rows);
}

awaitable<std::optional<PersonView>> person(pg::Transaction& tx, OperationId id) {
    const auto rows = co_await tx.execute(get_person, id);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return PersonView{.id = row->get<OperationId>(0),
                         .name = PersonName(row->get<std::string>(1)),
                         .country = row->get<std::string>(2),
                         .legal = row->get<bool>(3),
                         .created_at = row->get<Instant>(4),
                         .clients = row->get<std::vector<std::string>>(5)};
}

}  // namespace cambist::office::clients
