# SPDX-License-Identifier: Apache-2.0
# The two kinds of target: a room (static library) and a test program (one per rung and room).
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

# Rooms with hot loops ask for -O3 (FAST), those that read and print for -O1 (COLD); tests that compute have -O1, others
# -O0: most of the time from scratch is the compiler's.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# Links a test program in a third of the default linker's time; part of Debian's binutils.
find_program(LODESTONE_GOLD ld.gold)
if(LODESTONE_GOLD)
    add_link_options(-fuse-ld=gold)
endif()

find_program(LODESTONE_CCACHE ccache)
if(LODESTONE_CCACHE)
    # Clones share objects (BASEDIR, NOHASHDIR); the dependency file of the compiler replaces a run of the preprocessor
    # (DEPEND); the last is what ccache asks for around precompiled headers, and no source has __DATE__ or __TIME__.
    set(launcher env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_DEPEND=1
        CCACHE_SLOPPINESS=pch_defines,time_macros ${LODESTONE_CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

add_library(lodestone_options INTERFACE)
target_include_directories(lodestone_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(lodestone_options INTERFACE
    -Wall -Wextra -Wno-missing-field-initializers -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror
    # g++ 12 reports both falsely for std::string (GCC bugs 105651, 105562)
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
    -ffp-contract=off)

# How many sources of a target are compiled as one: most of a small source's time is its headers.
set(LODESTONE_JOIN 1 CACHE STRING "Sources of a target that are compiled as one")
set(CMAKE_UNITY_BUILD OFF) # CMake's own would join the joined

# lodestone_joined(<variable> <target> <source>...)
# What to compile instead of the sources: files that include LODESTONE_JOIN of them each, by their place in the
# repository, so that ccache knows them again in another clone (those of UNITY_BUILD have absolute paths).
function(lodestone_joined variable target)
    set(sources ${ARGN})
    list(LENGTH sources count)
    if(LODESTONE_JOIN GREATER 1 AND count GREATER 1)
        set(sources "")
        set(first 0)
        while(first LESS count)
            list(SUBLIST ARGN ${first} ${LODESTONE_JOIN} batch)
            list(TRANSFORM batch REPLACE "^${CMAKE_SOURCE_DIR}/" "#include \"")
            list(TRANSFORM batch APPEND "\"\n")
            list(JOIN batch "" text)
            math(EXPR number "${first} / ${LODESTONE_JOIN}")
            set(file ${CMAKE_CURRENT_BINARY_DIR}/joined/${target}_${number}.cpp)
            file(CONFIGURE OUTPUT ${file} CONTENT "${text}" @ONLY)
            list(APPEND sources ${file})
            math(EXPR first "${first} + ${LODESTONE_JOIN}")
        endwhile()
    endif()
    set(${variable} ${sources} PARENT_SCOPE)
endfunction()

# lodestone_room(<target> [FAST|COLD] [DEPENDS <target>...] [PRIVATE <library>...])
# Every .cpp of the current folder; the target is named <first level>_<second level>. FAST: release is built with -O3,
# COLD: with -O1.
function(lodestone_room target)
    cmake_parse_arguments(ROOM "FAST;COLD" "" "DEPENDS;PRIVATE" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    if(sources)
        lodestone_joined(sources ${target} ${sources})
        add_library(${target} STATIC ${sources})
        target_link_libraries(${target} PUBLIC lodestone_options ${ROOM_DEPENDS} PRIVATE ${ROOM_PRIVATE})
        if(ROOM_FAST)
            target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O3>)
        elseif(ROOM_COLD)
            target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
        endif()
    else()
        add_library(${target} INTERFACE)
        target_link_libraries(${target} INTERFACE lodestone_options ${ROOM_DEPENDS})
    endif()
endfunction()

# Adds each named first-level folder itself or, when it has none, its rooms.
function(lodestone_add_rooms)
    foreach(folder ${ARGN})
        file(GLOB lists CONFIGURE_DEPENDS
            ${CMAKE_SOURCE_DIR}/${folder}/CMakeLists.txt ${CMAKE_SOURCE_DIR}/${folder}/*/CMakeLists.txt)
        foreach(list ${lists})
            cmake_path(GET list PARENT_PATH room)
            add_subdirectory(${room})
        endforeach()
    endforeach()
endfunction()

# The rungs of tests; building tests_<rung> builds every program of that rung.
set(LODESTONE_RUNGS unit property errors system bounds golden anchors structure)

# lodestone_tests(<rung> <room> [DEPENDS <target>...] [PROGRAMS <target>...])
# Builds tests/<rung>/<room>/*.cpp into <rung>_<room>, linked with DEPENDS; PROGRAMS are executables that its cases
# start, built before it. Each case is one ctest test with the rung as its label.
function(lodestone_tests rung room)
    cmake_parse_arguments(TESTS "" "" "DEPENDS;PROGRAMS" ${ARGN})
    if(NOT rung IN_LIST LODESTONE_RUNGS)
        message(FATAL_ERROR "lodestone_tests: '${rung}' is not a rung; the rungs are ${LODESTONE_RUNGS}")
    endif()
    set(target ${rung}_${room})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${rung}/${room}/*.cpp)
    lodestone_joined(sources ${target} ${sources})
    add_executable(${target} ${sources})
    target_link_libraries(${target} PRIVATE test_support ${TESTS_DEPENDS})
    if(rung MATCHES "^(unit|errors)$")
        target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O0>)
        target_precompile_headers(${target} REUSE_FROM test_places)
    else()
        target_precompile_headers(${target} REUSE_FROM test_support)
    endif()
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    add_dependencies(tests_${rung} ${target})
    if(TESTS_PROGRAMS)
        add_dependencies(${target} ${TESTS_PROGRAMS})
    endif()
    # The long ones, so that no core idles at the end.
    set(cost 0)
    if(rung MATCHES "^(system|anchors)$")
        set(cost 10)
    endif()
    # Without NoTests, a case whose name ctest fails to hand over would pass by running nothing.
    catch_discover_tests(${target} TEST_PREFIX "${rung}/${room}: " PROPERTIES LABELS ${rung} COST ${cost}
        EXTRA_ARGS --warn NoTests WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endfunction()

# lodestone_skipped_test(<name> <rung> <needs>)
# Stands for tests that cannot be built here; ctest reports it as skipped.
function(lodestone_skipped_test name rung needs)
    add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo "skipped: needs ${needs}")
    set_tests_properties(${name} PROPERTIES LABELS ${rung} SKIP_REGULAR_EXPRESSION "skipped: needs")
endfunction()
