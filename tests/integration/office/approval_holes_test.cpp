// Every way around four eyes that others' systems were found to have. Each is tried twice: as the
// office is, where it must be refused, and with the guard against it taken out, where it must work:
// so the test would notice if somebody took the guard out.
#include <functional>
#include <map>

#include "office/approvals/approval_store.hpp"
#include "office/pg/error.hpp"
#include "sync/vocabulary/planted.hpp"
#include "tests/integration/office/office_desk.hpp"

namespace cambist::tests {

namespace {

using approvals::Engine;

class ApprovalHoles : public OfficeDesk {
  protected:
    ApprovalHoles() {
        for (const Actor& actor : {third, twin})
            database.psql("insert into person (id, name) values ('" + actor.person.uuid() +
                          "', 'X') on conflict do nothing; insert into staff (id, person_id, "
                          "username, name) values ('" +
                          actor.principal.uuid() + "', '" + actor.person.uuid() + "', '" +
                          actor.name.substr(6) +
                          "', 'X'); insert into role_grant (id, staff_id, "
                          "role, granted_by) values (gen_random_uuid(), '" +
                          actor.principal.uuid() + "', 'everything', 'test')");
        configure(1);
    }
    ~ApprovalHoles() override { planted_bug = ""; }

    /// How many levels an act takes.
    void configure(int levels) {
        std::string list;
        for (int i = 0; i < levels; ++i)
            list += std::string(i ? "," : "") + R"({"roles":["everything"]})";
        database.psql(
            "insert into configuration (name, version, body, author) select 'approvals', "
            "max(version) + 1, '{\"actions\":{\"client.change_status\":{\"levels\":[" +
            list + "]}}}', 'test' from configuration");
    }

    /// Runs `body(tx)` as that actor, and commits it.
    template <class Body>
    auto acting(const Actor& actor, std::string_view permission, Body body) {
        return committed([&](pg::Transaction& tx) {
            access::act(tx, actor, permission);
            return body(tx);
        });
    }

    Outcome<Approval> ask(const Actor& actor, const std::string& subject = "") {
        const ApprovalRequest request{
            .id = {6, 5000 + ++asked_},
            .action = "client.change_status",
            .subject = subject.empty() ? "hole:" + std::to_string(asked_) : subject,
            .payload = "{\"to\":\"approved\"}",
            .reason = "because"};
        return acting(actor, "client.change_status",
                      [&](auto& tx) { return Engine::submit(tx, request, actor); });
    }

    awaitable<Outcome<approvals::Decided>> decide_in(pg::Transaction& tx, const Approval& approval,
                                                     const Actor& actor, std::int64_t version,
                                                     bool approves = true) {
        access::act(tx, actor, "approval.decide");
        const WantedDecision wanted{.approves = approves, .remark = "seen", .if_version = version};
        const auto carry = [this](const Approved&,
                                  const Approval& what) -> awaitable<approvals::CarriedOut> {
            ++carried_out[what.request.id];
            co_return std::nullopt;
        };
        co_return co_await Engine::decide(tx, approval.request.id, wanted, actor, now, carry);
    }

    /// The code of the refusal, or how the approval stands.
    std::string decide(const Approval& approval, const Actor& actor, std::int64_t version = 1,
                       bool approves = true) {
        try {
            const auto decided = committed([&](pg::Transaction& tx) {
                return decide_in(tx, approval, actor, version, approves);
            });
            return decided ? std::string(name_of(decided->approval.state))
                           : std::string(decided.error().code);
        } catch (const pg::DatabaseError& error) {
            return std::string(error.constraint());
        }
    }

    /// `attack` tells whether it got through: not as things are, but without the guard.
    void expect_guarded(std::string_view guard, const std::function<bool()>& attack) {
        EXPECT_FALSE(attack()) << guard;
        planted_bug = guard;
        EXPECT_TRUE(attack()) << "nobody would notice that " << guard;
        planted_bug = "";
    }

    /// The database refuses parties too: the last line, taken out to see the rule's own.
    void take_out(const std::string& trigger) {
        database.psql("alter table approval_decision disable trigger " + trigger);
    }

    const Actor third{
        .name = "staff:third", .principal = {4, 3}, .person = {4, 13}, .is_staff = true};
    /// Another account of the maker's.
    const Actor twin{
        .name = "staff:twin", .principal = {4, 4}, .person = {4, 11}, .is_staff = true};
    std::map<OperationId, int> carried_out;
    Instant now{};

    static constexpr pg::Query waiting{"holes_waiting",
                                       "select count(*) from pg_locks where not granted"};

  private:
    std::uint64_t asked_ = 0;
};

TEST_F(ApprovalHoles, a_maker_does_not_approve_what_they_asked_for) {
    take_out("approver_is_no_party");
    expect_guarded("parties_decide",
                   [&] { return decide(ask(maker).value(), maker) == "approved"; });
}

TEST_F(ApprovalHoles, a_second_account_of_the_maker_does_not_approve_it_either) {
    take_out("approver_is_no_party");
    expect_guarded("parties_decide",
                   [&] { return decide(ask(maker).value(), twin) == "approved"; });
}

TEST_F(ApprovalHoles, the_database_refuses_a_party_whatever_the_program_does) {
    planted_bug = "parties_decide";
    EXPECT_EQ(decide(ask(maker).value(), maker), "approver_is_no_party");
    EXPECT_EQ(decide(ask(maker).value(), twin), "approver_is_no_party");
    take_out("approver_is_no_party");
    EXPECT_EQ(decide(ask(maker).value(), maker), "approved");
}

TEST_F(ApprovalHoles, nothing_is_carried_out_by_being_asked_for_whoever_asks) {
    const auto asked = ask(checker);
    EXPECT_EQ(asked->state, ApprovalState::pending);
    EXPECT_TRUE(carried_out.empty());
    EXPECT_EQ(decide(*asked, checker), "maker_decides");
}

TEST_F(ApprovalHoles, whoever_edits_the_request_does_not_approve_it) {
    take_out("approver_is_no_party");
    expect_guarded("editors_are_forgotten", [&] {
        const auto asked = ask(maker);
        acting(checker, "approval.read", [&](auto& tx) {
            return Engine::edit(tx, asked->request.id, "{\"to\":\"closed\"}", "better", 1, checker,
                                now);
        });
        return decide(*asked, checker, 2) == "approved";
    });
}

TEST_F(ApprovalHoles, a_decision_on_other_words_counts_for_nothing) {
    configure(2);
    expect_guarded("edits_keep_decisions", [&] {
        const auto asked = ask(maker);
        decide(*asked, checker);
        acting(maker, "approval.read", [&](auto& tx) {
            return Engine::edit(tx, asked->request.id, "{\"to\":\"closed\"}", "better", 2, maker,
                                now);
        });
        return database.psql(
                   "select count(*) from approval_decision where not void and "
                   "approval_id = '" +
                   asked->request.id.uuid() + "'") == "1";
    });
}

TEST_F(ApprovalHoles, a_decision_names_the_words_that_it_is_about) {
    expect_guarded("versions_are_not_compared", [&] {
        const auto asked = ask(maker);
        acting(maker, "approval.read", [&](auto& tx) {
            return Engine::edit(tx, asked->request.id, "{\"to\":\"closed\"}", "better", 1, maker,
                                now);
        });
        return decide(*asked, checker, 1) == "approved";
    });
}

TEST_F(ApprovalHoles, words_are_bound_to_their_hash_in_the_database) {
    const auto asked = ask(maker);
    EXPECT_ANY_THROW(database.psql("update approval set payload = '{}'"));
    EXPECT_EQ(database.psql("select count(*) from approval where payload = '{}'"), "0");
    database.psql("alter table approval drop constraint approval_payload");
    database.psql("update approval set payload = '{}'");
    EXPECT_EQ(database.psql("select count(*) from approval where payload = '{}'"), "1");
}

TEST_F(ApprovalHoles, who_lost_the_role_since_does_not_approve) {
    // Keeps a role that may decide other things, so the request stays in sight.
    database.psql(
        "insert into role values ('watcher', 'of tests');"
        "insert into role_permission values ('watcher', 'approval.decide');"
        "insert into role_grant (id, staff_id, role, granted_by) values (gen_random_uuid(), '" +
        checker.principal.uuid() + "', 'watcher', 'test')");
    const std::string mine =
        " where role = 'everything' and staff_id = '" + checker.principal.uuid() + "'";
    expect_guarded("roles_are_not_asked", [&] {
        database.psql("update role_grant set revoked_at = null, revoked_by = null" + mine);
        const auto asked = ask(maker);
        database.psql("update role_grant set revoked_at = now(), revoked_by = 'x'" + mine);
        return decide(*asked, checker) == "approved";
    });
    EXPECT_EQ(decide(ask(maker).value(), checker), "role_missing");
}

TEST_F(ApprovalHoles, who_lost_every_role_does_not_even_see_it) {
    const auto asked = ask(maker);
    database.psql("update role_grant set revoked_at = now(), revoked_by = 'x' where staff_id = '" +
                  checker.principal.uuid() + "'");
    EXPECT_EQ(decide(*asked, checker), "unknown_approval");
}

TEST_F(ApprovalHoles, what_a_maker_may_not_ask_any_more_is_not_carried_out) {
    expect_guarded("makers_keep_their_rights", [&] {
        database.psql("update role_grant set revoked_at = null, revoked_by = null");
        const auto asked = ask(third);
        database.psql(
            "update role_grant set revoked_at = now(), revoked_by = 'x' where staff_id = '" +
            third.principal.uuid() + "'");
        return decide(*asked, checker) == "approved";
    });
}

TEST_F(ApprovalHoles, a_decision_is_not_replayed) {
    expect_guarded("decisions_are_replayed", [&] {
        const auto asked = ask(maker);
        EXPECT_EQ(decide(*asked, checker), "approved");
        decide(*asked, third, 2);
        return carried_out[asked->request.id] == 2;
    });
}

TEST_F(ApprovalHoles, what_was_rejected_or_withdrawn_is_not_approved_later) {
    expect_guarded("decisions_are_replayed", [&] {
        const auto rejected = ask(maker);
        EXPECT_EQ(decide(*rejected, checker, 1, false), "rejected");
        const auto withdrawn = ask(maker);
        acting(maker, "approval.read", [&](auto& tx) {
            return Engine::withdraw(tx, withdrawn->request.id, "no", maker, now);
        });
        return decide(*rejected, third, 2) == "approved" ||
               decide(*withdrawn, third, 2) == "approved";
    });
}

TEST_F(ApprovalHoles, one_person_does_not_count_for_two_levels) {
    configure(2);
    database.psql("drop index approval_decision_once");
    expect_guarded("one_person_counts_twice", [&] {
        const auto asked = ask(maker);
        EXPECT_EQ(decide(*asked, checker), "pending");
        return decide(*asked, checker, 2) == "approved";
    });
}

TEST_F(ApprovalHoles, the_database_lets_one_person_decide_once_whatever_the_program_does) {
    configure(2);
    planted_bug = "one_person_counts_twice";
    const auto asked = ask(maker);
    EXPECT_EQ(decide(*asked, checker), "pending");
    EXPECT_EQ(decide(*asked, checker, 2), "approval_decision_once");
}

TEST_F(ApprovalHoles, who_stands_in_for_the_maker_or_for_an_earlier_approver_does_not_count) {
    configure(2);
    const auto deputise = [&](const Actor& from, const Actor& to) {
        database.psql(
            "delete from delegation; update role_grant set revoked_at = now(), "
            "revoked_by = 'x' where staff_id = '" +
            to.principal.uuid() +
            "'; insert into delegation (id, from_staff, to_staff, valid_from, "
            "valid_until, reason) values (gen_random_uuid(), '" +
            from.principal.uuid() + "', '" + to.principal.uuid() +
            "', now() - interval '1 day', now() + interval '1 day', 'holiday')");
    };
    deputise(maker, third);
    EXPECT_EQ(decide(ask(maker).value(), third), "maker_decides");
    deputise(checker, third);
    const auto asked = ask(maker);
    EXPECT_EQ(decide(*asked, checker), "pending");
    EXPECT_EQ(decide(*asked, third, 2), "same_person");
    const auto in_place = ask(maker);
    EXPECT_EQ(decide(*in_place, third), "pending");
    EXPECT_EQ(database.psql("select b.username from approval_decision d join staff b on b.id = "
                            "d.on_behalf_of where d.approval_id = '" +
                            in_place->request.id.uuid() + "'"),
              "checker");
    EXPECT_EQ(database.psql("select on_behalf_of from audit where action = 'approval_given' "
                            "order by id desc limit 1"),
              "staff:checker");
}

TEST_F(ApprovalHoles, what_its_subject_has_outgrown_is_stale) {
    const Client ada = approved_client({});
    expect_guarded("subjects_are_not_compared", [&] {
        database.psql(
            "update approval set state = 'stale', closed_at = now() where state = "
            "'pending'");
        const auto asked = ask(maker, ada.subject());
        database.psql("update client set version = version + 1");
        const bool through = decide(*asked, checker) == "approved";
        if (!through)
            EXPECT_EQ(database.psql("select state, closed_code from approval where id = '" +
                                    asked->request.id.uuid() + "'"),
                      "stale|subject_changed");
        return through;
    });
}

TEST_F(ApprovalHoles, an_expired_request_is_not_approved) {
    expect_guarded("expiry_is_ignored", [&] {
        const auto asked = ask(maker);
        database.psql("update approval set expires_at = now() + interval '1 hour'");
        now = {INT64_MAX};
        const bool through = decide(*asked, checker) == "approved";
        now = {};
        return through;
    });
}

TEST_F(ApprovalHoles, two_approvers_at_once_carry_it_out_once) {
    // Both look before either commits; without the lock both pass.
    const auto race = [&] {
        const auto asked = ask(maker);
        await(context, [&]() -> awaitable<void> {
            auto first = co_await gateway.begin();
            co_await decide_in(first, *asked, checker, 1);
            bool ended = false;
            boost::asio::co_spawn(
                context,
                [&]() -> awaitable<void> {
                    auto second = co_await gateway.begin();
                    co_await decide_in(second, *asked, third, 1);
                    co_await second.commit();
                },
                [&](std::exception_ptr) { ended = true; });
            auto watcher = co_await bridge.begin();
            while (!ended && (co_await watcher.execute(waiting)).one().get<std::int64_t>(0) == 0) {
            }
            co_await first.commit();
            while (!ended)
                co_await watcher.execute(waiting);
        }());
        return carried_out[asked->request.id] > 1;
    };
    database.psql("drop index approval_decision_once");
    expect_guarded("approvals_are_not_locked", race);
}

TEST_F(ApprovalHoles, the_same_act_on_the_same_subject_waits_once) {
    EXPECT_TRUE(ask(maker, "hole:one").has_value());
    EXPECT_EQ(ask(third, "hole:one").error().code, "approval_pending");
    database.psql("drop index approval_waiting");
    EXPECT_TRUE(ask(third, "hole:one").has_value());
}

TEST_F(ApprovalHoles, no_setting_turns_four_eyes_off) {
    configure(0);
    EXPECT_EQ(ask(maker).error().code, "no_levels_configured");
    expect_guarded("levels_may_be_none", [&] { return ask(maker).has_value(); });
}

TEST_F(ApprovalHoles, an_api_key_does_not_approve) {
    Actor key = checker;
    key.name = "key:checker";
    key.is_staff = false;
    expect_guarded("keys_decide", [&] { return decide(ask(maker).value(), key) == "approved"; });
}

TEST_F(ApprovalHoles, a_pending_request_is_not_deleted_and_keeps_both_names) {
    const auto asked = ask(maker);
    const auto remove = [&] {
        return committed([&](pg::Transaction& tx) -> awaitable<bool> {
            co_await tx.script("delete from approval_party; delete from approval");
            co_return true;
        });
    };
    EXPECT_THROW(remove(), pg::DatabaseError);
    EXPECT_EQ(decide(*asked, checker, 1, false), "rejected");
    EXPECT_EQ(database.psql("select a.maker, s.username, a.state from approval a join "
                            "approval_decision d on d.approval_id = a.id "
                            "join staff s on s.id = d.staff_id"),
              "staff:maker|checker|rejected");
}

TEST_F(ApprovalHoles, every_step_and_every_refusal_is_on_record) {
    const auto asked = ask(maker);
    EXPECT_EQ(decide(*asked, maker), "maker_decides");
    EXPECT_EQ(decide(*asked, checker), "approved");
    EXPECT_EQ(
        database.psql("select string_agg(action || ' ' || actor || coalesce(' ' || (after ->> "
                      "'code'), ''), ', ' order by id) from audit where subject = '" +
                      asked->name() + "'"),
        "approval_requested staff:maker, approval_refused staff:maker maker_decides, "
        "approval_given staff:checker, approval_approved staff:checker");
}

}  // namespace
}  // namespace cambist::tests
