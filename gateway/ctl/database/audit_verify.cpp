#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <iostream>
#include <memory>

#include "gateway/ctl/database/commands.hpp"
#include "office/audit/verify/report.hpp"
#include "office/audit/verify/verification.hpp"
#include "office/pg/error.hpp"

namespace cambist::ctl {

namespace {

namespace asio = boost::asio;
namespace pg = office::pg;
namespace verify = office::verify;
using asio::awaitable;

/// What the command line asked for.
struct Asked {
    std::string anchors;
    std::vector<std::string> keys;
    std::int64_t from_seal = 1;
    bool progress = false;
};

verify::Question question_of(const Asked& asked) {
    verify::Question question;
    question.anchors = asked.anchors;
    for (const std::string& file : asked.keys)
        question.keys.push_back(verify::PublicKey::read(file));
    question.from_seal = asked.from_seal;
    if (asked.progress)
        question.progress = [](std::int64_t seal, std::int64_t rows) {
            std::cerr << "seal " << seal << ", " << rows << " rows\n";
        };
    return question;
}

awaitable<verify::Report> verified(std::string dsn, verify::Question question) {
    verify::Verification verification(std::move(question));
    pg::ConnectionSettings settings;
    settings.dsn = std::move(dsn);
    settings.application_name = "cambistctl";
    settings.statement_timeout = settings.idle_in_transaction_timeout = {};
    const auto connection = co_await pg::Connection::connect(std::move(settings));
    pg::Transaction tx(*connection);
    co_await tx.script("set transaction isolation level repeatable read, read only");
    co_return co_await verification.run(tx);
}

/// 0: intact, 1: something was found, 2: nothing can be said.
ExitCode verify_audit(const Common& common, const Asked& asked) {
    if (common.dsn.empty())
        throw UsageProblem(
            "the audit is read from the database: give --dsn, or set "
            "CAMBIST_DATABASE_DSN");
    try {
        asio::io_context context{1};
        std::optional<verify::Report> report;
        asio::co_spawn(context, verified(common.dsn, question_of(asked)),
                       [&](std::exception_ptr broken, verify::Report done) {
                           if (broken)
                               std::rethrow_exception(broken);
                           report = std::move(done);
                       });
        context.run();
        std::cout << (common.output == "table" ? text_of(*report) : json_of(*report));
        return report->intact() ? ExitCode::done : ExitCode::refused;
    } catch (const std::runtime_error& error) {
        std::cerr << "cambistctl: cannot verify: " << error.what() << '\n';
        return ExitCode::usage;
    }
}

}  // namespace

void add_audit_commands(Program& program) {
    const auto asked = std::make_shared<Asked>();
    const Common& common = program.common();
    CLI::App& verify = program.command(
        program.group("audit"), "verify",
        "hold the database's audit against its seals and their anchors; exit code 0: intact, 1: "
        "something was changed (the first is named), 2: nothing can be said",
        [asked, &common] { return verify_audit(common, *asked); });
    verify.add_option("--anchors", asked->anchors, "folder of the anchors, or of a copy")
        ->required()
        ->type_name("FOLDER")
        ->group(needed_group);
    verify
        .add_option("--public-key", asked->keys,
                    "of the seals, in PEM; several where it was changed")
        ->required()
        ->type_name("FILE")
        ->group(needed_group);
    verify.add_option("--from-seal", asked->from_seal, "begin with this seal")
        ->check(CLI::PositiveNumber)
        ->type_name("NUMBER");
    verify.add_flag("--progress", asked->progress, "say how far it is");
}

}  // namespace cambist::ctl
