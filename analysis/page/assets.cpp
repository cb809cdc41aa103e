// SPDX-License-Identifier: Apache-2.0
// The bytes between the symbols that lodestone_embed (cmake/LodestoneEmbed.cmake) makes.
#include "analysis/page/assets.hpp"

#define LODESTONE_EMBEDDED(name)                                                                                       \
    extern "C" const char lodestone_##name[];                                                                          \
    extern "C" const char lodestone_##name##_end[];
#define LODESTONE_BYTES(name) bytes_between(lodestone_##name, lodestone_##name##_end)

LODESTONE_EMBEDDED(page_style)
LODESTONE_EMBEDDED(run_script)
LODESTONE_EMBEDDED(explore_body)
LODESTONE_EMBEDDED(explore_script)
#ifdef LODESTONE_HAS_ECHARTS
LODESTONE_EMBEDDED(chart_library)
LODESTONE_EMBEDDED(echarts_notice)
LODESTONE_EMBEDDED(echarts_licence)
LODESTONE_EMBEDDED(d3_licence)
LODESTONE_EMBEDDED(zrender_licence)
LODESTONE_EMBEDDED(tslib_licence)
#endif

namespace lodestone::page {
namespace {

std::string_view bytes_between(const char* begin, const char* end) {
    return {begin, static_cast<std::size_t>(end - begin)};
}

} // namespace

std::optional<ChartLibrary> chart_library() {
#ifdef LODESTONE_HAS_ECHARTS
    const auto part = [](const char* title, std::string_view text) {
        return std::string(title) + "\n\n" + std::string(text) + "\n\n";
    };
    return ChartLibrary{.script = LODESTONE_BYTES(chart_library),
                        .licences = part("NOTICE", LODESTONE_BYTES(echarts_notice)) +
                                    part("Apache ECharts", LODESTONE_BYTES(echarts_licence)) +
                                    part("d3, parts of it in ECharts", LODESTONE_BYTES(d3_licence)) +
                                    part("zrender", LODESTONE_BYTES(zrender_licence)) +
                                    part("tslib", LODESTONE_BYTES(tslib_licence))};
#else
    return std::nullopt;
#endif
}

std::string_view page_style() {
    return LODESTONE_BYTES(page_style);
}

std::string_view run_script() {
    return LODESTONE_BYTES(run_script);
}

std::string_view explore_body() {
    return LODESTONE_BYTES(explore_body);
}

std::string_view explore_script() {
    return LODESTONE_BYTES(explore_script);
}

} // namespace lodestone::page
