// SPDX-License-Identifier: Apache-2.0
// Entry point: dispatches the command and turns each kind of failure into its exit code.
#include "apps/command_line.hpp"
#include "apps/commands.hpp"
#include "sim/base/error.hpp"

#include <exception>
#include <iostream>

namespace {

using namespace lodestone;

constexpr int exit_users_mistake = 2;
constexpr int exit_impossible_machine = 3;
constexpr int exit_our_bug = 4;

int dispatch(const apps::Arguments& arguments) {
    for (const apps::Command& command : apps::commands()) {
        if (arguments.command == command.name) {
            return command.run(arguments);
        }
    }
    throw InternalError("every command that the parser knows is in the list of commands");
}

} // namespace

int main(int argc, char** argv) {
    try {
        const auto parsed = apps::parse_command_line(argc, argv);
        if (const int* exit_code = std::get_if<int>(&parsed)) {
            return *exit_code;
        }
        return dispatch(std::get<apps::Arguments>(parsed));
    } catch (const UserError& error) {
        apps::print_diagnostics(error.problems());
        return exit_users_mistake;
    } catch (const MachineError& error) {
        std::cerr << "machine error: " << error.what() << '\n';
        return exit_impossible_machine;
    } catch (const std::exception& error) {
        std::cerr << "internal error: " << error.what()
                  << "\nThis is a bug in lodestone; please report the command and its files.\n";
        return exit_our_bug;
    }
}
