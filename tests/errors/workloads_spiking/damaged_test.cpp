// SPDX-License-Identifier: Apache-2.0
// Every value of a file replaced by every kind of wrong one, every key left out, every cut: refused with a place, or
// read, and never anything else.
#include "sim/base/error.hpp"
#include "tests/support/golden_json.hpp"
#include "workloads/import/spiking_json.hpp"
#include "workloads/import/spiking_text.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace lodestone;
using namespace lodestone::tests;

namespace {

Json small_file(bool is_program) {
    const RandomSpiking of{.axons = 9, .neurons = 2, .cores = {1, 3}, .outputs = 3, .input_ticks = 2, .seed = 4};
    const isa::SpikingProgram program = random_spiking(of);
    SpikingDraws draw(1);
    if (!is_program) {
        Json json = golden_json(program, 5, draw);
        json["expected"]["spikes_tick_output"].push_back({1, 2});
        json["expected"]["output_neurons_per_image"] = {{1, 2}};
        return json;
    }
    import::SpikingWorkload workload{.program = program, .ticks = 4, .restart_every = 2, .samples = 2};
    return Json::parse(import::spiking_json_text(workload, {{{{.x = 0}}, {{.x = 0, .axon = 3}}}, {{0, 1}, {1, 1}}}));
}

enum class Verdict { read, refused_with_place, refused_without_place };

Verdict verdict_on(const std::string& text) {
    try {
        static_cast<void>(import::parse_spiking_json(text, "net.json", {}));
        return Verdict::read;
    } catch (const UserError& error) {
        for (const Diagnostic& diagnostic : error.problems().all()) {
            if (diagnostic.where.line == 0 && diagnostic.message.find("more problems") == std::string::npos) {
                return Verdict::refused_without_place;
            }
        }
        return Verdict::refused_with_place;
    } // anything else ends the test
}

/// What may stand where something else should: types, extremes, and numbers that are none.
std::vector<Json> wrong_values() {
    return {nullptr,
            true,
            "x",
            "",
            -1,
            0.5,
            1e300,
            18446744073709551615ULL,
            -9223372036854775807LL,
            4294967296LL,
            Json::array(),
            Json::object(),
            Json::array({1}),
            Json::array({nullptr, nullptr})};
}

struct Count {
    std::size_t read = 0;
    std::size_t refused = 0;
    std::size_t unplaced = 0;
    void add(Verdict verdict) {
        read += verdict == Verdict::read ? 1U : 0U;
        refused += verdict == Verdict::refused_with_place ? 1U : 0U;
        unplaced += verdict == Verdict::refused_without_place ? 1U : 0U;
    }
};

/// Tries every wrong value at every place of `part` within `whole`, and every key left out.
void damage(Json& whole, Json& part, Count& count) {
    const Json kept = part;
    for (const Json& value : wrong_values()) {
        part = value;
        count.add(verdict_on(whole.dump()));
    }
    part = kept;
    if (part.is_object()) {
        for (const auto& [key, unused] : kept.items()) {
            part.erase(key);
            count.add(verdict_on(whole.dump(1)));
            part = kept;
        }
    }
    if (part.is_structured()) {
        for (Json& item : part) {
            damage(whole, item, count);
        }
    }
}

} // namespace

TEST_CASE("wrong values and missing keys of recordings and programs are refused at their place", "[errors][spiking]") {
    for (const bool is_program : {false, true}) {
        Json file = small_file(is_program);
        REQUIRE(verdict_on(file.dump()) == Verdict::read);
        Count count;
        damage(file, file, count);
        CHECK(count.unplaced == 0);
        CHECK(count.refused > 1000);
        CHECK(count.read > 10); // notes, and numbers that are legal there too
    }
}

TEST_CASE("numbers that are none, in text, are refused at their place", "[errors][spiking]") {
    std::string text = small_file(false).dump(1);
    const std::string key = "\"leak\": ";
    const std::size_t at = text.find(key) + key.size();
    REQUIRE(at > key.size());
    const std::size_t end = text.find_first_of(",\n", at);
    for (const char* wrong :
         {"NaN", "nan", "Infinity", "-Infinity", "1e999", "0x10", "010", "+1", "1.", "--1", "'1'"}) {
        INFO(wrong);
        CHECK(verdict_on(std::string(text).replace(at, end - at, wrong)) == Verdict::refused_with_place);
    }
    CHECK(verdict_on(std::string(text).replace(at, end - at, "1")) == Verdict::read);
}

TEST_CASE("a file that is cut off anywhere is refused at its end", "[errors][spiking]") {
    const std::string text = small_file(true).dump();
    for (std::size_t size = 0; size < text.size(); ++size) {
        if (verdict_on(text.substr(0, size)) != Verdict::refused_with_place) {
            FAIL("cut after " << size << " bytes");
        }
    }
}

TEST_CASE("an archive that is cut off or changed is refused or unpacks to what can be judged", "[errors][spiking]") {
    const std::string packed = gzip(small_file(false).dump());
    CHECK(import::unpacked(packed, "a.gz") == small_file(false).dump());
    CHECK(import::unpacked(packed + packed, "a.gz") == small_file(false).dump() + small_file(false).dump());
    CHECK_THROWS_WITH(import::unpacked(packed + "end", "a.gz"), Catch::Contains("3 bytes behind the end"));
    for (std::size_t size = 2; size < packed.size(); ++size) {
        REQUIRE_THROWS_AS(import::unpacked(packed.substr(0, size), "a.gz"), UserError);
    }
    std::mt19937 random(1);
    std::size_t refused = 0;
    for (int turn = 0; turn < 500; ++turn) {
        std::string damaged = packed;
        damaged[2 + random() % (damaged.size() - 2)] = static_cast<char>(random());
        try {
            static_cast<void>(import::parse_spiking_json(import::unpacked(damaged, "a.gz"), "a.gz", {}));
        } catch (const UserError&) {
            ++refused;
        }
    }
    CHECK(refused > 400); // the others changed nothing that counts: time and name in the header
}
