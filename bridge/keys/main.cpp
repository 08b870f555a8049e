// cambist-keys [--seal] NAME DIR: a CURVE key pair for a bridge or a trading server's plugin, or
// the key that signs the audit's seals.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "bridge/keys/curve_key.hpp"
#include "bridge/keys/seal_key.hpp"

int main(int argc, char** argv) {
    CLI::App options(
        "Makes a CURVE key pair: NAME.key (secret, readable by you alone) and NAME.pub");
    std::string name, folder;
    bool seal = false;
    options.add_flag("--seal", seal, "an Ed25519 key that signs the audit's seals, in PEM");
    options.add_option("NAME", name, "whose keys, e.g. bridge, server-1 or seal")
        ->required()
        ->check([](const std::string& text) {
            return text.empty() || text.find('/') != std::string::npos ? "a plain name is needed"
                                                                       : std::string();
        });
    options.add_option("DIR", folder, "existing folder for both files")
        ->required()
        ->check(CLI::ExistingDirectory);
    try {
        options.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return options.exit(error) == 0 ? 0 : 2;
    }
    try {
        if (seal) {
            cambist::bridge::make_seal_key(name, folder);
            return 0;
        }
        const auto pair = cambist::bridge::make_pair(name, folder);
        std::printf("%s\n", pair.public_key.c_str());
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "cambist-keys: %s\n", error.what());
        return 1;
    }
}
