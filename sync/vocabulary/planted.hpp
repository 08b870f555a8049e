#pragma once

// Bugs planted on purpose, to show that the tests find them. CAMBIST_PLANTED(name) is constantly
// false in every ordinary build; configuring with CAMBIST_PLANTED_BUG=name plants one in all parts;
// the simulation's own build (CAMBIST_PLANTED_BUGS) chooses one when it starts.

#ifdef CAMBIST_PLANTED_BUGS

#include <string_view>

namespace cambist {
inline std::string_view planted_bug;
}  // namespace cambist

#define CAMBIST_PLANTED(name) (::cambist::planted_bug == #name)

#else

// CAMBIST_BUG_name is defined as 1 or not at all: the comma that comes of 1 moves `true` forward.
#define CAMBIST_PLANTED_COMMA_1 ,
#define CAMBIST_PLANTED_SECOND(first, second, ...) second
#define CAMBIST_PLANTED_PICK(...) CAMBIST_PLANTED_SECOND(__VA_ARGS__)
#define CAMBIST_PLANTED_TEST(value) CAMBIST_PLANTED_PASTE(value)
#define CAMBIST_PLANTED_PASTE(value) \
    CAMBIST_PLANTED_PICK(CAMBIST_PLANTED_COMMA_##value true, false, false)
#define CAMBIST_PLANTED(name) CAMBIST_PLANTED_TEST(CAMBIST_BUG_##name)

#endif
