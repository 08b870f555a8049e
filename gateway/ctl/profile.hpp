#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace cambist::ctl {

/// One session of one member of staff, kept between commands.
struct Profile {
    std::string url, ca_file;
    std::string username;
    std::string cookie, csrf_token;
    std::string device;           ///< the cookie that tells the gateway that it knows this profile
    std::string credentials;      ///< the file that logs in again by itself, or empty
    std::int64_t totp_step = -1;  ///< the last one whose code was used
};

/// A name stands for ~/.config/cambist/NAME.json; what has a slash or ends with .json is a file.
std::string profile_file(const std::string& name_or_file);

/// Nothing when there is no such file; throws UsageProblem when others may read it, or it is none.
std::optional<Profile> read_profile(const std::string& file);
/// Readable by its owner alone; makes the folders that are missing.
void write_profile(const std::string& file, const Profile& profile);

/// Of several commands that would begin a session for one profile, one does at a time; released at
/// the end of its life.
class ProfileLock {
  public:
    explicit ProfileLock(const std::string& file);
    ~ProfileLock();
    ProfileLock(ProfileLock&&) = delete;

  private:
    int descriptor_;
};

}  // namespace cambist::ctl
