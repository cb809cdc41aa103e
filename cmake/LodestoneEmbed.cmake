# SPDX-License-Identifier: Apache-2.0
# Files as bytes of a program, so that the command needs none of them when it runs.
enable_language(ASM)

# lodestone_embed(<target> <name> <file>...)
# Puts the files, one after the other, between the symbols lodestone_<name> and lodestone_<name>_end of a target that
# exists. The assembler reads them: a string literal of a megabyte would cost the compiler seconds and memory.
function(lodestone_embed target name)
    set(assembly ${CMAKE_CURRENT_BINARY_DIR}/${name}.S)
    set(includes "")
    set(files "")
    foreach(file ${ARGN})
        cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
        list(APPEND files ${file})
        string(APPEND includes "    .incbin \"${file}\"\n")
    endforeach()
    file(CONFIGURE OUTPUT ${assembly} @ONLY CONTENT
"    .section .rodata.lodestone_@name@, \"a\"
    .global lodestone_@name@
    .global lodestone_@name@_end
lodestone_@name@:
@includes@lodestone_@name@_end:
    .byte 0
    .section .note.GNU-stack, \"\", %progbits
")
    set_source_files_properties(${assembly} PROPERTIES OBJECT_DEPENDS "${files}")
    target_sources(${target} PRIVATE ${assembly})
endfunction()
