#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "gateway/ctl/database/commands.hpp"
#include "gateway/ctl/database/new_staff.hpp"
#include "gateway/ctl/database/secret_keys.hpp"
#include "gateway/ctl/database/work.hpp"
#include "gateway/ctl/secret_file.hpp"
#include "office/staff/credential_store.hpp"
#include "office/staff/password.hpp"
#include "office/staff/staff_store.hpp"

namespace cambist::ctl {

namespace {

namespace json = boost::json;
using boost::asio::awaitable;
using office::pg::Pool;

struct Person {
    std::string_view username, role, name;
};
/// One a role, and a second one where four eyes take two of the same.
constexpr Person people[] = {
    {"admin", "administrator", "Grace Oduya"},
    {"admin2", "administrator", "Henrik Dahl"},
    {"support", "support", "Nora Lind"},
    {"sales", "sales", "Victor Hale"},
    {"compliance", "compliance", "Amira Haddad"},
    {"compliance2", "compliance", "Jonas Weber"},
    {"officer", "reporting_officer", "Ada Solberg"},
    {"finance", "finance", "Marta Kowalska"},
    {"finance2", "finance", "Daniel Osei"},
    {"dealing", "dealing", "Kenji Mori"},
    {"dealing2", "dealing", "Lucia Ferrari"},
    {"risk", "risk", "Tomas Novak"},
    {"risk2", "risk", "Priya Nair"},
    {"partners", "partner_manager", "Elena Petrova"},
    {"auditor", "auditor", "Paul Mercer"},
};

struct Asked {
    std::string folder, key_file;
};

/// What the file says of each username; nothing when there is no such file.
json::object kept_in(const std::string& file) {
    std::ifstream stream(file);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    boost::system::error_code wrong;
    const auto value = json::parse(text, wrong);
    json::object kept;
    if (wrong || !value.is_array())
        return kept;
    for (const auto& item : value.as_array())
        if (item.is_object() && item.as_object().contains("username"))
            kept[item.at("username").as_string()] = item;
    return kept;
}

/// Does what is kept still open the account? The hash tells without trying the password.
awaitable<bool> still_good(office::pg::Transaction& tx, const json::value& kept) {
    if (!kept.is_object() || !kept.as_object().contains("password_hash"))
        co_return false;
    const auto account =
        co_await office::credentials::find(tx, std::string(kept.at("username").as_string()));
    co_return account && account->password_hash == kept.at("password_hash").as_string() &&
        account->staff.status == office::StaffStatus::active && !account->totp_secret.empty();
}

awaitable<json::value> set_up(office::pg::Transaction& tx, const office::SecretKeys& keys,
                              Person person) {
    const NewStaff staff{.username = std::string(person.username),
                         .name = std::string(person.name),
                         .role = std::string(person.role),
                         .password = office::random_password(),
                         .second_factor = office::TotpSecret::random(),
                         .must_change_password = false};
    const std::string hash = co_await set_up_staff(tx, keys, staff);
    co_return json::object{{"username", staff.username},
                           {"password", staff.password},
                           {"totp_secret", staff.second_factor.base32()},
                           {"role", staff.role},
                           {"name", staff.name},
                           {"password_hash", hash}};
}

awaitable<void> make_demo_staff(Pool& pool, const Asked& asked) {
    const std::string file = asked.folder + "/staff.json";
    const auto keys = read_secret_keys(asked.key_file);
    const json::object kept = kept_in(file);
    json::array all;
    bool changed = false;
    auto tx = co_await pool.begin();
    for (const Person& person : people) {
        const auto* known = kept.if_contains(person.username);
        if (known && co_await still_good(tx, *known)) {
            all.push_back(*known);
            continue;
        }
        changed = true;
        all.push_back(co_await set_up(tx, keys, person));
    }
    if (!changed)
        co_return;
    co_await tx.commit();
    write_secret(file, json::serialize(all));
    std::cout << file << '\n';
}

}  // namespace

void add_demo_staff_command(Program& program) {
    const auto asked = std::make_shared<Asked>();
    const auto& dsn = program.common().dsn;
    CLI::App& demo = program.command(
        program.group("staff"), "demo",
        "the staff of a demo installation, straight in the database", [asked, &dsn] {
            return work_in_database(dsn,
                                    [asked](Pool& pool) { return make_demo_staff(pool, *asked); });
        });
    demo.add_option("folder", asked->folder, "where staff.json is kept")->required();
    demo.add_option("--secret-key", asked->key_file, "the gateway's auth.secret_key_file")
        ->required();
}

}  // namespace cambist::ctl
