#include "gateway/ctl/database/secret_keys.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "gateway/ctl/database/commands.hpp"
#include "gateway/ctl/database/work.hpp"
#include "gateway/ctl/secret_file.hpp"

namespace cambist::ctl {

office::SecretKeys read_secret_keys(const std::string& file) {
    std::ifstream stream(file);
    if (!stream)
        throw NotPossible(file + ": cannot be read (cambistctl secret-key makes one)");
    auto keys = office::SecretKeys::from(std::string{std::istreambuf_iterator<char>(stream), {}});
    if (!keys)
        throw NotPossible(file + ": " + keys.error());
    return std::move(*keys);
}

void add_secret_key_command(Program& program) {
    const auto file = std::make_shared<std::string>();
    CLI::App& command = program.command(
        program.root(), "secret-key",
        "make the key that encrypts second factors (the gateway's auth.secret_key_file)", [file] {
            if (std::filesystem::exists(*file)) {
                std::cerr << "cambistctl: " << *file << " is there already\n";
                return ExitCode::refused;
            }
            std::string text = office::SecretKeys::random_text();
            text.pop_back();
            write_secret(*file, text);
            return ExitCode::done;
        });
    command.add_option("file", *file, "readable by its owner alone")->required();
}

}  // namespace cambist::ctl
