// SPDX-License-Identifier: Apache-2.0
// Program <-> JSON, one item per line so that programs can be compared line by line.
#include "arch/isa/program_file.hpp"

#include "arch/isa/kernel_file.hpp"

namespace lodestone::isa {
namespace {

using Json = nlohmann::ordered_json;

std::string format_name(numerics::FormatId id) {
    return std::string(numerics::format(id).name);
}

Json split_json(const AxisSplit& split) {
    return {split.rows, split.cols};
}

Json split_json(const Split& split) {
    Json axes = Json::array();
    for (const AxisSplit& axis : split.axes) {
        axes.push_back(split_json(axis));
    }
    return {{"batch", split_json(split.batch)}, {"axes", axes}, {"reduction", split_json(split.reduction)}};
}

Json tensor_json(const ProgramTensor& tensor) {
    Json json = {{"name", tensor.name},
                 {"shape", tensor.shape},
                 {"format", format_name(tensor.format)},
                 {"scale", tensor.scale}};
    if (block_length(tensor.format) > 1) {
        json["block_axis"] = tensor.block_axis;
    }
    if (tensor.producer) {
        json["producer"] = *tensor.producer;
    }
    if (tensor.is_network_output) {
        json["network_output"] = true;
    }
    return json;
}

Json constant_json(const Constant& constant) {
    return {{"name", constant.name}, {"shape", constant.shape}, {"format", format_name(constant.format)}};
}

Json buffer_json(const Buffer& buffer) {
    return {{"name", buffer.name},
            {"kind", buffer.kind == BufferKind::home ? "home" : "gathered"},
            {"tensor", buffer.tensor},
            {"address", buffer.address.count()},
            {"frame_bytes", buffer.frame_bytes.count()},
            {"bytes", buffer.bytes.count()},
            {"phases", {buffer.first_phase, buffer.last_phase}}};
}

Json gather_json(const Gather& gather) {
    Json json = {{"tensor", gather.tensor},
                 {"buffer", gather.buffer},
                 {"in_place", gather.in_place},
                 {"issue_phase", gather.issue_phase}};
    if (!gather.slots.empty()) {
        json["slots"] = gather.slots;
    }
    return json;
}

Json weights_json(const WeightPlan& plan) {
    Json homes = Json::array();
    for (const ChunkHome& home : plan.homes) {
        homes.push_back({home.core.value, home.address.count()});
    }
    Json json = {{"constant", plan.constant}, {"chunks", plan.chunks}, {"resident", plan.resident}, {"homes", homes}};
    if (plan.bias) {
        json["bias"] = *plan.bias;
    }
    if (!plan.slots.empty()) {
        json["slots"] = plan.slots;
    }
    return json;
}

Json phase_json(const Phase& phase) {
    Json json = {{"name", phase.name}, {"op", phase.op}, {"kernel", kernel_json(phase.kernel)}};
    json["epilogue"] = Json::array();
    for (const EpilogueStep& step : phase.epilogue) {
        json["epilogue"].push_back(epilogue_json(step));
    }
    json["inputs"] = Json::array();
    for (const Gather& gather : phase.inputs) {
        json["inputs"].push_back(gather_json(gather));
    }
    json["output"] = phase.output;
    json["output_buffer"] = phase.output_buffer;
    json["split"] = split_json(phase.split);
    json["steps"] = {{"frame_blocks", phase.steps.frame_blocks},
                     {"axis_blocks", phase.steps.axis_blocks},
                     {"blocked_axis", phase.steps.blocked_axis}};
    if (phase.weights) {
        json["weights"] = weights_json(*phase.weights);
    }
    json["weight_format"] = format_name(phase.weight_format);
    json["activation_format"] = format_name(phase.activation_format);
    json["matrix"] = {{"inputs", phase.matrix.inputs}, {"outputs", phase.matrix.outputs}};
    json["accumulator_bits"] = phase.accumulator_bits;
    json["instruction_bytes"] = phase.instruction_bytes.count();
    if (phase.instruction_slot) {
        json["instruction_slot"] = *phase.instruction_slot;
    }
    if (!phase.partial_sum_slots.empty()) {
        json["partial_sum_slots"] = phase.partial_sum_slots;
    }
    return json;
}

template <class Item, class ToJson>
std::string lines(const std::string& key, const std::vector<Item>& items, ToJson to_json) {
    std::string text = ",\n\"" + key + "\": [";
    const char* separator = "\n  ";
    for (const Item& item : items) {
        text += separator + to_json(item).dump();
        separator = ",\n  ";
    }
    return text + "\n]";
}

numerics::FormatId parse_format(JsonObject& object, const std::string& key) {
    const auto name = object.required<std::string>(key);
    const auto found = numerics::find_format(name);
    if (!found) {
        object.problem(key, "is '" + name + "'" + known_names(name, numerics::format_names()));
    }
    return found.value_or(numerics::FormatId::fp32);
}

Shape parse_shape(JsonObject& object) {
    auto shape = object.required<Shape>("shape");
    for (std::int64_t& size : shape) {
        if (size < 1) {
            object.problem("shape", "has an axis of " + std::to_string(size) + "; every axis needs at least 1");
            size = 1;
        }
    }
    if (shape.size() > kMaxRank) {
        object.problem("shape", "has " + std::to_string(shape.size()) + " axes; at most " + std::to_string(kMaxRank));
        shape.resize(kMaxRank);
    }
    return shape;
}

/// Two numbers; anything else is a problem and reads as {1, 1}.
AxisSplit parse_axis_split(JsonObject& object, const std::string& key, const std::vector<std::uint32_t>& pair) {
    constexpr std::uint32_t most = 65536; // cores along one side of any grid
    if (pair.size() != 2 || pair[0] < 1 || pair[1] < 1 || pair[0] > most || pair[1] > most) {
        object.problem(key, "needs two numbers from 1 on: parts along the rows and along the columns of the grid");
        return {};
    }
    return {.rows = pair[0], .cols = pair[1]};
}

Split parse_split(JsonObject object) {
    using Pair = std::vector<std::uint32_t>;
    Split split;
    split.batch = parse_axis_split(object, "batch", object.required<Pair>("batch"));
    for (const Pair& axis : object.required<std::vector<Pair>>("axes")) {
        split.axes.push_back(parse_axis_split(object, "axes", axis));
    }
    split.reduction = parse_axis_split(object, "reduction", object.required<Pair>("reduction"));
    object.finish();
    return split;
}

ProgramTensor parse_tensor(JsonObject object) {
    ProgramTensor tensor{.name = object.required<std::string>("name"),
                         .shape = parse_shape(object),
                         .format = parse_format(object, "format"),
                         .scale = object.required<double>("scale")};
    if (object.has("producer")) {
        tensor.producer = object.required<std::uint32_t>("producer");
    }
    tensor.is_network_output = object.optional<bool>("network_output", false);
    if (block_length(tensor.format) > 1) {
        tensor.block_axis = object.required<std::uint32_t>("block_axis");
        if (tensor.block_axis >= tensor.shape.size()) {
            object.problem("block_axis", "is " + std::to_string(tensor.block_axis) + ", but the tensor has only " +
                                             std::to_string(tensor.shape.size()) + " axes");
            tensor.block_axis = 0;
        }
    }
    object.finish();
    return tensor;
}

Constant parse_constant(JsonObject object) {
    Constant constant{.name = object.required<std::string>("name"),
                      .shape = parse_shape(object),
                      .format = parse_format(object, "format")};
    object.finish();
    return constant;
}

Buffer parse_buffer(JsonObject object) {
    Buffer buffer{.name = object.required<std::string>("name")};
    buffer.kind = object.required<std::string>("kind") == "home" ? BufferKind::home : BufferKind::gathered;
    buffer.tensor = object.required<std::uint32_t>("tensor");
    buffer.address = Bytes(object.required<std::uint64_t>("address"));
    buffer.frame_bytes = Bytes(object.required<std::uint64_t>("frame_bytes"));
    buffer.bytes = Bytes(object.required<std::uint64_t>("bytes"));
    const auto phases = object.required<std::vector<std::uint32_t>>("phases");
    if (phases.size() != 2) {
        object.problem("phases", "needs two numbers: the first and the last phase");
    } else {
        buffer.first_phase = phases[0];
        buffer.last_phase = phases[1];
    }
    object.finish();
    return buffer;
}

WeightPlan parse_weights(JsonObject object) {
    WeightPlan plan{.constant = object.required<std::uint32_t>("constant"),
                    .chunks = object.required<std::uint32_t>("chunks"),
                    .resident = object.required<bool>("resident")};
    if (object.has("bias")) {
        plan.bias = object.required<std::uint32_t>("bias");
    }
    for (const auto& home : object.required<std::vector<std::vector<std::uint64_t>>>("homes")) {
        if (home.size() != 2) {
            object.problem("homes", "needs pairs: core and address");
            break;
        }
        plan.homes.push_back({.core = CoreId(static_cast<std::uint32_t>(home[0])), .address = Bytes(home[1])});
    }
    plan.slots = object.optional<std::vector<std::uint64_t>>("slots", {});
    object.finish();
    return plan;
}

Gather parse_gather(JsonObject object) {
    Gather gather{.tensor = object.required<std::uint32_t>("tensor"),
                  .buffer = object.required<std::uint32_t>("buffer"),
                  .in_place = object.required<bool>("in_place"),
                  .issue_phase = object.required<std::uint32_t>("issue_phase"),
                  .slots = object.optional<std::vector<std::uint64_t>>("slots", {})};
    object.finish();
    return gather;
}

void parse_phase_shape(JsonObject& object, Phase& phase) {
    JsonObject steps = object.object("steps");
    phase.steps = {.frame_blocks = steps.required<std::uint32_t>("frame_blocks"),
                   .axis_blocks = steps.required<std::uint32_t>("axis_blocks"),
                   .blocked_axis = steps.required<std::uint32_t>("blocked_axis")};
    steps.finish();
    JsonObject matrix = object.object("matrix");
    phase.matrix = {.inputs = matrix.required<std::uint32_t>("inputs"),
                    .outputs = matrix.required<std::uint32_t>("outputs")};
    matrix.finish();
}

Phase parse_phase(JsonObject object) {
    Phase phase{.name = object.required<std::string>("name"), .op = object.required<std::string>("op")};
    phase.kernel = parse_kernel(object.object("kernel"));
    for (const JsonObject& step : object.objects("epilogue")) {
        phase.epilogue.push_back(parse_epilogue(step));
    }
    for (const JsonObject& gather : object.objects("inputs")) {
        phase.inputs.push_back(parse_gather(gather));
    }
    phase.output = object.required<std::uint32_t>("output");
    phase.output_buffer = object.required<std::uint32_t>("output_buffer");
    phase.split = parse_split(object.object("split"));
    parse_phase_shape(object, phase);
    if (object.has("weights")) {
        phase.weights = parse_weights(object.object("weights"));
    }
    phase.weight_format = parse_format(object, "weight_format");
    phase.activation_format = parse_format(object, "activation_format");
    phase.accumulator_bits = object.required<std::uint32_t>("accumulator_bits");
    phase.instruction_bytes = Bytes(object.required<std::uint64_t>("instruction_bytes"));
    if (object.has("instruction_slot")) {
        phase.instruction_slot = object.required<std::uint64_t>("instruction_slot");
    }
    phase.partial_sum_slots = object.optional<std::vector<std::uint64_t>>("partial_sum_slots", {});
    object.finish();
    return phase;
}

/// Reports indices that lead nowhere, so that later code may follow them.
class IndexCheck {
public:
    IndexCheck(const Program& program, std::string file, Problems& problems)
        : program_(program), file_(std::move(file)), problems_(problems) {}

    void all() {
        for (std::size_t i = 0; i < program_.tensors.size(); ++i) {
            if (const auto producer = program_.tensors[i].producer) {
                below(item_path("tensors", i) + ".producer", *producer, program_.phases.size());
            }
        }
        for (std::size_t i = 0; i < program_.buffers.size(); ++i) {
            below(item_path("buffers", i) + ".tensor", program_.buffers[i].tensor, program_.tensors.size());
        }
        for (std::size_t i = 0; i < program_.phases.size(); ++i) {
            phase(item_path("phases", i), program_.phases[i]);
        }
        for (const std::uint32_t tensor : program_.network_inputs) {
            below("network_inputs", tensor, program_.tensors.size());
        }
        for (const std::uint32_t tensor : program_.network_outputs) {
            below("network_outputs", tensor, program_.tensors.size());
        }
    }

private:
    static std::string item_path(const std::string& list, std::size_t index) {
        return list + "[" + std::to_string(index) + "]";
    }

    void below(const std::string& path, std::uint64_t index, std::size_t size) {
        if (index >= size) {
            problems_.error({.file = file_}, path,
                            "is " + std::to_string(index) + ", but there are only " + std::to_string(size));
        }
    }

    void phase(const std::string& path, const Phase& phase) {
        below(path + ".output", phase.output, program_.tensors.size());
        below(path + ".output_buffer", phase.output_buffer, program_.buffers.size());
        for (std::size_t i = 0; i < phase.inputs.size(); ++i) {
            const std::string input = item_path(path + ".inputs", i);
            below(input + ".tensor", phase.inputs[i].tensor, program_.tensors.size());
            below(input + ".buffer", phase.inputs[i].buffer, program_.buffers.size());
            below(input + ".issue_phase", phase.inputs[i].issue_phase, program_.phases.size());
        }
        for (std::size_t i = 0; i < phase.epilogue.size(); ++i) {
            const std::string step = item_path(path + ".epilogue", i);
            below(step + ".input", phase.epilogue[i].input.value_or(0), std::max<std::size_t>(1, phase.inputs.size()));
            below(step + ".constant", phase.epilogue[i].constant.value_or(0),
                  std::max<std::size_t>(1, program_.constants.size()));
        }
        if (phase.weights) {
            below(path + ".weights.constant", phase.weights->constant, program_.constants.size());
            below(path + ".weights.bias", phase.weights->bias.value_or(0), program_.constants.size());
            for (const ChunkHome& home : phase.weights->homes) {
                below(path + ".weights.homes", home.core.value, program_.grid.size());
            }
        }
        if (phase.output < program_.tensors.size() &&
            phase.split.axes.size() != program_.tensors[phase.output].shape.size()) {
            problems_.error({.file = file_}, path + ".split.axes",
                            "has " + std::to_string(phase.split.axes.size()) +
                                " axes; the output tensor has another number of them");
        }
    }

    const Program& program_;
    std::string file_;
    Problems& problems_;
};

Program parse_fields(JsonObject& object) {
    Program program;
    program.machine = object.required<std::string>("machine");
    program.workload = object.required<std::string>("workload");
    program.precision = object.required<std::string>("precision");
    JsonObject grid = object.object("grid");
    program.grid = {.rows = grid.required<std::uint32_t>("rows"), .cols = grid.required<std::uint32_t>("cols")};
    grid.finish();
    program.batch = object.required<std::int64_t>("batch");
    program.network_inputs = object.required<std::vector<std::uint32_t>>("network_inputs");
    program.network_outputs = object.required<std::vector<std::uint32_t>>("network_outputs");
    for (const JsonObject& tensor : object.objects("tensors")) {
        program.tensors.push_back(parse_tensor(tensor));
    }
    for (const JsonObject& constant : object.objects("constants")) {
        program.constants.push_back(parse_constant(constant));
    }
    for (const JsonObject& buffer : object.objects("buffers")) {
        program.buffers.push_back(parse_buffer(buffer));
    }
    for (const JsonObject& phase : object.objects("phases")) {
        program.phases.push_back(parse_phase(phase));
    }
    return program;
}

} // namespace

std::string program_text(const Program& program) {
    const Json head = {{"schema", kProgramSchema},
                       {"machine", program.machine},
                       {"workload", program.workload},
                       {"precision", program.precision},
                       {"grid", {{"rows", program.grid.rows}, {"cols", program.grid.cols}}},
                       {"batch", program.batch},
                       {"network_inputs", program.network_inputs},
                       {"network_outputs", program.network_outputs}};
    std::string text = head.dump();
    text.pop_back(); // the closing brace comes last
    text += lines("tensors", program.tensors, tensor_json);
    text += lines("constants", program.constants, constant_json);
    text += lines("buffers", program.buffers, buffer_json);
    text += lines("phases", program.phases, phase_json);
    return text + "\n}\n";
}

Program parse_program(std::string_view text, const std::string& file, Problems& problems) {
    const Json json = [&]() -> Json {
        try {
            return Json::parse(text);
        } catch (const nlohmann::json::exception& error) {
            problems.error({.file = file}, "", std::string("is not JSON: ") + error.what());
            return {};
        }
    }();
    if (!json.is_object()) {
        problems.error({.file = file}, "", "is no program file; `lodestone compile -o FILE` writes one");
        return {};
    }
    JsonObject object(json, "", file, problems);
    const auto schema = object.required<std::string>("schema");
    if (schema != kProgramSchema) {
        problems.error({.file = file}, "schema", "is '" + schema + "'; this version reads " + kProgramSchema);
        return {};
    }
    Program program = parse_fields(object);
    object.finish();
    constexpr std::uint32_t max_cores = 65536;
    if (program.grid.rows < 1 || program.grid.cols < 1 ||
        std::uint64_t{program.grid.rows} * program.grid.cols > max_cores || program.batch < 1) {
        problems.error({.file = file}, "grid",
                       "and batch need at least 1, and at most " + std::to_string(max_cores) + " cores");
        return {};
    }
    IndexCheck(program, file, problems).all();
    return program;
}

} // namespace lodestone::isa
