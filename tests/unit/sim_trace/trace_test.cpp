// SPDX-License-Identifier: Apache-2.0
// Trace files are well-formed, appear whole, and tell what was reported.
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "sim/trace/trace_sink.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <unistd.h>

using namespace lodestone;
using namespace lodestone::trace;
namespace fs = std::filesystem;

namespace {

class TemporaryFolder {
public:
    TemporaryFolder() : path_(fs::temp_directory_path() / ("lodestone_trace_" + std::to_string(::getpid()))) {}
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() { fs::remove_all(path_); }
    fs::path operator/(const std::string& name) const { return path_ / name; }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
    }

private:
    fs::path path_;
};

constexpr Hertz clock_400mhz(400e6); // 2.5 ns per cycle

nlohmann::json events_of(const fs::path& path) {
    return nlohmann::json::parse(read_file(path)).at("traceEvents");
}

} // namespace

TEST_CASE("a span becomes a complete event in microseconds with its details", "[trace]") {
    const TemporaryFolder folder;
    const auto sink = open_trace(folder / "t.json", clock_400mhz);
    const TrackId track = sink->add_track("chip", "core[3][7]");
    const std::array details{Detail{"macs", 4096}};
    sink->span(track, {.name = "conv1", .start = Cycles(400), .duration = Cycles(3), .details = details});
    sink->close();
    const auto events = events_of(folder / "t.json");
    REQUIRE(events.size() == 3);
    CHECK(events[0] == nlohmann::json::parse(R"({"ph":"M","name":"process_name","pid":1,"args":{"name":"chip"}})"));
    CHECK(events[1] ==
          nlohmann::json::parse(R"({"ph":"M","name":"thread_name","pid":1,"tid":1,"args":{"name":"core[3][7]"}})"));
    CHECK(events[2] == nlohmann::json::parse(R"({"ph":"X","name":"conv1","pid":1,"tid":1,"ts":1.0,"dur":0.0075,
                                                 "args":{"cycle":400,"cycles":3,"macs":4096}})"));
}

TEST_CASE("a signal becomes counter events of its process", "[trace]") {
    const TemporaryFolder folder;
    const auto sink = open_trace(folder / "t.json", clock_400mhz);
    (void)sink->add_track("chip", "core");
    const SignalId depth = sink->add_signal("dram", "queue depth", 8);
    sink->change(depth, Cycles(8), 5);
    sink->close();
    CHECK(events_of(folder / "t.json").back() ==
          nlohmann::json::parse(R"({"ph":"C","name":"queue depth","pid":2,"ts":0.02,"args":{"value":5}})"));
}

TEST_CASE("tracks of one process share its number", "[trace]") {
    const TemporaryFolder folder;
    const auto sink = open_trace(folder / "t.json", clock_400mhz);
    (void)sink->add_track("chip", "a");
    (void)sink->add_track("chip", "b");
    sink->close();
    const auto events = events_of(folder / "t.json");
    REQUIRE(events.size() == 3);
    CHECK(events[2]["pid"] == 1);
    CHECK(events[2]["tid"] == 2);
}

TEST_CASE("names with quotes and bytes that are no UTF-8 leave valid JSON", "[trace]") {
    const TemporaryFolder folder;
    const auto sink = open_trace(folder / "t.json", clock_400mhz);
    const TrackId track = sink->add_track("a \"b\"\n", "c\\");
    sink->span(track, {.name = "\xFF", .start = Cycles(0), .duration = Cycles(1)});
    sink->close();
    const auto events = events_of(folder / "t.json");
    CHECK(events[0]["args"]["name"] == "a \"b\"\n");
    CHECK(events[2]["name"] == "\xEF\xBF\xBD");
}

TEST_CASE("a trace without events is valid", "[trace]") {
    const TemporaryFolder folder;
    open_trace(folder / "t.json", clock_400mhz)->close();
    CHECK(events_of(folder / "t.json").empty());
}

TEST_CASE("a trace appears at close and not before", "[trace]") {
    const TemporaryFolder folder;
    const auto sink = open_trace(folder / "t.json", clock_400mhz);
    CHECK_FALSE(fs::exists(folder / "t.json"));
    sink->close();
    CHECK(fs::exists(folder / "t.json"));
    CHECK(folder.files() == 1);
}

TEST_CASE("a sink destroyed before close leaves nothing", "[trace]") {
    const TemporaryFolder folder;
    for (const std::string name : {"t.json", "t.vcd"}) {
        const auto sink = open_trace(folder / name, clock_400mhz);
        (void)sink->add_track("chip", "core");
    }
    CHECK(folder.files() == 0);
}

TEST_CASE("a value change dump declares scopes and writes changes in order of time", "[trace]") {
    const TemporaryFolder folder;
    const auto sink = open_trace(folder / "t.vcd", clock_400mhz);
    const TrackId mac = sink->add_track("chip.core[0][1]", "mac");
    const SignalId depth = sink->add_signal("chip", "queue depth", 8);
    sink->change(depth, Cycles(4), 5);
    sink->span(mac, {.name = "conv1", .start = Cycles(2), .duration = Cycles(2)});
    sink->change(depth, Cycles(0), 1);
    sink->close();
    CHECK(read_file(folder / "t.vcd") == "$version Lodestone $end\n"
                                         "$timescale 1 ps $end\n"
                                         "$scope module chip $end\n"
                                         "$var wire 8 \" queue_depth $end\n"
                                         "$scope module core[0][1] $end\n"
                                         "$var wire 1 ! mac $end\n"
                                         "$upscope $end\n"
                                         "$upscope $end\n"
                                         "$enddefinitions $end\n"
                                         "#0\n$dumpvars\n0!\nb0 \"\n$end\n"
                                         "b1 \"\n"
                                         "#5000\n1!\n"
                                         "#10000\n0!\nb101 \"\n");
}

TEST_CASE("touching and overlapping spans keep a wire high", "[trace]") {
    const TemporaryFolder folder;
    const auto sink = open_trace(folder / "t.vcd", Hertz(1e12));
    const TrackId track = sink->add_track("chip", "mac");
    for (const std::uint64_t start : {14U, 10U, 20U}) { // 10-15, 14-19 overlap; 20-25 leaves a gap of one cycle
        sink->span(track, {.name = "x", .start = Cycles(start), .duration = Cycles(5)});
    }
    sink->span(track, {.name = "touching", .start = Cycles(25), .duration = Cycles(5)});
    sink->span(track, {.name = "empty", .start = Cycles(40), .duration = Cycles(0)});
    sink->close();
    const std::string text = read_file(folder / "t.vcd");
    CHECK(text.substr(text.find("$dumpvars")) == "$dumpvars\n0!\n$end\n#10\n1!\n#19\n0!\n#20\n1!\n#30\n0!\n");
}

TEST_CASE("many variables get different identifiers", "[trace]") {
    const TemporaryFolder folder;
    const auto sink = open_trace(folder / "t.vcd", clock_400mhz);
    for (std::size_t i = 0; i < 9000; ++i) {
        (void)sink->add_track("", "w" + std::to_string(i));
    }
    sink->close();
    const std::string text = read_file(folder / "t.vcd");
    std::vector<std::string> codes;
    for (std::size_t at = text.find("$var wire 1 "); at != std::string::npos; at = text.find("$var wire 1 ", at + 1)) {
        const std::size_t start = at + std::string("$var wire 1 ").size();
        codes.push_back(text.substr(start, text.find(' ', start) - start));
    }
    REQUIRE(codes.size() == 9000);
    std::sort(codes.begin(), codes.end());
    CHECK(std::adjacent_find(codes.begin(), codes.end()) == codes.end());
}

TEST_CASE("a value wider than its signal is our bug", "[trace]") {
    const TemporaryFolder folder;
    const auto sink = open_trace(folder / "t.vcd", clock_400mhz);
    const SignalId bit = sink->add_signal("chip", "flag", 1);
    CHECK_NOTHROW(sink->change(bit, Cycles(0), 1));
    CHECK_THROWS_AS(sink->change(bit, Cycles(0), 2), InternalError);
}

TEST_CASE("an unknown trace format is refused with the known ones", "[trace]") {
    CHECK_THROWS_WITH(open_trace("t.fst", clock_400mhz),
                      "t.fst: is no trace file name; end it in .json (Chrome trace, Perfetto) or .vcd (waveforms)");
}

TEST_CASE("a trace needs a clock above zero", "[trace]") {
    CHECK_THROWS_AS(open_trace("t.json", Hertz(0)), UserError);
    CHECK_THROWS_AS(open_trace("t.json", Hertz(2e12)), UserError);
}

TEST_CASE("a place that cannot be written is the user's mistake", "[trace]") {
    CHECK_THROWS_AS(open_trace("/dev/null/t.json", clock_400mhz), UserError);
}
