#include "tests/integration/audit/audit_stand.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "bridge/keys/seal_key.hpp"

namespace cambist::tests {

namespace fs = std::filesystem;

AuditStand::AuditStand() {
    std::string pattern = (fs::temp_directory_path() / "cambist-audit-XXXXXX").string();
    place = ::mkdtemp(pattern.data());
    key = bridge::make_seal_key("seal", place);
    public_key = place / "seal.pub";
    anchors = new_folder("anchors");
    pg::PoolSettings settings;
    settings.connection = database.settings("cambist_bridge");
    pool = std::make_unique<pg::Pool>(settings);
}

AuditStand::~AuditStand() {
    pool.reset();
    fs::remove_all(place);
}

fs::path AuditStand::new_folder(const std::string& name) const {
    fs::create_directory(place / name);
    return place / name;
}

std::unique_ptr<bridge::AuditSealer> AuditStand::sealer(std::vector<fs::path> folders,
                                                        std::int64_t rows) {
    bridge::SealerSettings settings{.key = key, .folders = std::move(folders)};
    settings.limits.rows = rows;
    return std::make_unique<bridge::AuditSealer>(context.get_executor(), *pool,
                                                 std::move(settings));
}

void AuditStand::seal_all(bridge::AuditSealer& sealer) {
    while (await(context, sealer.step())) {
    }
}

void AuditStand::change(int rows, const std::string& subject) {
    sql("insert into audit (actor, action, subject, before, after, reason, request_id) "
        "select 'key:test', 'status_changed', '" +
        subject +
        "', '{\"status\": \"approved\"}', jsonb_build_object('n', n), 'why ' || n, "
        "gen_random_uuid() from generate_series(1, " +
        std::to_string(rows) + ") n");
}

verify::Question AuditStand::question(const fs::path& folder) const {
    verify::Question question;
    question.anchors = folder;
    question.keys.push_back(verify::PublicKey::read(public_key));
    return question;
}

verify::Report AuditStand::verified(verify::Question asked, const std::string& role) {
    return await(context, [&]() -> awaitable<verify::Report> {
        verify::Verification verification(std::move(asked));
        const auto connection = co_await pg::Connection::connect(database.settings(role));
        pg::Transaction tx(*connection);
        co_await tx.script("set transaction isolation level repeatable read, read only");
        co_return co_await verification.run(tx);
    }());
}

std::string AuditStand::found(const verify::Report& report) {
    std::string text;
    for (const verify::Finding& finding : report.findings.kept()) {
        text.append("[").append(name_of(finding.code)).append(" ");
        text += std::to_string(finding.seal);
        if (finding.number != 0)
            text += "/" + std::to_string(finding.number);
        if (finding.audit_id)
            text += "#" + std::to_string(*finding.audit_id);
        text += "]";
    }
    return text;
}

fs::path AuditStand::anchor_file(const fs::path& folder) {
    fs::path newest;
    for (const auto& entry : fs::directory_iterator(folder))
        newest = std::max(newest, entry.path());
    return newest;
}

std::string AuditStand::text_of(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

void AuditStand::write(const fs::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

}  // namespace cambist::tests
