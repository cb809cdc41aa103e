// SPDX-License-Identifier: Apache-2.0
// The YAML kinds that have a schema, each with its reader.
#pragma once

#include "sim/config/schema/declare.hpp"
#include "sim/config/schema/reference.hpp"

#include <map>
#include <string>
#include <vector>

namespace lodestone::apps {

struct SchemaKind {
    std::string name;
    config::FileReader read;
    config::Answers answers;
    config::ReferenceText text;
    std::map<std::string, std::string> parts; ///< kinds of maps that another reader reads after changes, by path
};

/// A new kind is one entry.
[[nodiscard]] const std::vector<SchemaKind>& schema_kinds();
[[nodiscard]] std::vector<std::string> schema_kind_names();
/// Throws UserError that lists the kinds.
[[nodiscard]] const SchemaKind& schema_kind(const std::string& name);

/// Everything that the kind's reader asks for, with its parts.
[[nodiscard]] config::Declaration declaration_of(const SchemaKind& kind);

/// What the keys of all kinds mean.
[[nodiscard]] const config::Meanings& key_meanings();

} // namespace lodestone::apps
