#include "gateway/ctl/database/new_key.hpp"

#include <sodium/randombytes.h>

#include "gateway/ctl/database/work.hpp"
#include "office/audit/audit_store.hpp"
#include "office/staff/api_key_store.hpp"

namespace cambist::ctl {

void record_key(office::pg::Transaction& tx, const char* action, const std::string& id) {
    const office::Change change{
        .action = action, .subject = "api_key:" + id, .before = "", .after = "", .reason = ""};
    office::audit::append(tx, administrator(), change);
}

boost::asio::awaitable<office::KeyText> create_key(office::pg::Pool& pool, std::string name,
                                                   std::vector<std::string> permissions) {
    const auto text = office::KeyText::random();
    office::ApiKey key;
    key.id = text.id;
    key.name = std::move(name);
    key.hash = office::hash_of(text);
    randombytes_buf(&key.principal, sizeof key.principal);
    key.permissions = std::move(permissions);
    auto tx = co_await pool.begin();
    co_await office::api_keys::insert(tx, key);
    record_key(tx, "api_key_created", key.id);
    co_await tx.commit();
    co_return text;
}

}  // namespace cambist::ctl
