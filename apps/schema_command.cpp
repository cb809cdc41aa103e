// SPDX-License-Identifier: Apache-2.0
// `lodestone schema`: JSON Schemas and references of the YAML kinds, from what their readers ask for.
#include "apps/commands.hpp"
#include "apps/schema_kinds.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "sim/config/schema/json_schema.hpp"

#include <iostream>

namespace lodestone::apps {

int schema_command(const Arguments& arguments) {
    if (arguments.list) {
        for (const std::string& name : schema_kind_names()) {
            std::cout << name << '\n';
        }
        return 0;
    }
    if (arguments.files.empty()) {
        throw UserError("name a kind of YAML file: one of " + join(schema_kind_names()));
    }
    const SchemaKind& kind = schema_kind(arguments.files.front());
    const config::Declaration declared = declaration_of(kind);
    const std::string text = arguments.reference
                                 ? config::reference_page(declared, kind.text, key_meanings())
                                 : config::json_schema(declared, "Lodestone: " + kind.text.title, key_meanings());
    if (arguments.output.empty()) {
        std::cout << text;
    } else {
        write_file(arguments.output, text);
    }
    return 0;
}

} // namespace lodestone::apps
