# msgpack-cxx, headers only, without Boost. Debian 12's package depends on Boost 1.74, which
# conflicts with 1.81: `./cambist` unpacks it into build/packages. Newer Debian installs it plainly.
find_path(CAMBIST_MSGPACK_INCLUDE msgpack.hpp
          PATHS ${CMAKE_SOURCE_DIR}/build/packages/usr/include
          DOC "Folder of msgpack.hpp")
if(NOT CAMBIST_MSGPACK_INCLUDE)
  message(FATAL_ERROR "msgpack.hpp not found: run ./cambist prepare, "
                      "or set CAMBIST_MSGPACK_INCLUDE")
endif()
add_library(cambist_msgpack INTERFACE)
target_include_directories(cambist_msgpack SYSTEM INTERFACE ${CAMBIST_MSGPACK_INCLUDE})
target_compile_definitions(cambist_msgpack INTERFACE MSGPACK_NO_BOOST)
