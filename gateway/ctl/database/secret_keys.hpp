#pragma once

#include <string>

#include "office/staff/secret_keys.hpp"

namespace cambist::ctl {

/// The keys in the file that the gateway's setting auth.secret_key_file names. Throws NotPossible.
office::SecretKeys read_secret_keys(const std::string& file);

}  // namespace cambist::ctl
