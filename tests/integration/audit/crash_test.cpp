#include "tests/integration/audit/audit_stand.hpp"
