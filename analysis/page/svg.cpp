// SPDX-License-Identifier: Apache-2.0
// Elements of a drawing.
#include "analysis/page/svg.hpp"

#include "analysis/page/markup.hpp"

#include <cmath>

namespace lodestone::page {
namespace {

std::string attribute(const char* name, double value) {
    return std::string(" ") + name + "=\"" + coordinate(value) + "\"";
}

std::string closed(const char* element, const std::string& title) {
    return title.empty() ? "/>" : "><title>" + escaped(title) + "</title></" + element + ">";
}

std::string spaced(const std::string& attributes) {
    return attributes.empty() ? "" : " " + attributes;
}

} // namespace

Svg::Svg(double width, double height, const std::string& label, const std::string& attributes)
    : body_("<svg role=\"img\" viewBox=\"0 0 " + coordinate(width) + " " + coordinate(height) + "\" aria-label=\"" +
            escaped(label) + "\"" + spaced(attributes) + ">") {}

void Svg::rectangle(const Box& box, const std::string& attributes, const std::string& title) {
    body_ += "<rect" + attribute("x", box.x) + attribute("y", box.y) + attribute("width", box.width) +
             attribute("height", box.height) + spaced(attributes) + closed("rect", title);
}

void Svg::line(Point from, Point to, const std::string& attributes, const std::string& title) {
    body_ += "<line" + attribute("x1", from.x) + attribute("y1", from.y) + attribute("x2", to.x) +
             attribute("y2", to.y) + spaced(attributes) + closed("line", title);
}

void Svg::polygon(const std::vector<Point>& points, const std::string& attributes, const std::string& title) {
    body_ += "<polygon points=\"";
    for (const Point& point : points) {
        body_ += coordinate(point.x) + "," + coordinate(point.y) + " ";
    }
    body_ += "\"" + spaced(attributes) + closed("polygon", title);
}

void Svg::text(Point at, const std::string& content, const std::string& attributes) {
    body_ +=
        "<text" + attribute("x", at.x) + attribute("y", at.y) + spaced(attributes) + ">" + escaped(content) + "</text>";
}

void Svg::open_group(const std::string& attributes, const std::string& title) {
    body_ += "<g" + spaced(attributes) + ">" + (title.empty() ? "" : "<title>" + escaped(title) + "</title>");
}

std::vector<double> ticks(double most, int wanted) {
    if (!(most > 0) || !std::isfinite(most)) {
        return {0};
    }
    constexpr double ten = 10;
    constexpr double five = 5;
    const double rough = most / wanted;
    const double power = std::pow(ten, std::floor(std::log10(rough)));
    const double lead = rough / power;
    const double step = power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= five ? five : ten);
    std::vector<double> values;
    constexpr double slack = 1e-9;
    for (int i = 0; i * step <= most * (1 + slack); ++i) {
        values.push_back(i * step);
    }
    return values;
}

} // namespace lodestone::page
