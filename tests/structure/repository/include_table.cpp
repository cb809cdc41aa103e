// SPDX-License-Identifier: Apache-2.0
// The include table and its two rules.
#include "tests/structure/repository/include_table.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace lodestone::structure {
namespace {

/// `timed` is the right-hand column of the table, where SystemC is known; the left-hand one compiles networks.
enum class Column { any, compiler, timed };

struct Room {
    std::string_view name; ///< "mapping/*" stands for every room of that folder
    int line;
    Column column = Column::any;
};

constexpr int report_line = 5;  ///< uses lines 0-2 and its own folder
constexpr int unbound_line = 6; ///< commands, tests and benches use everything
constexpr int report_floor = 2; ///< the highest line that reports may use

constexpr std::array table{
    Room{"sim/base", 0},
    Room{"sim/config", 1},
    Room{"sim/stats", 1},
    Room{"sim/trace", 1},
    Room{"numerics", 1},
    Room{"arch/spec", 2},
    Room{"arch/isa", 2},
    Room{"arch/cost", 2},
    Room{"workloads/graph", 2},
    Room{"workloads/import", 3, Column::compiler},
    Room{"workloads/quantise", 3, Column::compiler},
    Room{"workloads/reference", 3, Column::compiler},
    Room{"sim/kernel", 3, Column::timed},
    Room{"sim/run", 3, Column::timed},
    Room{"mapping/*", 4, Column::compiler},
    Room{"arch/mac", 4, Column::timed},
    Room{"arch/memory", 4, Column::timed},
    Room{"arch/noc", 4, Column::timed},
    Room{"arch/core_grid", 4, Column::timed},
    Room{"arch/spiking_array", 4, Column::timed},
    Room{"arch/mac_array", 4, Column::timed},
    Room{"arch/system", 4, Column::timed},
    Room{"analysis/*", report_line},
    Room{"apps", unbound_line},
    Room{"tests/*", unbound_line},
    Room{"benches", unbound_line},
};

constexpr std::array flat_rooms{std::string_view("numerics"), std::string_view("apps"), std::string_view("benches")};

std::string_view first_folder(std::string_view room) {
    return room.substr(0, room.find('/'));
}

const Room* find_room(std::string_view name) {
    const auto found = std::ranges::find_if(table, [&](const Room& room) {
        return room.name == name || (room.name.ends_with("/*") && first_folder(room.name) == first_folder(name) &&
                                     name.find('/') != std::string_view::npos);
    });
    return found == table.end() ? nullptr : &*found;
}

using Edges = std::map<std::string, std::set<std::string>>;

/// Follows the edges from `room`; when the way comes back to a room on it, that circle is the answer.
std::vector<std::string> circle_from(const std::string& room, const Edges& edges, std::vector<std::string>& way) {
    const auto seen = std::ranges::find(way, room);
    if (seen != way.end()) {
        return {seen, way.end()};
    }
    way.push_back(room);
    if (const auto next = edges.find(room); next != edges.end()) {
        for (const std::string& target : next->second) {
            if (std::vector<std::string> circle = circle_from(target, edges, way); !circle.empty()) {
                return circle;
            }
        }
    }
    way.pop_back();
    return {};
}

} // namespace

std::string room_of(std::string_view path) {
    const std::size_t first = path.find('/');
    if (first == std::string_view::npos) {
        return "";
    }
    if (std::ranges::find(flat_rooms, path.substr(0, first)) != flat_rooms.end()) {
        return std::string(path.substr(0, first));
    }
    const std::size_t second = path.find('/', first + 1);
    return std::string(path.substr(0, second == std::string_view::npos ? first : second));
}

bool is_known_room(std::string_view room) {
    return find_room(room) != nullptr;
}

bool may_include(std::string_view from, std::string_view to) {
    if (from == to) {
        return true;
    }
    const Room& user = *find_room(from);
    const Room& used = *find_room(to);
    if (user.line == unbound_line) {
        return used.line != unbound_line || first_folder(from) == first_folder(to) || user.name != "apps";
    }
    if (used.line == user.line) {
        return first_folder(from) == first_folder(to);
    }
    if (user.line == report_line) {
        return used.line <= report_floor;
    }
    return used.line < user.line && (used.column != Column::timed || user.column == Column::timed);
}

std::vector<std::string> verify_includes(const SourceFile& file) {
    std::vector<std::string> violations;
    const std::string from = room_of(file.path);
    if (!is_known_room(from)) {
        return {file.path + ": its folder is not a room of the include table (tests/structure/repository)"};
    }
    for (const Include& include : includes_of(file.text)) {
        if (!include.quoted) {
            continue;
        }
        const std::string place = file.path + ":" + std::to_string(include.line) + ": ";
        const std::string to = room_of(include.target);
        if (!is_known_room(to)) {
            violations.push_back(place + "includes \"" + include.target +
                                 "\", which is no path from the repository's root to a room; libraries take <>");
        } else if (!may_include(from, to)) {
            violations.push_back(place + from + " may not include " + to + " (\"" + include.target + "\")");
        }
    }
    return violations;
}

std::vector<std::string> verify_no_circles(const std::vector<SourceFile>& files) {
    Edges edges;
    for (const SourceFile& file : files) {
        const std::string from = room_of(file.path);
        for (const Include& include : includes_of(file.text)) {
            if (const std::string to = room_of(include.target); include.quoted && to != from) {
                edges[from].insert(to);
            }
        }
    }
    for (const auto& [room, used] : edges) {
        std::vector<std::string> way;
        const std::vector<std::string> circle = circle_from(room, edges, way);
        if (!circle.empty()) {
            std::string message = "rooms include each other in a circle: ";
            for (const std::string& step : circle) {
                message += step + " -> ";
            }
            return {message + circle.front()};
        }
    }
    return {};
}

} // namespace lodestone::structure
