// SPDX-License-Identifier: Apache-2.0
// Puts a page together.
#include "analysis/page/document.hpp"

#include "analysis/page/markup.hpp"

#include <nlohmann/json.hpp>

namespace lodestone::page {
namespace {

/// Nothing may be loaded; what the page carries may run.
constexpr const char* kPolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

std::string script_element(std::string_view script) {
    return "<script>" + std::string(script) + "</script>\n";
}

} // namespace

std::string script_json(const nlohmann::ordered_json& json) {
    const std::string text = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    std::string safe;
    safe.reserve(text.size());
    for (const char c : text) {
        safe += c == '<' ? std::string("\\u003c") : std::string(1, c); // "<" occurs in texts only
    }
    return safe;
}

std::string to_html(const Document& document, const ChartLibrary& library) {
    const std::string title = escaped(document.title);
    std::string html = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title +
                       "</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                       "<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"generator\" "
                       "content=\"Lodestone\"><meta http-equiv=\"Content-Security-Policy\" content=\"" +
                       kPolicy + "\"><style>" + std::string(page_style()) + "</style></head>\n<body><header><h1>" +
                       title +
                       "</h1></header><noscript><p class=\"hint\">The charts of this page need its script, which "
                       "this browser does not run.</p></noscript>\n";
    html += document.body;
    html += "<footer><details class=\"licences\"><summary>Licences of the chart library in this page</summary><pre>" +
            escaped(library.licences) + "</pre></details></footer>\n";
    html += "<script type=\"application/json\" id=\"page-data\">" + document.data + "</script>\n";
    html += script_element(library.script) + script_element(document.script);
    return html + "</body></html>\n";
}

} // namespace lodestone::page
