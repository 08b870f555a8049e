#include "office/audit/verify/seal_record.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <chrono>
#include <set>
#include <stdexcept>

namespace cambist::office::verify {

namespace {

namespace json = boost::json;

constexpr std::string_view seal_mark("\2", 1);

struct Malformed : std::runtime_error {
    using runtime_error::runtime_error;
};

std::string bytes_at(const json::object& line, const char* key, std::size_t size) {
    auto bytes = from_hex(std::string_view(line.at(key).as_string()));
    if (!bytes || bytes->size() != size)
        throw Malformed(std::string(key) + " is not " + std::to_string(size) + " bytes in hex");
    return std::move(*bytes);
}

/// YYYY-MM-DDThh:mm:ss.uuuuuuZ
std::int64_t microseconds_of(std::string_view text) {
    constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd.ddddddZ";
    bool fits = text.size() == form.size();
    for (std::size_t at = 0; fits && at < form.size(); ++at)
        fits = form[at] == 'd' ? text[at] >= '0' && text[at] <= '9' : text[at] == form[at];
    if (!fits)
        throw Malformed("sealed_at is not a time");
    const auto number = [&](std::size_t from, std::size_t size) {
        int value = 0;
        std::from_chars(text.data() + from, text.data() + from + size, value);
        return value;
    };
    using namespace std::chrono;
    const year_month_day day{year(number(0, 4)), month(static_cast<unsigned>(number(5, 2))),
                             std::chrono::day(static_cast<unsigned>(number(8, 2)))};
    if (!day.ok())
        throw Malformed("sealed_at is not a day");
    const auto time = sys_days(day) + hours(number(11, 2)) + minutes(number(14, 2)) +
                      seconds(number(17, 2)) + microseconds(number(20, 6));
    return duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

AnchorRecord read(const json::object& line) {
    const auto number = [&](const char* key) { return line.at(key).to_number<std::int64_t>(); };
    AnchorRecord anchor;
    SealRecord& seal = anchor.seal;
    seal.number = number("number");
    seal.columns = number("columns");
    seal.from = {line.at("xid_from").to_number<std::uint64_t>(), number("id_from")};
    seal.to = {line.at("xid_to").to_number<std::uint64_t>(), number("id_to")};
    seal.first_number = number("first_number");
    seal.rows = number("rows");
    seal.sealed_at_us = microseconds_of(std::string_view(line.at("sealed_at").as_string()));
    seal.root = bytes_at(line, "root", 32);
    seal.leaves_hash = bytes_at(line, "leaves_hash", 32);
    seal.previous = bytes_at(line, "previous", 32);
    seal.hash = bytes_at(line, "hash", 32);
    seal.signature = bytes_at(line, "signature", 64);
    constexpr std::size_t fields = 14;
    if (line.size() != fields + (line.contains("leaves") ? 1 : 0))
        throw Malformed("it has fields that are not known");
    if (const json::value* leaves = line.if_contains("leaves")) {
        auto bytes = from_base64(std::string_view(leaves->as_string()));
        if (!bytes || bytes->size() % Leaves::entry != 0)
            throw Malformed("leaves are not a list");
        anchor.leaves.emplace(std::move(*bytes));
    } else if (seal.rows == 0) {
        anchor.leaves.emplace(std::string());
    }
    return anchor;
}

}  // namespace

std::int64_t Leaves::id(std::size_t at) const {
    std::uint64_t id = 0;
    for (std::size_t byte = 0; byte < 8; ++byte)
        id = id << 8 | static_cast<unsigned char>(bytes_[at * entry + byte]);
    return static_cast<std::int64_t>(id);
}

Digest hash_of(const SealRecord& seal, Sha256& sha) {
    std::string numbers;
    for (const std::int64_t number :
         {seal.number, seal.columns, static_cast<std::int64_t>(seal.from.xid), seal.from.id,
          static_cast<std::int64_t>(seal.to.xid), seal.to.id, seal.first_number, seal.rows,
          seal.sealed_at_us})
        numbers += number_bytes(number);
    return sha.of({seal_mark, numbers, seal.root, seal.leaves_hash, seal.previous});
}

std::string difference(const SealRecord& a, const SealRecord& b) {
    std::string names;
    const auto compare = [&](const char* name, const auto& one, const auto& other) {
        if (one != other)
            names.append(names.empty() ? "" : ", ").append(name);
    };
    compare("number", a.number, b.number);
    compare("columns", a.columns, b.columns);
    compare("xid_from", a.from.xid, b.from.xid);
    compare("id_from", a.from.id, b.from.id);
    compare("xid_to", a.to.xid, b.to.xid);
    compare("id_to", a.to.id, b.to.id);
    compare("first_number", a.first_number, b.first_number);
    compare("rows", a.rows, b.rows);
    compare("sealed_at", a.sealed_at_us, b.sealed_at_us);
    compare("root", a.root, b.root);
    compare("leaves_hash", a.leaves_hash, b.leaves_hash);
    compare("previous", a.previous, b.previous);
    compare("hash", a.hash, b.hash);
    compare("signature", a.signature, b.signature);
    return names;
}

std::expected<AnchorRecord, std::string> read_anchor(std::string_view line) {
    try {
        const json::value value = json::parse(line);
        return read(value.as_object());
    } catch (const std::exception& error) {
        return std::unexpected(std::string("no anchor: ") + error.what());
    }
}

}  // namespace cambist::office::verify
