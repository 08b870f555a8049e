#include "tests/integration/audit/tamperer.hpp"

#include <algorithm>
#include <iterator>

#include "office/audit/seal/seal_store.hpp"

namespace cambist::tests {

namespace {

using boost::asio::awaitable;
using office::pg::Transaction;

/// Columns of a row and another value for each; $ID stands for the row's own.
constexpr const char* alterations[] = {
    "actor = actor || '.'",
    "action = 'approved'",
    "subject = 'client:other'",
    "before = null",
    "before = coalesce(before, '{}') || '{\"amount\": 1}'",
    "after = jsonb_set(coalesce(after, '{}'), '{n}', '12345')",
    "reason = upper(reason) || '!'",
    "reason = ''",
    "request_id = request_id || ' '",
    "address = '::2'",
    "at = at + interval '1 microsecond'",
    "at = at + interval '40 days'",
    "client_id = coalesce(null, gen_random_uuid())",
    "approval_id = gen_random_uuid()",
    "on_behalf_of = on_behalf_of || 'x'",
};

constexpr const char* seal_alterations[] = {
    "columns = columns - 1",
    "xid_from = (xid_from::text::bigint - 1)::text::xid8",
    "id_to = id_to + 1",
    "first_number = first_number + 1",
    "rows = rows + 1",
    "root = sha256(root)",
    "leaves_hash = sha256(leaves_hash)",
    "previous = sha256(previous)",
    "hash = sha256(hash)",
    "signature = set_byte(signature, 5, 255 - get_byte(signature, 5))",
    "sealed_at = sealed_at - interval '1 microsecond'",
};

constexpr const char* content =
    "actor, action, subject, before, after, reason, request_id, address, client_id, approval_id, "
    "on_behalf_of";

std::string text(std::int64_t number) {
    return std::to_string(number);
}

std::string list_of(const std::set<std::int64_t>& ids) {
    std::string list;
    for (const std::int64_t id : ids)
        list += (list.empty() ? "" : ",") + text(id);
    return list;
}

}  // namespace

std::int64_t Tamperer::below(std::int64_t bound) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(bound));
}

const SealedRow& Tamperer::any_row() {
    return record_.rows[static_cast<std::size_t>(below(std::ssize(record_.rows)))];
}

std::pair<SealedRow, SealedRow> Tamperer::two_rows() {
    SealedRow one = any_row(), other = any_row();
    while (one.id == other.id)
        other = any_row();
    if (other.number < one.number)
        std::swap(one, other);
    return {one, other};
}

awaitable<Expected> Tamperer::tamper(Transaction& tx) {
    static constexpr Change changes[] = {
        &Tamperer::alter_row,   &Tamperer::alter_row,    &Tamperer::move_row,
        &Tamperer::delete_rows, &Tamperer::delete_rows,  &Tamperer::insert_row,
        &Tamperer::insert_row,  &Tamperer::renumber_row, &Tamperer::swap_rows,
        &Tamperer::swap_rows,   &Tamperer::truncate,     &Tamperer::restore_copy,
        &Tamperer::alter_seal,  &Tamperer::delete_seal,  &Tamperer::forge_seal,
    };
    const Change change = changes[below(std::ssize(changes))];
    co_return co_await (this->*change)(tx);
}

awaitable<Expected> Tamperer::alter_row(Transaction& tx) {
    const SealedRow row = any_row();
    const std::string how = alterations[below(std::ssize(alterations))];
    co_await tx.script("update audit set " + how + " where id = " + text(row.id));
    Expected expected{"altered " + text(row.id) + ": " + how, {"row_altered"}, row.seal, {row.id}};
    co_await cover_up(tx, expected);
    co_return expected;
}

awaitable<Expected> Tamperer::move_row(Transaction& tx) {
    const auto [row, other] = two_rows();
    const std::string xid =
        chance(50) ? other.xid : text(std::stoll(row.xid) + 1 + below(1'000'000));
    const std::string place = "xid = '" + xid + "'";
    if (xid == row.xid)  // they are of one transaction
        co_return co_await alter_row(tx);
    co_await tx.script("update audit set " + place + " where id = " + text(row.id));
    Expected expected{"moved " + text(row.id) + " to " + xid,
                      {"row_altered", "row_reordered"},
                      row.seal,
                      {row.id}};
    co_await cover_up(tx, expected);
    co_return expected;
}

awaitable<Expected> Tamperer::delete_rows(Transaction& tx) {
    Expected expected{"deleted", {"row_missing"}, INT64_MAX, {}};
    for (std::int64_t left = 1 + below(5); left > 0; --left) {
        const SealedRow& row = any_row();
        expected.audit_ids.insert(row.id);
        expected.seal = std::min(expected.seal, row.seal);
    }
    expected.what += " " + list_of(expected.audit_ids);
    co_await tx.script("delete from audit where id in (" + list_of(expected.audit_ids) + ")");
    co_await cover_up(tx, expected);
    co_return expected;
}

awaitable<Expected> Tamperer::insert_row(Transaction& tx) {
    const SealedRow row = any_row();
    // Under a number of its own, or as a second row with that of another.
    const std::int64_t id = chance(50) ? row.id : 1'000'000 + below(1'000'000);
    co_await tx.script("insert into audit (id, at, xid, " + std::string(content) + ") select " +
                       text(id) + ", at + interval '1 second', xid, " + content +
                       " from audit where id = " + text(row.id));
    Expected expected{"inserted " + text(id), {"row_added"}, row.seal, {id}};
    // Behind the last row of its transaction it may fall before or behind the end of a seal.
    if (id != row.id)
        expected.seal = 0;
    co_await cover_up(tx, expected);
    co_return expected;
}

awaitable<Expected> Tamperer::renumber_row(Transaction& tx) {
    const SealedRow row = any_row();
    co_await tx.script("update audit set id = id + 1000000 where id = " + text(row.id));
    Expected expected{"renumbered " + text(row.id),
                      {"row_missing", "row_added"},
                      row.seal,
                      {row.id, row.id + 1'000'000}};
    co_await cover_up(tx, expected);
    co_return expected;
}

awaitable<Expected> Tamperer::swap_rows(Transaction& tx) {
    const auto [one, other] = two_rows();
    const std::string a = text(one.id), b = text(other.id);
    const std::string both = " where id in (" + a + "," + b + ")";
    std::string how;
    switch (below(3)) {
        case 0:  // their numbers
            how = "update audit set id = " + a + "::bigint + " + b + " - id" + both;
            break;
        case 1:  // all but their numbers
            how = "create temp table swapped on commit drop as select * from audit" + both +
                  "; update audit t set (at, xid, " + content + ") = (select at, xid, " + content +
                  " from swapped s where s.id = " + a + "::bigint + " + b + " - t.id)" + both;
            break;
        default:  // what they say, at their old places
            how = "create temp table swapped on commit drop as select * from audit" + both +
                  "; update audit t set (" + content + ") = (select " + content +
                  " from swapped s where s.id = " + a + "::bigint + " + b + " - t.id)" + both;
    }
    co_await tx.script(how);
    Expected expected{
        "swapped " + a + " and " + b + ": " + how, {"row_reordered"}, one.seal, {one.id, other.id}};
    co_await cover_up(tx, expected);
    co_return expected;
}

awaitable<Expected> Tamperer::truncate(Transaction& tx) {
    const std::set<std::int64_t> first{record_.rows.front().id};
    switch (below(3)) {
        case 0:
            co_await tx.script("truncate audit");
            co_return Expected{
                "truncated audit", {"row_missing"}, record_.rows.front().seal, first, false};
        case 1:
            co_await tx.script("truncate audit_seal");
            co_return Expected{"truncated audit_seal", {"seal_missing"}, 1, {}};
        default:
            co_await tx.script("truncate audit, audit_seal");
            co_return Expected{"truncated both", {"database_rolled_back"}, 1, {}};
    }
}

awaitable<Expected> Tamperer::restore_copy(Transaction& tx) {
    const std::string rows = "truncate audit; insert into audit select * from old_audit;";
    const std::string seals = "truncate audit_seal; insert into audit_seal select * from old_seal;";
    const auto first_lost = std::ranges::find_if(
        record_.rows, [&](const SealedRow& row) { return row.number > record_.copied_rows; });
    switch (below(3)) {
        case 0:
            co_await tx.script(rows + seals);
            co_return Expected{"restored an old copy of both",
                               {"database_rolled_back"},
                               record_.copied_seals + 1,
                               {}};
        case 1:
            co_await tx.script(rows);
            co_return Expected{"restored an old copy of audit",
                               {"row_missing"},
                               first_lost->seal,
                               {first_lost->id},
                               false};
        default:
            co_await tx.script(seals);
            co_return Expected{"restored an old copy of audit_seal",
                               {"seal_missing"},
                               record_.copied_seals + 1,
                               {}};
    }
}

awaitable<Expected> Tamperer::alter_seal(Transaction& tx) {
    const std::int64_t seal = 1 + below(record_.seals);
    const std::string how = seal_alterations[below(std::ssize(seal_alterations))];
    co_await tx.script("update audit_seal set " + how + " where number = " + text(seal));
    if (chance(50)) {
        auto changed = co_await office::seals::find(tx, seal);
        sign(*changed, own_key_);
        co_await tx.script("delete from audit_seal where number = " + text(seal));
        office::seals::insert(tx, *changed);
        co_await tx.gather();
    }
    co_return Expected{"altered seal " + text(seal) + ": " + how, {"seal_altered"}, seal, {}};
}

awaitable<Expected> Tamperer::delete_seal(Transaction& tx) {
    const std::int64_t seal = 1 + below(record_.seals);
    const bool and_later = chance(30);
    co_await tx.script("delete from audit_seal where number " +
                       std::string(and_later ? ">=" : "=") + " " + text(seal));
    // Its rows, if there are any, are still there.
    co_return Expected{
        "deleted seal " + text(seal), {"seal_missing", "database_rolled_back"}, seal, {}};
}

awaitable<Expected> Tamperer::forge_seal(Transaction& tx) {
    office::Seal seal = (co_await office::seals::newest(tx)).value();
    seal.number += 1 + below(3);
    seal.from = seal.to;
    seal.to.xid += 100;
    seal.previous = seal.hash;
    seal.first_number += seal.rows;
    seal.rows = 0;
    sign(seal, own_key_);
    office::seals::insert(tx, seal);
    co_await tx.gather();
    co_return Expected{"forged seal " + text(seal.number), {"seal_added"}, seal.number, {}};
}

awaitable<void> Tamperer::cover_up(Transaction& tx, Expected& expected) {
    if (expected.seal == 0 || !chance(50))
        co_return;
    co_await recompute(tx, expected.seal);
    expected.what += ", with all hashes from seal " + text(expected.seal) + " on recomputed";
    expected.codes.insert("seal_altered");
}

awaitable<void> Tamperer::recompute(Transaction& tx, std::int64_t from_seal) {
    std::int64_t first_number = 0;
    office::Hash previous{};
    for (std::int64_t number = from_seal; number <= record_.seals; ++number) {
        office::Seal seal = (co_await office::seals::find(tx, number)).value();
        office::SealedRows rows;
        const office::seals::Window window{.from = seal.from, .to = seal.to, .most = 1'000'000};
        co_await office::seals::read_rows(tx, window, rows);
        if (number > from_seal) {
            seal.previous = previous;
            seal.first_number = first_number;
        }
        seal.rows = rows.count();
        seal.root = rows.root();
        seal.leaves_hash = office::sha256(rows.leaves());
        sign(seal, own_key_);
        co_await tx.script("delete from audit_seal where number = " + text(number));
        office::seals::insert(tx, seal);
        co_await tx.gather();
        previous = seal.hash;
        first_number = seal.first_number + seal.rows;
    }
}

}  // namespace cambist::tests
