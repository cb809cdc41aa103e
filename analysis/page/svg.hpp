// SPDX-License-Identifier: Apache-2.0
// A drawing as scalable vector graphics.
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
    void circle(Point centre, double radius, const std::string& attributes, const std::string& title = "");
    void text(Point at, const std::string& content, const std::string& attributes = "");
    /// Markup as it is, such as a sheet.
    void raw(const std::string& markup) { body_ += markup; }

    [[nodiscard]] std::string finish() const { return body_ + "</svg>"; }

private:
    std::string body_;
};

/// One axis of a chart: which values lie where.
struct Scale {
    double least = 0;
    double most = 1;      ///< larger than `least`
    bool is_log = false;  ///< both ends are positive
    double at_least = 0;  ///< coordinate of `least`
    double at_most = 100; ///< coordinate of `most`

    [[nodiscard]] double at(double value) const;
};

/// Round values between the ends, about `wanted` of them; powers of ten on a logarithmic scale.
[[nodiscard]] std::vector<double> ticks(const Scale& scale, int wanted);

} // namespace lodestone::page
