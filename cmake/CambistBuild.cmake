# Flags of every target, and the two ways to declare one: cambist_library and cambist_test.
find_package(Threads REQUIRED)
include(GNUInstallDirs)

add_library(cambist_flags INTERFACE)
target_include_directories(cambist_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(cambist_flags INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror -fno-omit-frame-pointer)
target_link_libraries(cambist_flags INTERFACE Threads::Threads)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND NOT WIN32)
  target_link_options(cambist_flags INTERFACE -fuse-ld=lld)
endif()
if(CAMBIST_SANITIZE)
  target_compile_options(cambist_flags INTERFACE -fsanitize=${CAMBIST_SANITIZE}
                                                 -fno-sanitize-recover=all)
  target_link_options(cambist_flags INTERFACE -fsanitize=${CAMBIST_SANITIZE})
endif()

# Only the sources that name the planted bug see it: the compiler's cache knows all others.
function(cambist_plant_bug)
  if(NOT CAMBIST_PLANTED_BUG)
    return()
  endif()
  foreach(source ${ARGN})
    file(STRINGS ${source} planted
         REGEX "CAMBIST_BUG_${CAMBIST_PLANTED_BUG}|CAMBIST_PLANTED\\(${CAMBIST_PLANTED_BUG}\\)")
    if(planted)
      set_property(SOURCE ${source} APPEND PROPERTY
                   COMPILE_DEFINITIONS CAMBIST_BUG_${CAMBIST_PLANTED_BUG}=1)
    endif()
  endforeach()
endfunction()

# cambist_library(NAME SOURCES a.cpp ... LINKS lib ...)
function(cambist_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  if(ARG_SOURCES)
    cambist_plant_bug(${ARG_SOURCES})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC cambist_flags ${ARG_LINKS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE cambist_flags ${ARG_LINKS})
  endif()
endfunction()

# cambist_test(NAME SOURCES a_test.cpp ... LINKS lib ... LABELS unit TIMEOUT seconds)
function(cambist_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINKS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(NOT TARGET GTest::gmock_main)
    find_package(GTest REQUIRED)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE cambist_flags ${ARG_LINKS} GTest::gtest GTest::gmock
                                        GTest::gmock_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES
    LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT_MODIFICATION GTEST_OUTPUT=set:xml:${CMAKE_BINARY_DIR}/results/${name}.xml)
endfunction()
