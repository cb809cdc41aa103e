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

void Svg::circle(Point centre, double radius, const std::string& attributes, const std::string& title) {
    body_ += "<circle" + attribute("cx", centre.x) + attribute("cy", centre.y) + attribute("r", radius) +
             spaced(attributes) + closed("circle", title);
}

void Svg::text(Point at, const std::string& content, const std::string& attributes) {
    body_ +=
        "<text" + attribute("x", at.x) + attribute("y", at.y) + spaced(attributes) + ">" + escaped(content) + "</text>";
}

double Scale::at(double value) const {
    const double share = is_log ? std::log(value / least) / std::log(most / least) : (value - least) / (most - least);
    return at_least + share * (at_most - at_least);
}

std::vector<double> ticks(const Scale& scale, int wanted) {
    constexpr double ten = 10;
    constexpr double five = 5;
    constexpr double slack = 1e-9; // of a step: a tick on the edge is one
    std::vector<double> values;
    if (scale.is_log) {
        for (double power = std::ceil(std::log10(scale.least) - slack); power <= std::log10(scale.most) + slack;
             ++power) {
            values.push_back(std::pow(ten, power));
        }
        return values;
    }
    const double rough = (scale.most - scale.least) / wanted;
    const double power = std::pow(ten, std::floor(std::log10(rough)));
    const double lead = rough / power;
    const double step = power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= five ? five : ten);
    const double last = std::floor(scale.most / step + slack);
    for (double i = std::ceil(scale.least / step - slack); i <= last; ++i) {
        values.push_back(i * step);
    }
    return values;
}

} // namespace lodestone::page
