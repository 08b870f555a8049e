#include "office/audit/verify/report.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cstdio>

namespace cambist::office::verify {

namespace {

namespace json = boost::json;

constexpr std::size_t findings_shown = 20;

std::string rfc3339(Instant at) {
    using namespace std::chrono;
    const sys_time<milliseconds> time(milliseconds(at.ns / 1'000'000));
    const year_month_day day(floor<days>(time));
    const hh_mm_ss clock(time - floor<days>(time));
    char text[48];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", int(day.year()),
                  unsigned(day.month()), unsigned(day.day()), int(clock.hours().count()),
                  int(clock.minutes().count()), int(clock.seconds().count()),
                  int(clock.subseconds().count()));
    return text;
}

std::string line_of(const Finding& finding) {
    std::string text(name_of(finding.code));
    if (finding.audit_id)
        text += ": audit id " + std::to_string(*finding.audit_id);
    if (finding.number != 0)
        text += (finding.audit_id ? ", row " : ": row ") + std::to_string(finding.number) +
                " of seal " + std::to_string(finding.seal);
    else
        text += ": seal " + std::to_string(finding.seal);
    return text + ": " + finding.detail + "\n";
}

json::object object_of(const Finding& finding) {
    json::object object{{"code", name_of(finding.code)},
                        {"seal", finding.seal},
                        {"number", nullptr},
                        {"audit_id", nullptr},
                        {"detail", finding.detail}};
    if (finding.number != 0)
        object["number"] = finding.number;
    if (finding.audit_id)
        object["audit_id"] = *finding.audit_id;
    return object;
}

}  // namespace

std::string text_of(const Report& report) {
    const auto& findings = report.findings.kept();
    std::string text;
    if (report.intact())
        text = "intact: ";
    else
        text = "NOT INTACT, first " + line_of(findings.front());
    text += std::to_string(report.seals) + " seals from " + std::to_string(report.from_seal) +
            " to " + std::to_string(report.last_seal) + " over " + std::to_string(report.rows) +
            " rows";
    if (report.sealed_at)
        text += ", the last of " + rfc3339(*report.sealed_at);
    text += "\n";
    if (report.unanchored > 0)
        text += std::to_string(report.unanchored) + " seals of the last minute wait for anchors\n";
    if (report.unsealed > 0)
        text += std::to_string(report.unsealed) + " newest rows wait for a seal\n";
    for (std::size_t at = 0; at < findings.size() && at < findings_shown; ++at)
        text += "  " + line_of(findings[at]);
    const std::size_t shown = std::min(findings.size(), findings_shown);
    if (report.findings.total() > shown)
        text += "  and " + std::to_string(report.findings.total() - shown) + " more\n";
    return text;
}

std::string json_of(const Report& report) {
    json::array findings;
    for (const Finding& finding : report.findings.kept())
        findings.push_back(object_of(finding));
    json::object object{{"intact", report.intact()},
                        {"from_seal", report.from_seal},
                        {"last_seal", report.last_seal},
                        {"seals", report.seals},
                        {"rows", report.rows},
                        {"sealed_at", nullptr},
                        {"unanchored_seals", report.unanchored},
                        {"unsealed_rows", report.unsealed},
                        {"findings_total", report.findings.total()},
                        {"first", nullptr}};
    if (report.sealed_at)
        object["sealed_at"] = rfc3339(*report.sealed_at);
    if (!findings.empty())
        object["first"] = findings.front();
    object["findings"] = std::move(findings);
    return json::serialize(object) + "\n";
}

}  // namespace cambist::office::verify
