#include "gateway/ctl/database/new_staff.hpp"

#include "gateway/ctl/database/work.hpp"
#include "office/administration/staff_service.hpp"
#include "office/audit/audit_store.hpp"
#include "office/staff/password.hpp"

namespace cambist::ctl {

namespace {

using boost::asio::awaitable;

OperationId random_id() {
    std::string text = office::random_hex(32);
    for (const std::size_t dash : {8u, 13u, 18u, 23u})
        text.insert(dash, "-");
    return OperationId::from_uuid(text).value();
}

void record(office::pg::Transaction& tx, const char* action, OperationId staff,
            const std::string& after) {
    const office::Change change{.action = action,
                                .subject = "staff:" + staff.uuid(),
                                .before = {},
                                .after = after,
                                .reason = {}};
    office::audit::append(tx, administrator(), change);
}

awaitable<OperationId> find_or_add(office::pg::Transaction& tx, const NewStaff& wanted) {
    const auto known = co_await office::staff::find_by_name(tx, "staff:" + wanted.username);
    if (known)
        co_return known->id;
    office::Staff staff;
    staff.id = random_id();
    staff.person = random_id();
    staff.username = wanted.username;
    staff.name = wanted.name;
    const auto added = co_await office::add_staff(tx, staff, administrator());
    if (!added)
        throw NotPossible(wanted.username + ": " + std::string(added.error().code));
    co_return staff.id;
}

}  // namespace

awaitable<std::string> set_up_staff(office::pg::Transaction& tx, const office::SecretKeys& keys,
                                    NewStaff wanted) {
    namespace installation = office::installation;
    const OperationId id = co_await find_or_add(tx, wanted);
    if (!co_await installation::holds_role(tx, id, wanted.role)) {
        installation::grant_role(tx, id, wanted.role, administrator().name);
        record(tx, "role_granted", id, "{\"role\":\"" + wanted.role + "\"}");
    }
    std::string hash = office::hash_password(wanted.password, {});
    const installation::HandedCredentials credentials{
        .password_hash = hash,
        .second_factor = wanted.second_factor,
        .must_change_password = wanted.must_change_password};
    installation::set_credentials(tx, keys, id, credentials);
    record(tx, "credentials_handed_over", id, "{}");
    co_return hash;
}

}  // namespace cambist::ctl
