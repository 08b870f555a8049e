#pragma once

#include "office/configuration/configuration.hpp"

namespace cambist::office {

/// Judges the document `approvals`: who agrees to each act, level by level. Everything that routes
/// can file (`actions`) has at least one level, and each level a role that may decide: anything
/// else is noted `four_eyes_needed`. An act that somebody can decide now stays one:
/// `removes_the_last_approver`.
DocumentProblems review_approval_levels(const boost::json::value& document, const KnownNames& known,
                                        const KnownNames::Names& actions);

}  // namespace cambist::office
