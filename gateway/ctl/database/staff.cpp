#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>
#include <memory>

#include "gateway/ctl/database/commands.hpp"
#include "gateway/ctl/database/new_staff.hpp"
#include "gateway/ctl/database/secret_keys.hpp"
#include "gateway/ctl/database/work.hpp"
#include "gateway/ctl/secret_file.hpp"
#include "office/staff/password.hpp"
#include "office/staff/staff_store.hpp"

namespace cambist::ctl {

namespace {

using boost::asio::awaitable;
using office::pg::Pool;

/// Four eyes take two people; from then on people are added by people.
constexpr std::int64_t enough_administrators = 2;

struct Asked {
    std::string name, username, key_file, file;
};

awaitable<void> create_administrator(Pool& pool, const Asked& asked) {
    const auto keys = read_secret_keys(asked.key_file);
    if (!office::is_username(asked.username))
        throw NotPossible("username_invalid: small letters, digits, dot, dash and underscore");
    auto tx = co_await pool.begin();
    if (co_await office::installation::administrators_ever(tx) >= enough_administrators)
        throw NotPossible(
            "administrators_exist: two people have been administrators, who add "
            "everybody else");
    if (co_await office::staff::find_by_name(tx, "staff:" + asked.username))
        throw NotPossible("username_taken: " + asked.username);
    const NewStaff staff{.username = asked.username,
                         .name = asked.name,
                         .role = "administrator",
                         .password = office::random_password(),
                         .second_factor = office::TotpSecret::random()};
    co_await set_up_staff(tx, keys, staff);
    co_await tx.commit();
    const boost::json::object shown{
        {"username", staff.username},
        {"password", staff.password},
        {"totp_secret", staff.second_factor.base32()},
        {"otpauth_uri", office::otpauth_uri(staff.second_factor, staff.username)},
        {"role", staff.role}};
    const std::string text = boost::json::serialize(shown);
    if (asked.file.empty())
        std::cout << text << '\n';
    else
        write_secret(asked.file, text);
}

}  // namespace

void add_staff_commands(Program& program) {
    const auto asked = std::make_shared<Asked>();
    const auto& dsn = program.common().dsn;
    CLI::App& group = program.group("staff");
    CLI::App& create = program.command(
        group, "create",
        "make one of the first two administrators, straight in the database; shows a temporary "
        "password and the second factor's secret once",
        [asked, &dsn] {
            return work_in_database(
                dsn, [asked](Pool& pool) { return create_administrator(pool, *asked); });
        });
    create.add_option("--administrator", asked->name, "the person's name")->required();
    create.add_option("--username", asked->username, "what they sign in as")->required();
    create.add_option("--secret-key", asked->key_file, "the gateway's auth.secret_key_file")
        ->required();
    create.add_option("--file", asked->file, "write it there, readable by its owner alone");
}

}  // namespace cambist::ctl
