#include "office/audit/verify/window_diff.hpp"

#include <unordered_map>

namespace cambist::office::verify {

namespace {

std::string_view hash_of(const RowEntry& row) {
    return {row.hash.data(), row.hash.size()};
}

/// The window's rows differ, and its anchor does not list them.
void name_window(const SealRecord& seal, std::size_t found, Findings& findings) {
    const auto rows = static_cast<std::int64_t>(found);
    Finding finding{.code = Code::row_altered, .seal = seal.number, .number = seal.first_number};
    if (rows != seal.rows)
        finding.code = rows < seal.rows ? Code::row_missing : Code::row_added;
    finding.detail = "somewhere among rows " + std::to_string(seal.first_number) + " to " +
                     std::to_string(seal.first_number + seal.rows - 1) + ": " +
                     std::to_string(seal.rows) + " were sealed, " + std::to_string(rows) +
                     " are there, and no anchor lists them";
    findings.add(std::move(finding));
}

class Comparison {
  public:
    Comparison(const SealRecord& seal, const Leaves& leaves, const std::vector<RowEntry>& rows)
        : seal_(seal), leaves_(leaves), rows_(rows), state_(leaves.size(), Row::missing) {
        for (std::size_t at = 0; at < leaves.size(); ++at)
            place_.emplace(leaves.id(at), at);
    }

    bool run(Findings& findings) {
        match();
        for (std::size_t at = 0; at < rows_.size(); ++at)
            if (!taken_[at])
                findings.add(finding(Code::row_added, at, rows_[at].id, "it was never sealed"));
        for (std::size_t at = 0; at < leaves_.size(); ++at) {
            if (state_[at] == Row::missing)
                findings.add(sealed(Code::row_missing, at, "it was sealed and is not there"));
            if (state_[at] == Row::altered)
                findings.add(sealed(Code::row_altered, at, "it is not what was sealed"));
        }
        return found_;
    }

  private:
    enum class Row { missing, altered, intact };

    /// Rows that are as they were sealed first, so that a copy under the same id is the added one.
    void match() {
        taken_.assign(rows_.size(), false);
        for (const Row wanted : {Row::intact, Row::altered}) {
            for (std::size_t at = 0; at < rows_.size(); ++at) {
                const auto known = place_.find(rows_[at].id);
                if (taken_[at] || known == place_.end() || state_[known->second] != Row::missing)
                    continue;
                const bool same = leaves_.hash(known->second) == hash_of(rows_[at]);
                if (wanted == Row::intact && !same)
                    continue;
                state_[known->second] = wanted;
                taken_[at] = true;
            }
        }
    }

    Finding finding(Code code, std::size_t at, std::int64_t id, const char* detail) {
        found_ = true;
        return {.code = code,
                .seal = seal_.number,
                .number = seal_.first_number + static_cast<std::int64_t>(at),
                .audit_id = id,
                .detail = detail};
    }
    Finding sealed(Code code, std::size_t at, const char* detail) {
        Finding found = finding(code, at, leaves_.id(at), detail);
        found.sealed_as = leaves_.hash(at);
        return found;
    }

    const SealRecord& seal_;
    const Leaves& leaves_;
    const std::vector<RowEntry>& rows_;
    std::unordered_map<std::int64_t, std::size_t> place_;
    std::vector<Row> state_;
    std::vector<bool> taken_;
    bool found_ = false;
};

}  // namespace

void diff(const SealRecord& seal, const std::optional<Leaves>& leaves,
          const std::vector<RowEntry>& rows, Findings& findings) {
    // The root says that they differ: where no row can be named, the window is.
    if (!leaves || !Comparison(seal, *leaves, rows).run(findings))
        name_window(seal, rows.size(), findings);
}

}  // namespace cambist::office::verify
