#include "bridge/keys/curve_key.hpp"

#include <zmq.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <system_error>

#include "bridge/keys/key_file.hpp"

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
    if (std::string problem = problem_of_secret(file); !problem.empty())
        return std::unexpected(std::move(problem));
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
