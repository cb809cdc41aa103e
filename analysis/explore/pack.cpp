// SPDX-License-Identifier: Apache-2.0
// Records of runs as bytes: names once, then rows of variable-length integers, compressed.
#include "analysis/explore/execution_record.hpp"

#include "sim/base/error.hpp"

#include <bit>
#include <zlib.h>

namespace lodestone::explore {
namespace {

// First byte; another layout takes another number.
constexpr char kFormat = 1;
constexpr char kSpikingFormat = 2;                                      // with spiking counts behind the rest
constexpr std::size_t most_bytes = std::size_t{64} << 20U;              // of an unpacked record
constexpr unsigned bits_per_digit = 7;                                  // of a variable-length integer
constexpr std::uint64_t continued = std::uint64_t{1} << bits_per_digit; // set in all digits but the last

[[noreturn]] void damaged() {
    throw UserError("a stored run is damaged; evaluate its sweep into a new store");
}

class Writer {
public:
    void number(std::uint64_t value) {
        for (; value >= continued; value >>= bits_per_digit) {
            bytes_.push_back(static_cast<char>(value | continued));
        }
        bytes_.push_back(static_cast<char>(value));
    }
    void text(const std::string& value) {
        number(value.size());
        bytes_ += value;
    }
    void real(double value) {
        auto bits = std::bit_cast<std::uint64_t>(value);
        for (unsigned i = 0; i < sizeof bits; ++i, bits >>= 8U) {
            bytes_.push_back(static_cast<char>(bits));
        }
    }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += bits_per_digit) {
            const std::uint64_t digit = byte();
            value |= (digit & (continued - 1)) << shift;
            if (digit < continued) {
                return value;
            }
        }
        damaged();
    }
    std::string text() {
        const std::uint64_t size = number();
        if (size > bytes_.size()) {
            damaged();
        }
        std::string value(bytes_.substr(0, size));
        bytes_.remove_prefix(size);
        return value;
    }
    double real() {
        std::uint64_t bits = 0;
        for (unsigned i = 0; i < sizeof bits; ++i) {
            bits |= static_cast<std::uint64_t>(byte()) << (8U * i);
        }
        return std::bit_cast<double>(bits);
    }
    /// A number of things that take at least a byte each.
    std::uint64_t count() {
        const std::uint64_t value = number();
        if (value > bytes_.size()) {
            damaged();
        }
        return value;
    }

private:
    std::uint8_t byte() {
        if (bytes_.empty()) {
            damaged();
        }
        const auto value = static_cast<std::uint8_t>(bytes_.front());
        bytes_.remove_prefix(1);
        return value;
    }

    std::string_view bytes_;
};

/// Names of the maps of the whole run; those of the phases are among them.
struct Names {
    std::vector<std::string> macs;
    std::vector<std::string> memories;
    std::vector<std::string> networks;
};

template <class Map>
std::vector<std::string> keys_of(const Map& map) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : map) {
        keys.push_back(key);
    }
    return keys;
}

void write_names(Writer& writer, const std::vector<std::string>& names) {
    writer.number(names.size());
    for (const std::string& name : names) {
        writer.text(name);
    }
}

std::vector<std::string> read_names(Reader& reader) {
    std::vector<std::string> names(reader.count());
    for (std::string& name : names) {
        name = reader.text();
    }
    return names;
}

template <class Map>
typename Map::mapped_type value_at(const Map& map, const std::string& key) {
    const auto found = map.find(key);
    return found == map.end() ? typename Map::mapped_type{} : found->second;
}

/// A row: the same numbers for equal layers, which is what compresses.
void write_counts(Writer& writer, const isa::EventCounts& counts, const Names& names) {
    for (const std::string& name : names.macs) {
        writer.number(value_at(counts.macs, name).count());
        writer.number(value_at(counts.matrix_slots, name));
    }
    for (const std::string& name : names.memories) {
        const isa::MemoryCount memory = value_at(counts.memories, name);
        writer.number(memory.read.count());
        writer.number(memory.written.count());
    }
    for (const std::string& name : names.networks) {
        writer.number(value_at(counts.networks, name).flit_hops);
    }
    writer.number(counts.vector_ops);
    writer.number(counts.function_ops);
    writer.number(counts.elapsed.count());
}

isa::EventCounts read_counts(Reader& reader, const Names& names) {
    isa::EventCounts counts;
    for (const std::string& name : names.macs) {
        counts.macs[name] = Macs(reader.number());
        counts.matrix_slots[name] = reader.number();
    }
    for (const std::string& name : names.memories) {
        counts.memories[name].read = Bytes(reader.number());
        counts.memories[name].written = Bytes(reader.number());
    }
    for (const std::string& name : names.networks) {
        counts.networks[name].flit_hops = reader.number();
    }
    counts.vector_ops = reader.number();
    counts.function_ops = reader.number();
    counts.elapsed = Cycles(reader.number());
    return counts;
}

void write_spiking(Writer& writer, const ExecutionRecord& record) {
    writer.number(record.total.spiking.size());
    for (const auto& [name, count] : record.total.spiking) {
        writer.text(name);
        writer.number(count);
    }
    writer.number(record.spiking->cores_in_use);
    writer.number(record.spiking->kernel_events);
    writer.real(record.spiking->fastest_tick_rate.count());
}

void read_spiking(Reader& reader, ExecutionRecord& record) {
    for (std::uint64_t left = reader.count(); left > 0; --left) {
        std::string name = reader.text();
        record.total.spiking.emplace(std::move(name), reader.number());
    }
    SpikingRecord spiking;
    spiking.cores_in_use = reader.number();
    spiking.kernel_events = reader.number();
    spiking.fastest_tick_rate = Hertz(reader.real());
    record.spiking = spiking;
}

std::string compress(const std::string& bytes) {
    uLongf size = compressBound(bytes.size());
    std::string packed(size, '\0');
    const int code = compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                               reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), Z_BEST_COMPRESSION);
    check_invariant(code == Z_OK, "zlib compresses into a buffer as large as it asks for");
    packed.resize(size);
    return packed;
}

} // namespace

std::string pack(const ExecutionRecord& record) {
    Writer writer;
    writer.text(record.infeasible);
    writer.number(record.batch);
    writer.number(record.period.count());
    writer.number(record.figures.size());
    for (const auto& [key, value] : record.figures) {
        writer.text(key);
        writer.real(value);
    }
    const Names names{.macs = keys_of(record.total.macs),
                      .memories = keys_of(record.total.memories),
                      .networks = keys_of(record.total.networks)};
    write_names(writer, names.macs);
    write_names(writer, names.memories);
    write_names(writer, names.networks);
    writer.number(record.phases.size());
    for (const isa::EventCounts& phase : record.phases) {
        write_counts(writer, phase, names);
    }
    write_counts(writer, record.total, names);
    if (record.spiking) {
        write_spiking(writer, record);
    }
    Writer head;
    head.number(writer.bytes().size());
    return (record.spiking ? kSpikingFormat : kFormat) + head.bytes() + compress(writer.bytes());
}

ExecutionRecord unpack(std::string_view packed) {
    if (packed.empty() || (packed.front() != kFormat && packed.front() != kSpikingFormat)) {
        damaged();
    }
    const bool is_spiking = packed.front() == kSpikingFormat;
    packed.remove_prefix(1);
    Reader head(packed);
    const std::uint64_t size = head.number();
    std::size_t digits = 1;
    for (std::uint64_t rest = size >> bits_per_digit; rest > 0; rest >>= bits_per_digit) {
        ++digits;
    }
    if (size > most_bytes || digits > packed.size()) {
        damaged();
    }
    packed.remove_prefix(digits);
    std::string bytes(size, '\0');
    uLongf got = size;
    if (uncompress(reinterpret_cast<Bytef*>(bytes.data()), &got, reinterpret_cast<const Bytef*>(packed.data()),
                   packed.size()) != Z_OK ||
        got != size) {
        damaged();
    }
    Reader reader(bytes);
    ExecutionRecord record;
    record.infeasible = reader.text();
    record.batch = reader.number();
    record.period = Cycles(reader.number());
    record.figures.resize(reader.count());
    for (auto& [key, value] : record.figures) {
        key = reader.text();
        value = reader.real();
    }
    Names names;
    names.macs = read_names(reader);
    names.memories = read_names(reader);
    names.networks = read_names(reader);
    record.phases.resize(reader.count());
    for (isa::EventCounts& phase : record.phases) {
        phase = read_counts(reader, names);
    }
    record.total = read_counts(reader, names);
    if (is_spiking) {
        read_spiking(reader, record);
    }
    return record;
}

} // namespace lodestone::explore
