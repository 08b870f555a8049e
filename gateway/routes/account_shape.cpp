#include "gateway/routes/account_shape.hpp"

#include "gateway/routes/shape.hpp"

namespace cambist::gateway {

namespace json = boost::json;
using office::accounts::AccountView;

json::object described(const AccountView& view) {
    const auto amount = [&](std::int64_t minor) {
        return money(minor, view.currency_digits, view.currency);
    };
    json::value client = nullptr;
    if (view.client)
        client = json::string(view.client->uuid());
    json::object policy{{"rights", words_of(view.policy.rights)},
                        {"reason", name_of(view.policy.reason)},
                        {"leverage_cap_x100", view.policy.leverage_cap_x100},
                        {"reserved", amount(view.policy.reserved)},
                        {"accepted_version", view.accepted_version},
                        {"enforced_version", view.enforced_version},
                        {"enforced_at", rfc3339(view.enforced_at)}};
    return {{"server_id", std::to_string(view.key.server.value)},
            {"login", std::to_string(view.key.login.value)},
            {"client_id", std::move(client)},
            {"kind", name_of(view.kind)},
            {"state", name_of(view.state)},
            {"group", view.group},
            {"leverage_x100", view.leverage_x100},
            {"balance", amount(view.balance)},
            {"credit", amount(view.credit)},
            {"in_scope", view.in_scope},
            {"mirrored", view.mirrored},
            {"deleted", view.deleted},
            {"money_out_stopped", view.money_out_stopped},
            {"own_leverage_cap_x100", view.own_cap_x100},
            {"policy", std::move(policy)}};
}

}  // namespace cambist::gateway
