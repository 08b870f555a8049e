#include "gateway/ctl/profile.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "gateway/ctl/exit_code.hpp"
#include "gateway/ctl/secret_file.hpp"

namespace cambist::ctl {

namespace {

namespace json = boost::json;

std::string config_folder() {
    const char* config = std::getenv("XDG_CONFIG_HOME");
    if (config != nullptr && config[0] == '/')
        return std::string(config) + "/cambist";
    const char* home = std::getenv("HOME");
    if (home == nullptr || home[0] == '\0')
        throw UsageProblem("HOME is not set: name a file with --profile");
    return std::string(home) + "/.config/cambist";
}

std::string text_in(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

/// With the folders above it; its owner's alone.
void make_folder_of(const std::string& file) {
    const auto folder = std::filesystem::path(file).parent_path();
    std::error_code wrong;
    if (!folder.empty() && !std::filesystem::exists(folder, wrong)) {
        std::filesystem::create_directories(folder, wrong);
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, wrong);
    }
}

}  // namespace

std::string profile_file(const std::string& name_or_file) {
    if (name_or_file.contains('/') || name_or_file.ends_with(".json"))
        return name_or_file;
    return config_folder() + "/" + name_or_file + ".json";
}

std::optional<Profile> read_profile(const std::string& file) {
    const auto text = read_private(file);
    if (!text)
        return std::nullopt;
    boost::system::error_code wrong;
    const auto value = json::parse(*text, wrong);
    const auto* object = wrong ? nullptr : value.if_object();
    if (object == nullptr)
        throw UsageProblem(file + ": is no profile");
    Profile profile{.url = text_in(*object, "url"),
                    .ca_file = text_in(*object, "ca_file"),
                    .username = text_in(*object, "username"),
                    .cookie = text_in(*object, "cookie"),
                    .csrf_token = text_in(*object, "csrf_token"),
                    .device = text_in(*object, "device"),
                    .credentials = text_in(*object, "credentials")};
    if (const auto* step = object->if_contains("totp_step"); step != nullptr && step->is_int64())
        profile.totp_step = step->get_int64();
    return profile;
}

void write_profile(const std::string& file, const Profile& profile) {
    make_folder_of(file);
    const json::object object{{"url", profile.url},
                              {"ca_file", profile.ca_file},
                              {"username", profile.username},
                              {"cookie", profile.cookie},
                              {"csrf_token", profile.csrf_token},
                              {"device", profile.device},
                              {"credentials", profile.credentials},
                              {"totp_step", profile.totp_step}};
    write_secret(file, json::serialize(object));
}

ProfileLock::ProfileLock(const std::string& file) {
    make_folder_of(file);
    const std::string lock = file + ".lock";
    descriptor_ = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor_ < 0 || flock(descriptor_, LOCK_EX) != 0)
        throw UsageProblem(lock + ": " + std::strerror(errno));
}

ProfileLock::~ProfileLock() {
    close(descriptor_);
}

}  // namespace cambist::ctl
