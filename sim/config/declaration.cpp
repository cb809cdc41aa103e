// SPDX-License-Identifier: Apache-2.0
// Finding, comparing and uniting declarations.
#include "sim/config/declaration.hpp"

#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::config {

bool operator==(const Declaration& a, const Declaration& b) {
    return a.path == b.path && a.forms == b.forms && a.element == b.element && a.is_map == b.is_map &&
           a.is_closed == b.is_closed && a.is_overlaid == b.is_overlaid && a.keys == b.keys &&
           a.selector == b.selector && a.question == b.question && a.cases == b.cases;
}
bool operator==(const DeclaredKey& a, const DeclaredKey& b) {
    return a.name == b.name && a.is_required == b.is_required && a.is_guarded == b.is_guarded &&
           a.fallback == b.fallback && a.value == b.value;
}
bool operator==(const DeclaredCase& a, const DeclaredCase& b) {
    return a.names == b.names && a.map == b.map;
}

DeclaredKey* Declaration::find(const std::string& key) {
    const auto found = std::ranges::find(keys, key, &DeclaredKey::name);
    return found == keys.end() ? nullptr : &*found;
}

Declaration* declared_at(Declaration& root, const std::string& path) {
    Declaration* at = &root;
    for (std::size_t start = 0; start < path.size();) {
        const std::size_t end = std::min(path.find('/', start), path.size());
        const std::string step = path.substr(start, end - start);
        if (step == element_step) {
            at = at->element.empty() ? nullptr : &at->element.front();
        } else {
            DeclaredKey* key = at->find(step);
            at = key == nullptr ? nullptr : &key->value;
        }
        if (at == nullptr) {
            return nullptr;
        }
        start = end + 1;
    }
    return at;
}

std::string holder_of(const std::string& path) {
    const std::size_t last = path.rfind('/');
    return last == std::string::npos ? "" : path.substr(0, last);
}

std::string outermost(const std::string& path) {
    for (std::size_t at = path.find(element_step); at != std::string::npos; at = path.find(element_step, at + 1)) {
        const std::string list = path.substr(0, at - 1);
        const std::string nested = "/" + list.substr(list.rfind('/') + 1) + "/" + element_step;
        const std::size_t end = at + std::string(element_step).size();
        if (path.size() > end && path.ends_with(nested)) {
            return path.substr(0, end);
        }
    }
    return path;
}

bool lies_below(const std::string& path, const std::string& ancestor) {
    return ancestor.empty() || path == ancestor || path.starts_with(ancestor + "/");
}

void move_to(Declaration& value, const std::string& path) {
    value.path = path + (value.path.empty() ? "" : "/") + value.path;
    for (Declaration& element : value.element) {
        move_to(element, path);
    }
    for (DeclaredKey& key : value.keys) {
        move_to(key.value, path);
    }
    for (DeclaredCase& one : value.cases) {
        move_to(one.map, path);
    }
}

namespace {

void unite_keys(Declaration& into, const Declaration& other) {
    for (DeclaredKey& key : into.keys) {
        const auto same = std::ranges::find(other.keys, key.name, &DeclaredKey::name);
        key.is_required = key.is_required && same != other.keys.end() && same->is_required;
        if (same != other.keys.end()) {
            unite(key.value, same->value);
        }
    }
    for (const DeclaredKey& key : other.keys) {
        if (into.find(key.name) == nullptr) {
            into.keys.push_back(key);
            into.keys.back().is_required = false;
        }
    }
    into.is_closed = into.is_closed && other.is_closed;
}

} // namespace

void unite(Declaration& into, const Declaration& other) {
    for (const Form& form : other.forms) {
        if (std::ranges::find(into.forms, form) == into.forms.end()) {
            into.forms.push_back(form);
        }
    }
    if (into.element.empty()) {
        into.element = other.element;
    } else if (!other.element.empty()) {
        unite(into.element.front(), other.element.front());
    }
    if (!other.is_map) {
        return;
    }
    if (!into.is_map) {
        into.is_map = true;
        into.is_closed = other.is_closed;
        into.keys = other.keys;
        into.selector = other.selector;
        into.question = other.question;
        into.cases = other.cases;
        return;
    }
    check_invariant(into.cases.empty() && other.cases.empty(),
                    "maps with cases are told apart by their selector, not united");
    unite_keys(into, other);
}

namespace {

constexpr const char* same_keys = "a reader asks for the same keys whatever the numbers that it reads";

void widen(Interval& into, const Interval& other) {
    const Interval unlimited;
    if (into.min != other.min) {
        into.min = unlimited.min;
        into.above_min = false;
    }
    into.max = into.max == other.max ? into.max : unlimited.max;
}

void widen(Form& into, const Form& other) {
    if (into == other) {
        return;
    }
    check_invariant(into.type == other.type && into.names == other.names, same_keys);
    into.is_relative = true;
    into.min = std::min(into.min, other.min);
    into.max = std::max(into.max, other.max);
    widen(into.limits, other.limits);
    widen(into.measure.limits, other.measure.limits);
}

/// Calls `widen_one` for the entries of two lists of equal length.
template <class List, class WidenOne>
void widen_each(List& into, const List& other, WidenOne widen_one) {
    check_invariant(into.size() == other.size(), same_keys);
    auto from = other.begin();
    for (auto& one : into) {
        widen_one(one, *from++);
    }
}

} // namespace

void widen(Declaration& into, const Declaration& other) {
    widen_each(into.forms, other.forms, [](Form& a, const Form& b) { widen(a, b); });
    widen_each(into.element, other.element, [](Declaration& a, const Declaration& b) { widen(a, b); });
    widen_each(into.keys, other.keys, [](DeclaredKey& a, const DeclaredKey& b) {
        check_invariant(a.name == b.name, same_keys);
        widen(a.value, b.value);
    });
    widen_each(into.cases, other.cases, [](DeclaredCase& a, const DeclaredCase& b) { widen(a.map, b.map); });
}

} // namespace lodestone::config
