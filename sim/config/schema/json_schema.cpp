// SPDX-License-Identifier: Apache-2.0
// One definition per map, in a complete and a partial version.
#include "sim/config/schema/json_schema.hpp"

#include "sim/base/error.hpp"
#include "sim/config/number.hpp"
#include "sim/config/schema/unit_pattern.hpp"
#include "sim/config/schema/wording.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace lodestone::config {
namespace {

using Json = nlohmann::ordered_json;

/// `partial`: the map is in a file that changes an included one.
enum class Version { complete, partial };

Json reference(const std::string& name) {
    return {{"$ref", "#/definitions/" + name}};
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

/// A name that needs no escape in a reference.
std::string definition_name(const std::string& path, Version version) {
    std::string name = path.empty() ? "file" : path;
    replace_all(name, "/", ".");
    replace_all(name, element_step, "item");
    replace_all(name, any_name, "any");
    return name + (version == Version::partial ? "-part" : "");
}

Json any_of(Json alternatives) {
    return alternatives.size() == 1 ? alternatives.front() : Json{{"anyOf", std::move(alternatives)}};
}

Json form_schema(const Form& form) {
    switch (form.type) {
    case Form::Type::integer: {
        Json schema{{"type", "integer"}};
        if (form.min > std::numeric_limits<std::int64_t>::min()) {
            schema["minimum"] = form.min;
        }
        schema["maximum"] = form.max;
        return schema;
    }
    case Form::Type::number: {
        Json schema{{"type", "number"}};
        if (form.limits.min > std::numeric_limits<double>::lowest()) {
            schema[form.limits.above_min ? "exclusiveMinimum" : "minimum"] = form.limits.min;
        }
        if (form.limits.max < std::numeric_limits<double>::max()) {
            schema["maximum"] = form.limits.max;
        }
        return schema;
    }
    case Form::Type::truth:
        return {{"type", "boolean"}};
    case Form::Type::choice:
        return {{"enum", form.names}};
    case Form::Type::measure:
        return {{"type", "string"}, {"pattern", measure_pattern(form.measure.unit)}};
    case Form::Type::text:
        break;
    }
    return {{"type", {"string", "number", "boolean"}}, {"minLength", 1}}; // any scalar is a text
}

/// The default as the type that the value has in YAML.
Json default_of(const DeclaredKey& key) {
    for (const Form& form : key.value.forms) {
        if (form.type == Form::Type::truth) {
            return *key.fallback == "true";
        }
        const bool is_number = form.type == Form::Type::integer || form.type == Form::Type::number;
        if (const auto number = parse_double(*key.fallback).value; is_number && number) {
            return Json::parse(*key.fallback);
        }
    }
    return *key.fallback;
}

class Writer {
public:
    explicit Writer(const Meanings& meanings) : meanings_(meanings) {}

    Json write(const Declaration& root, const std::string& title) {
        Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}};
        schema["allOf"] = Json::array({map_schema(root, Version::complete)});
        definitions_["include"] = {
            {"description", "file, or list of files, whose content this map changes; relative to this file"},
            {"anyOf", {{{"type", "string"}}, {{"type", "array"}, {"items", {{"type", "string"}}}}}}};
        unify();
        schema["definitions"] = Json::object();
        for (auto& [name, definition] : definitions_) {
            schema["definitions"][name] = definition;
        }
        return schema;
    }

private:
    Json value_schema(const Declaration& value, Version version) {
        Json alternatives = Json::array();
        for (const Form& form : value.forms) {
            alternatives.push_back(form_schema(form));
        }
        if (!value.element.empty()) {
            alternatives.push_back(
                {{"type", "array"}, {"items", value_schema(value.element.front(), Version::complete)}});
        }
        if (value.is_map) {
            alternatives.push_back(map_schema(value, value.is_overlaid ? Version::partial : version));
        }
        return alternatives.empty() ? Json::object() : any_of(std::move(alternatives));
    }

    Json map_schema(const Declaration& map, Version version) {
        if (outermost(map.path) != map.path) {
            return reference(names_.at(outermost(map.path)));
        }
        const std::string name = context_ + definition_name(map.path, version);
        if (!definitions_.contains(name)) {
            definitions_[name] = Json::object(); // maps within themselves end here
            if (version == Version::complete) {
                names_[map.path] = name;
                Json complete{{"if", {{"required", {"include"}}}}};
                complete["then"] = map_schema(map, Version::partial);
                complete["else"] = body(map, version, {});
                definitions_[name] = std::move(complete);
            } else {
                definitions_[name] = body(map, version, {});
            }
        }
        return reference(name);
    }

    /// `checked`: keys whose values the schema around this one checks.
    Json body(const Declaration& map, Version version, const std::vector<std::string>& checked) {
        return map.cases.empty() ? plain_body(map, version, checked) : cases_body(map, version, checked);
    }

    Json plain_body(const Declaration& map, Version version, const std::vector<std::string>& checked) {
        Json properties = Json::object();
        Json required = Json::array();
        Json others = !map.is_closed;
        for (const DeclaredKey& key : map.keys) {
            if (key.name == any_name) {
                others = property(key, version);
                continue;
            }
            const bool is_checked = std::ranges::find(checked, key.name) != checked.end();
            properties[key.name] = is_checked ? Json(true) : property(key, version);
            if (key.is_required && version == Version::complete) {
                required.push_back(key.name);
            }
        }
        if (version == Version::partial) {
            properties["include"] = reference("include");
        }
        Json schema{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", others}};
        if (!required.empty()) {
            schema["required"] = std::move(required);
        }
        return schema;
    }

    Json property(const DeclaredKey& key, Version version) {
        Json value = value_schema(key.value, version);
        if (version == Version::partial) { // an empty value removes what was included
            Json alternatives = value.contains("anyOf") ? value["anyOf"] : Json::array({value});
            alternatives.push_back({{"type", "null"}});
            value = any_of(std::move(alternatives));
        }
        const std::string meaning = meaning_of(key.value.path, meanings_);
        Json schema{
            {"description", (meaning.empty() ? "" : meaning + ": ") + words_of(key.value) + "; " + presence_of(key)}};
        if (key.fallback && !key.fallback->empty()) {
            schema["default"] = default_of(key);
        }
        if (value.contains("$ref")) { // whose neighbours draft 07 does not look at
            schema["allOf"] = Json::array({value});
        } else {
            schema.update(value);
        }
        return schema;
    }

    Json cases_body(const Declaration& map, Version version, std::vector<std::string> checked) {
        Json common = Json::object();
        for (const DeclaredKey* key : common_keys(map)) {
            if (std::ranges::find(checked, key->name) == checked.end() && key->name != any_name) {
                common[key->name] = property(*key, version);
                checked.push_back(key->name);
            }
        }
        Json bodies = Json::array();
        for (const DeclaredCase& one : map.cases) {
            std::string name = join(map.selector, ".") + "-" + one.names.front();
            std::erase_if(name, [](char c) { return c == '(' || c == ')'; });
            const std::string around = context_;
            context_ += (map.path.empty() ? "" : definition_name(map.path, Version::complete) + ".") + name + "--";
            name = context_ + (version == Version::partial ? "part" : "all");
            definitions_[name] = body(one.map, version, checked);
            bodies.push_back(reference(name));
            context_ = around;
        }
        // The selector may be in an included file: then any of the cases may be meant.
        Json schema = {{"anyOf", bodies}};
        auto name = bodies.rbegin();
        for (auto one = map.cases.rbegin(); one != map.cases.rend(); ++one, ++name) {
            schema = Json{{"if", condition(map, *one)}, {"then", *name}, {"else", std::move(schema)}};
        }
        if (!common.empty()) {
            schema["properties"] = std::move(common);
        }
        return schema;
    }

    /// True for a map whose selector is written and says this case.
    static Json condition(const Declaration& map, const DeclaredCase& one) {
        Json value = Json::object();
        if (map.question == Question::choice) {
            value = {{"enum", one.names}};
            if (one.names.front() == other_ways) {
                Json words = Json::array();
                for (const DeclaredCase& other : map.cases) {
                    for (const std::string& name : other.names) {
                        words.push_back(name);
                    }
                }
                value = {{"not", {{"enum", words}}}};
            }
        } else if (map.question == Question::kind) {
            Json types = Json::array();
            for (const std::string& kind : one.names) {
                types.push_back(kind == "list" ? "array" : kind == "map" ? "object" : "string");
                if (kind == "scalar") {
                    types.insert(types.end(), {"number", "boolean"});
                }
            }
            value = {{"type", types}};
        }
        Json condition = std::move(value);
        for (std::size_t i = map.selector.size(); i-- > 0;) {
            Json outer{{"type", "object"}, {"required", {map.selector[i]}}};
            outer["properties"][map.selector[i]] = std::move(condition);
            condition = std::move(outer);
        }
        const bool is_absence = map.question == Question::presence && one.names.front() == "absent";
        return is_absence ? Json{{"not", condition}} : condition;
    }

    /// Equal definitions become one.
    void unify() {
        for (bool changed = true; changed;) {
            changed = false;
            std::map<std::string, std::string> kept; // text to name
            std::map<std::string, std::string> renamed;
            for (const auto& [name, definition] : definitions_) {
                const auto [same, is_first] = kept.emplace(definition.dump(), name);
                if (!is_first) {
                    renamed.emplace("#/definitions/" + name, "#/definitions/" + same->second);
                }
            }
            for (auto& [from, to] : renamed) {
                definitions_.erase(from.substr(from.rfind('/') + 1));
                changed = true;
            }
            for (auto& [name, definition] : definitions_) {
                rename(definition, renamed);
            }
        }
    }

    static void rename(Json& json, const std::map<std::string, std::string>& renamed) {
        if (json.is_object() && json.contains("$ref") && json["$ref"].is_string()) {
            const auto found = renamed.find(json["$ref"].get<std::string>());
            if (found != renamed.end()) {
                json["$ref"] = found->second;
            }
        }
        if (json.is_structured()) {
            for (Json& part : json) {
                rename(part, renamed);
            }
        }
    }

    const Meanings& meanings_;
    std::string context_;                      ///< cases around: the same path may be another map in each
    std::map<std::string, std::string> names_; ///< of complete maps, by path
    std::map<std::string, Json> definitions_;  ///< sorted, so that files change little
};

} // namespace

std::string json_schema(const Declaration& root, const std::string& title, const Meanings& meanings) {
    constexpr int indent = 1;
    return Writer(meanings).write(root, title).dump(indent) + "\n";
}

} // namespace lodestone::config
