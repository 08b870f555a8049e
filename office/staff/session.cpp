#include "office/staff/session.hpp"

namespace cambist::office {

bool is_alive(const SessionStanding& session, Instant now) {
    return !session.ended && session.version == session.current_version &&
           session.owner == StaffStatus::active && now < session.idle_expires_at &&
           now < session.absolute_expires_at;
}

bool is_stepped_up(const SessionStanding& session, const SessionLimits& limits, Instant now) {
    return session.stepped_up_at && now - *session.stepped_up_at < limits.step_up;
}

}  // namespace cambist::office
