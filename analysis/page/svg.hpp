// SPDX-License-Identifier: Apache-2.0
// A drawing as scalable vector graphics; colours come from classes of the page's sheet.
#pragma once

#include <string>
#include <vector>

namespace lodestone::page {

struct Box {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
};

struct Point {
    double x = 0;
    double y = 0;
};

/// Texts given here are not escaped yet; classes and attributes are written as they are.
class Svg {
public:
    /// `label` says what the drawing shows to readers who cannot see it.
    Svg(double width, double height, const std::string& label, const std::string& attributes = "");

    /// `title` appears when the pointer rests on it; none when empty.
    void rectangle(const Box& box, const std::string& attributes, const std::string& title = "");
    void line(Point from, Point to, const std::string& attributes, const std::string& title = "");
    void polygon(const std::vector<Point>& points, const std::string& attributes, const std::string& title = "");
    void text(Point at, const std::string& content, const std::string& attributes = "");
    void open_group(const std::string& attributes, const std::string& title = "");
    void close_group() { body_ += "</g>"; }

    [[nodiscard]] std::string finish() const { return body_ + "</svg>"; }

private:
    std::string body_;
};

/// Round values from 0 up to `most`, about `wanted` of them; {0} when most is not positive.
[[nodiscard]] std::vector<double> ticks(double most, int wanted);

/// Place of the axes of a chart.
struct Plot {
    Box area;
    double x_most = 1; ///< value at the right edge; the left edge is 0
    double y_most = 1; ///< value at the top; the bottom is 0

    [[nodiscard]] double x(double value) const { return area.x + area.width * (x_most > 0 ? value / x_most : 0); }
    [[nodiscard]] double y(double value) const {
        return area.y + area.height * (1 - (y_most > 0 ? value / y_most : 0));
    }
};

} // namespace lodestone::page
