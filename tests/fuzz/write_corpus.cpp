// Writes one frame of each kind, several times over, into the folder given: where the fuzzer
// starts from.

#include <fstream>
#include <iostream>

#include "sync/messages/codec.hpp"
#include "tests/unit/sync/random_messages.hpp"

int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "usage: write_corpus FOLDER\n";
        return 2;
    }
    std::mt19937_64 random(1);
    for (int number = 0; number < 400; ++number) {
        cambist::Bytes frame;
        cambist::encode(cambist::testing::random_message(random, 3), frame);
        std::ofstream file(std::string(arguments[1]) + "/" + std::to_string(number),
                           std::ios::binary);
        file.write(reinterpret_cast<const char*>(frame.data()),
                   static_cast<std::streamsize>(frame.size()));
        if (!file) {
            std::cerr << "cannot write to " << arguments[1] << '\n';
            return 1;
        }
    }
    return 0;
}
