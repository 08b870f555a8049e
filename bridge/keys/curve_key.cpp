#include "bridge/keys/curve_key.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>

namespace cambist::bridge {

namespace {

constexpr std::size_t key_characters = 40;
using KeyText = std::array<char, key_characters + 1>;

constexpr std::array<std::string_view, 4> published{
    "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6",
    "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
    "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs",
    "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID",
};

/// A descriptor that closes itself.
class File {
  public:
    File(const std::filesystem::path& path, int flags, mode_t mode)
        : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {
        if (descriptor_ < 0)
            throw std::system_error(errno, std::generic_category(), path.string());
    }
    ~File() { ::close(descriptor_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    void write(std::string_view text) {
        while (!text.empty()) {
            const ssize_t written = ::write(descriptor_, text.data(), text.size());
            if (written < 0)
                throw std::system_error(errno, std::generic_category(), "write");
            text.remove_prefix(static_cast<std::size_t>(written));
        }
        if (::fsync(descriptor_) != 0)
            throw std::system_error(errno, std::generic_category(), "fsync");
    }

  private:
    int descriptor_;
};

/// Whole or not at all, and never over another file.
void write_new(const std::filesystem::path& path, mode_t mode, const std::string& text) {
    const std::string fresh = path.string() + ".new";
    ::unlink(fresh.c_str());
    File(fresh, O_WRONLY | O_CREAT | O_EXCL, mode).write(text + "\n");
    const int linked = ::link(fresh.c_str(), path.c_str());
    const int problem = errno;
    ::unlink(fresh.c_str());
    if (linked != 0)
        throw std::system_error(problem, std::generic_category(), path.string());
}

std::expected<std::string, std::string> read_key(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::string key, more;
    if (!(file >> key))
        return std::unexpected(path.string() + ": cannot be read, or is empty");
    std::array<std::uint8_t, 32> bytes{};
    if (key.size() != key_characters || (file >> more) ||
        !zmq_z85_decode(bytes.data(), key.c_str()))
        return std::unexpected(path.string() + ": is not one Z85 key of 40 characters");
    if (std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; }))
        return std::unexpected(path.string() + ": the key is all zero");
    if (is_published(key))
        return std::unexpected(path.string() +
                               ": is a test key published in ZeroMQ's documentation; make your "
                               "own with cambist-keys");
    return key;
}

}  // namespace

CurvePair new_pair() {
    KeyText public_key{}, secret_key{};
    if (zmq_curve_keypair(public_key.data(), secret_key.data()) != 0)
        throw std::system_error(zmq_errno(), std::generic_category(), "zmq_curve_keypair");
    return {public_key.data(), secret_key.data()};
}

void write_pair(const CurvePair& pair, const std::string& name,
                const std::filesystem::path& folder) {
    write_new(folder / (name + ".key"), 0600, pair.secret_key);
    write_new(folder / (name + ".pub"), 0644, pair.public_key);
}

CurvePair make_pair(const std::string& name, const std::filesystem::path& folder) {
    const auto secret = folder / (name + ".key"), open = folder / (name + ".pub");
    if (std::filesystem::exists(secret) && !std::filesystem::exists(open)) {
        const auto half = read_secret(secret);
        if (!half)
            throw std::runtime_error(half.error());
        write_new(open, 0644, half->public_key);
        return *half;
    }
    CurvePair pair = new_pair();
    write_pair(pair, name, folder);
    return pair;
}

std::expected<CurvePair, std::string> read_secret(const std::filesystem::path& file) {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0)
        return std::unexpected(file.string() + ": " + std::generic_category().message(errno));
    if (status.st_mode & (S_IRWXG | S_IRWXO))
        return std::unexpected(file.string() +
                               ": a secret that others may read; chmod 600 it, or make a new one");
    const auto secret = read_key(file);
    if (!secret)
        return std::unexpected(secret.error());
    KeyText public_key{};
    if (zmq_curve_public(public_key.data(), secret->c_str()) != 0)
        return std::unexpected(file.string() + ": is not a CURVE secret");
    return CurvePair{public_key.data(), *secret};
}

std::expected<std::string, std::string> read_public(const std::filesystem::path& file) {
    return read_key(file);
}

bool is_published(const std::string& key) {
    return std::ranges::find(published, key) != published.end();
}

}  // namespace cambist::bridge
