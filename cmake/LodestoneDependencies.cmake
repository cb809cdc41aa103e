# SPDX-License-Identifier: Apache-2.0
# Finds the libraries of Debian 12 and gives each one target that the rooms link.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS mpi serialization)
find_package(MPI REQUIRED COMPONENTS CXX)
find_package(nlohmann_json REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Protobuf REQUIRED) # must come before ONNX, whose CMake file uses its targets
find_package(ONNX CONFIG REQUIRED)
find_package(HDF5 REQUIRED COMPONENTS C)
pkg_check_modules(OPENBLAS REQUIRED IMPORTED_TARGET openblas)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(SYSTEMC REQUIRED IMPORTED_TARGET systemc)

# Debian builds libsystemc as C++17; C++20 code links when this macro names that ABI.
add_library(lodestone_systemc INTERFACE)
target_link_libraries(lodestone_systemc INTERFACE PkgConfig::SYSTEMC Threads::Threads)
target_compile_definitions(lodestone_systemc INTERFACE SC_CPLUSPLUS=201703L)
add_library(SystemC::systemc ALIAS lodestone_systemc)

add_library(lodestone_onnx INTERFACE)
target_link_libraries(lodestone_onnx INTERFACE onnx onnx_proto protobuf::libprotobuf)
target_compile_definitions(lodestone_onnx INTERFACE ONNX_ML=1 ONNX_NAMESPACE=onnx)

if(NOT YAML_CPP_LIBRARIES)
    set(YAML_CPP_LIBRARIES yaml-cpp)
endif()
