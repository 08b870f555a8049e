#include <gtest/gtest.h>
#include <sys/stat.h>
#include <zmq.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "bridge/keys/curve_key.hpp"
#include "bridge/keys/seal_key.hpp"

namespace cambist::bridge {

namespace {

class CurveKeys : public ::testing::Test {
  protected:
    CurveKeys() {
        std::string pattern = (std::filesystem::temp_directory_path() / "cambist-XXXXXX").string();
        folder = ::mkdtemp(pattern.data());
    }
    ~CurveKeys() override { std::filesystem::remove_all(folder); }

    std::filesystem::path secret(const std::string& text) {
        const auto file = folder / "some.key";
        std::ofstream(file) << text;
        ::chmod(file.c_str(), 0600);
        return file;
    }

    std::filesystem::path folder;
};

TEST_F(CurveKeys, whose_making_was_interrupted_are_completed) {
    const CurvePair pair = make_pair("bridge", folder);
    std::filesystem::remove(folder / "bridge.pub");
    EXPECT_EQ(make_pair("bridge", folder).secret_key, pair.secret_key);
    EXPECT_EQ(read_public(folder / "bridge.pub").value(), pair.public_key);
}

TEST_F(CurveKeys, are_written_for_their_owner_alone_and_read_back) {
    const CurvePair pair = new_pair();
    write_pair(pair, "bridge", folder);
    struct stat status{};
    ASSERT_EQ(::stat((folder / "bridge.key").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    const auto read = read_secret(folder / "bridge.key");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->public_key, pair.public_key);
    EXPECT_EQ(*read_public(folder / "bridge.pub"), pair.public_key);
}

TEST_F(CurveKeys, are_never_written_over_others) {
    write_pair(new_pair(), "bridge", folder);
    EXPECT_THROW(write_pair(new_pair(), "bridge", folder), std::system_error);
    EXPECT_THROW(make_pair("bridge", folder), std::system_error);
}

TEST_F(CurveKeys, that_are_published_are_refused) {
    const std::string published = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6";
    char derived[41];
    ASSERT_EQ(zmq_curve_public(derived, published.c_str()), 0);
    EXPECT_TRUE(is_published(published));
    EXPECT_TRUE(is_published(derived));
    const auto read = read_secret(secret(published));
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().find("published"), std::string::npos);
}

TEST_F(CurveKeys, that_are_no_keys_are_refused) {
    EXPECT_FALSE(read_secret(secret("too short")));
    EXPECT_FALSE(read_secret(secret(std::string(40, '0'))));
    EXPECT_FALSE(read_secret(secret(std::string(40, '\''))));
    EXPECT_FALSE(read_secret(folder / "nothing.key"));
}

TEST_F(CurveKeys, of_the_seals_are_written_for_their_owner_alone_and_read_back) {
    const auto key = make_seal_key("seal", folder);
    struct stat status{};
    ASSERT_EQ(::stat((folder / "seal.key").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    const auto read = read_seal_key(folder / "seal.key");
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(read->secret, key.secret);

    std::filesystem::remove(folder / "seal.pub");
    EXPECT_EQ(make_seal_key("seal", folder).secret, key.secret) << "the interrupted making goes on";
    EXPECT_TRUE(std::filesystem::exists(folder / "seal.pub"));
    EXPECT_THROW(make_seal_key("seal", folder), std::runtime_error) << "over an existing key";

    ::chmod((folder / "seal.key").c_str(), 0640);
    EXPECT_NE(read_seal_key(folder / "seal.key").error().find("others may read"),
              std::string::npos);
    EXPECT_FALSE(read_seal_key(folder / "seal.pub"));
}

}  // namespace

}  // namespace cambist::bridge
