// SPDX-License-Identifier: Apache-2.0
// Builds the located tree from the parser's events; refuses what would be silently misread.
#include "sim/config/parse.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/node/node.h> // completes a name that parser.h only declares, or the linter takes it for ours
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <sstream>
#include <utility>

namespace lodestone::config {
namespace {

/// Ends the parsing of a text that leaves no usable tree.
struct Stop {
    Place place;
    std::string path;
    std::string message;
};

std::size_t depth_of(const Node& node) {
    std::size_t deepest = 0;
    for (const Node& item : node.items) {
        deepest = std::max(deepest, depth_of(item));
    }
    for (const Entry& entry : node.entries) {
        deepest = std::max(deepest, depth_of(entry.value));
    }
    return deepest + 1;
}

std::size_t size_of(const Node& node) {
    std::size_t total = 1;
    for (const Node& item : node.items) {
        total += size_of(item);
    }
    for (const Entry& entry : node.entries) {
        total += size_of(entry.value);
    }
    return total;
}

class TreeBuilder : public YAML::EventHandler {
public:
    TreeBuilder(const ParseInput& input, Budget& budget, Problems& problems)
        : input_(input), budget_(budget), problems_(problems) {}

    Node take_root() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        if (expects_key()) {
            throw Stop{place(mark), path(), "has an empty key; give the value a name"};
        }
        Node node = make(Kind::null, mark);
        if (!open_.empty() && open_.back().node.kind == Kind::map) {
            node.place = open_.back().key_place;
        }
        close(std::move(node), anchor);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        refuse_tag(mark, tag);
        if (expects_key()) {
            set_key(value, place(mark), tag == "?");
            return;
        }
        Node node = make(Kind::scalar, mark);
        node.quoted = tag != "?";
        node.text = value;
        close(std::move(node), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchored_.find(anchor);
        if (found == anchored_.end()) {
            throw Stop{place(mark), path(), "is an alias of a value that contains it; write the value out"};
        }
        const Anchored& target = found->second;
        if (expects_key()) {
            if (target.node.kind != Kind::scalar) {
                throw Stop{place(mark), path(), "has a list or map as a key; keys are plain words"};
            }
            set_key(target.node.text, place(mark), false);
            return;
        }
        count(target.size, mark);
        if (open_.size() + target.depth > max_nesting) {
            too_deep(mark);
        }
        append(Node(target.node));
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        open(Kind::sequence, mark, tag, anchor);
    }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        open(Kind::map, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close_collection(); }
    void OnMapEnd() override {
        refuse_duplicates();
        close_collection();
    }

private:
    struct Open {
        Node node;
        YAML::anchor_t anchor = 0;
        std::string path;
        bool is_key = false; ///< stands where a key belongs
        bool has_key = false;
        std::string key;
        Place key_place;
    };
    struct Anchored {
        Node node;
        std::size_t size = 1;
        std::size_t depth = 1;
    };

    Place place(const YAML::Mark& mark) const {
        if (!input_.numbered || mark.is_null()) {
            return {.file = input_.file};
        }
        return {.file = input_.file,
                .line = static_cast<std::uint32_t>(mark.line) + 1,
                .column = static_cast<std::uint32_t>(mark.column) + 1};
    }

    bool expects_key() const { return !open_.empty() && open_.back().node.kind == Kind::map && !open_.back().has_key; }

    /// Path of the value that comes next.
    std::string path() const {
        if (open_.empty()) {
            return "";
        }
        const Open& top = open_.back();
        if (top.node.kind == Kind::sequence) {
            return item_path(top.path, top.node.items.size());
        }
        return top.has_key ? child_path(top.path, top.key) : top.path;
    }

    Node make(Kind kind, const YAML::Mark& mark) {
        count(1, mark);
        Node node;
        node.kind = kind;
        node.place = place(mark);
        return node;
    }

    void count(std::size_t values, const YAML::Mark& mark) {
        budget_.values += values;
        if (budget_.values > max_values) {
            throw Stop{place(mark), path(),
                       "brings the configuration above " + std::to_string(max_values) +
                           " values (aliases count as often as they are used); split it or use fewer aliases"};
        }
    }

    [[noreturn]] void too_deep(const YAML::Mark& mark) const {
        throw Stop{place(mark), "", "is nested deeper than " + std::to_string(max_nesting) + " levels"};
    }

    void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
        if (tag != "?" && tag != "!" && !tag.empty()) {
            problems_.error(place(mark).location(), path(), "has the tag '" + tag + "'; tags are not used, remove it");
        }
    }

    void set_key(const std::string& key, const Place& where, bool plain) {
        if (plain && key == "<<") {
            throw Stop{where, path(), "merge keys ('<<') are not supported; use 'include' or write the keys out"};
        }
        Open& top = open_.back();
        top.key = key;
        top.key_place = where;
        top.has_key = true;
    }

    void open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        refuse_tag(mark, tag);
        if (open_.size() >= max_nesting) {
            too_deep(mark);
        }
        Open level;
        level.node = make(kind, mark);
        level.anchor = anchor;
        level.path = path();
        level.is_key = expects_key();
        open_.push_back(std::move(level));
    }

    void close_collection() {
        Open level = std::move(open_.back());
        open_.pop_back();
        if (level.is_key) { // told only now: a list that is never closed looks like a key to the parser
            throw Stop{level.node.place, level.path, "has a list or map as a key; keys are plain words"};
        }
        close(std::move(level.node), level.anchor);
    }

    void close(Node node, YAML::anchor_t anchor) {
        if (anchor != 0) {
            const std::size_t size = size_of(node);
            kept_ += size; // a copy: nested anchors would otherwise multiply what is held
            if (kept_ > max_values) {
                throw Stop{node.place, "", "has anchors on more than " + std::to_string(max_values) + " values"};
            }
            anchored_[anchor] = {.node = node, .size = size, .depth = depth_of(node)};
        }
        append(std::move(node));
    }

    void append(Node node) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        Open& top = open_.back();
        if (top.node.kind == Kind::sequence) {
            top.node.items.push_back(std::move(node));
            return;
        }
        top.node.entries.push_back({.key = std::move(top.key), .place = top.key_place, .value = std::move(node)});
        top.key.clear();
        top.has_key = false;
    }

    /// Reports the second and later entries of a key at their own place, and keeps the first.
    void refuse_duplicates() {
        std::vector<Entry>& entries = open_.back().node.entries;
        std::vector<std::size_t> order(entries.size());
        for (std::size_t i = 0; i < order.size(); ++i) {
            order[i] = i;
        }
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return entries[a].key < entries[b].key; });
        std::vector<bool> drop(entries.size(), false);
        std::size_t first = 0;
        bool any = false;
        for (std::size_t i = 1; i < order.size(); ++i) {
            if (entries[order[i]].key != entries[order[first]].key) {
                first = i;
                continue;
            }
            any = drop[order[i]] = true;
            problems_.error(entries[order[i]].place.location(), child_path(open_.back().path, entries[order[i]].key),
                            "is given twice; the first is at " + entries[order[first]].place.text());
        }
        if (any) {
            std::vector<Entry> kept;
            for (std::size_t i = 0; i < entries.size(); ++i) {
                if (!drop[i]) {
                    kept.push_back(std::move(entries[i]));
                }
            }
            entries = std::move(kept);
        }
    }

    const ParseInput& input_;
    Budget& budget_;
    Problems& problems_;
    Node root_{.kind = Kind::null};
    std::vector<Open> open_;
    std::map<YAML::anchor_t, Anchored> anchored_;
    std::size_t kept_ = 0; ///< values in anchored_
};

/// Finds that there is a second document; its content does not matter.
class SecondDocument : public YAML::EventHandler {
public:
    explicit SecondDocument(const ParseInput& input) : input_(input) {}
    void OnDocumentStart(const YAML::Mark& mark) override {
        Place where{.file = input_.file};
        if (input_.numbered && !mark.is_null()) {
            where.line = static_cast<std::uint32_t>(mark.line) + 1;
            where.column = static_cast<std::uint32_t>(mark.column) + 1;
        }
        throw Stop{where, "", "starts a second document; a configuration is one document, split the file"};
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}

private:
    const ParseInput& input_;
};

/// Length of the well-formed UTF-8 sequence at `text`, or 0 (Unicode 15, table 3-7).
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
    const unsigned lead = byte(0);
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF && follows(1)) {
        return 2;
    }
    if ((lead & 0xF0U) == 0xE0U && follows(1) && follows(2)) {
        const bool overlong = lead == 0xE0 && byte(1) < 0xA0;
        const bool surrogate = lead == 0xED && byte(1) > 0x9F;
        return overlong || surrogate ? 0 : 3;
    }
    if (lead >= 0xF0 && lead <= 0xF4 && follows(1) && follows(2) && follows(3)) {
        const bool overlong = lead == 0xF0 && byte(1) < 0x90;
        const bool beyond = lead == 0xF4 && byte(1) > 0x8F;
        return overlong || beyond ? 0 : 4;
    }
    return 0;
}

/// Refuses bytes that are not UTF-8 text, at the first of them, and brackets without end: the parser would hold
/// every token of such a text in memory before it told the first. So it would of a flow map on one line, hence the
/// limit on commas. Both count inside quotes too, which is why the limits have room.
void refuse_unreadable(const ParseInput& input) {
    constexpr std::size_t most_open_brackets = 100'000;
    std::size_t open = 0;
    std::size_t commas = 0;
    Place where{.file = input.file, .line = 1, .column = 1};
    const auto here = [&] { return input.numbered ? where : Place{.file = input.file}; };
    for (std::size_t at = 0; at < input.text.size();) {
        const auto byte = static_cast<unsigned char>(input.text[at]);
        const std::size_t length = utf8_length(input.text.substr(at));
        const bool control = (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7F;
        if (length == 0 || control) {
            std::array<char, 8> hex{};
            std::snprintf(hex.data(), hex.size(), "0x%02X", static_cast<unsigned>(byte));
            throw Stop{here(), "", std::string("has the byte ") + hex.data() + "; a configuration is UTF-8 text"};
        }
        commas += byte == ',' ? 1U : 0U;
        open += byte == '[' || byte == '{' ? 1U : 0U;
        open -= (byte == ']' || byte == '}') && open > 0 ? 1U : 0U;
        if (open > most_open_brackets) {
            throw Stop{here(), "",
                       "has more than " + std::to_string(most_open_brackets) + " brackets that are not closed"};
        }
        if (commas > max_values) {
            throw Stop{here(), "", "has more than " + std::to_string(max_values) + " commas; split it with 'include'"};
        }
        where.line += byte == '\n' ? 1 : 0;
        where.column = byte == '\n' ? 1 : where.column + static_cast<std::uint32_t>(length);
        at += length;
    }
}

/// Where the text ends; the parser gives no place to a text that stops too early.
Place end_of(const ParseInput& input) {
    if (!input.numbered) {
        return {.file = input.file};
    }
    const auto lines = std::count(input.text.begin(), input.text.end(), '\n');
    const std::size_t newline = input.text.rfind('\n');
    const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
    return {.file = input.file,
            .line = static_cast<std::uint32_t>(lines) + 1,
            .column = static_cast<std::uint32_t>(input.text.size() - start) + 1};
}

/// Where a syntax error is: never behind the end of the user's text.
Place place_of(const YAML::Exception& error, const ParseInput& input) {
    Place end = end_of(input);
    if (!input.numbered || error.mark.is_null() || static_cast<std::uint32_t>(error.mark.line) + 1 > end.line) {
        return end;
    }
    const auto line = static_cast<std::uint32_t>(error.mark.line) + 1;
    const auto column = static_cast<std::uint32_t>(error.mark.column) + 1;
    return {.file = input.file, .line = line, .column = line == end.line ? std::min(column, end.column) : column};
}

/// The parser's terms in the user's.
std::string in_plain_words(const std::string& message) {
    namespace Msg = YAML::ErrorMsg;
    const std::array<std::pair<const char*, const char*>, 8> words{{
        {Msg::EOF_IN_SCALAR, "a quote is not closed"},
        {Msg::END_OF_SEQ_FLOW, "a list opened with '[' is not closed with ']'"},
        {Msg::END_OF_MAP_FLOW, "a map opened with '{' is not closed with '}'"},
        {Msg::END_OF_MAP, "expected 'key: value' at the indentation of the map"},
        {Msg::END_OF_SEQ, "expected '- value' at the indentation of the list"},
        {Msg::MAP_VALUE, "a ':' cannot stand here; quote the text or check the indentation"},
        {Msg::BLOCK_ENTRY, "a '-' cannot stand here; check the indentation (spaces, no tabs)"},
        {Msg::UNKNOWN_TOKEN, "a text cannot begin like this; put it in quotes"},
    }};
    for (const auto& [theirs, ours] : words) {
        if (message == theirs) {
            return ours;
        }
    }
    return message;
}

} // namespace

Node parse(const ParseInput& input, Budget& budget, Problems& problems) {
    try {
        if (input.text.size() > max_file_bytes) {
            throw Stop{{.file = input.file},
                       "",
                       "has " + std::to_string(input.text.size()) + " bytes; the limit is " +
                           std::to_string(max_file_bytes) + ", split it with 'include'"};
        }
        refuse_unreadable(input);
        // The parser takes a quote that is open at the end of the text for closed when the last line is blank, so the
        // text ends with a comment.
        std::istringstream stream{std::string(input.text) + (input.text.ends_with('\n') ? "#" : "\n#")};
        YAML::Parser parser(stream);
        TreeBuilder builder(input, budget, problems);
        if (parser.HandleNextDocument(builder)) {
            SecondDocument second(input);
            parser.HandleNextDocument(second);
        }
        return builder.take_root();
    } catch (const Stop& stop) {
        problems.error(stop.place.location(), stop.path, stop.message);
    } catch (const YAML::Exception& error) {
        problems.error(place_of(error, input).location(), "", "is not valid YAML: " + in_plain_words(error.msg));
    }
    Node absent;
    absent.place = {.file = input.file};
    return absent;
}

} // namespace lodestone::config
