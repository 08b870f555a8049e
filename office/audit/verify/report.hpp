#pragma once

#include <string>

#include "office/audit/verify/verification.hpp"

namespace cambist::office::verify {

/// The report for people, a few lines; the first finding first.
std::string text_of(const Report& report);

/// The report as one JSON object, every finding that was kept included.
std::string json_of(const Report& report);

}  // namespace cambist::office::verify
