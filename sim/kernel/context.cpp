// SPDX-License-Identifier: Apache-2.0
// Makes and removes SystemC's kernel object, and routes its reports.
#include "sim/kernel/context.hpp"

#include "sim/base/error.hpp"

#include <cstdlib>
#include <systemc>

namespace lodestone::kernel {
namespace {

/// SystemC reports through one plain function for the whole process, so its warnings need one place to go.
struct Reports {
    bool in_use = false;
    std::vector<std::string> warnings;
};

Reports& reports() {
    static Reports the_reports;
    return the_reports;
}

void take_report(const sc_core::sc_report& report, const sc_core::sc_actions& actions) {
    if (report.get_severity() == sc_core::SC_WARNING) {
        reports().warnings.emplace_back(std::string(report.get_msg_type()) + ": " + report.get_msg());
    }
    if ((actions & sc_core::SC_THROW) != 0U) {
        throw report;
    }
    check_invariant(report.get_severity() < sc_core::SC_ERROR, "errors of SystemC throw by default");
}

} // namespace

Context::Context() {
    check_invariant(!reports().in_use, "SystemC holds its kernel in globals: one simulation at a time per process");
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1); // the only way to keep it from printing its banner
    reports() = {.in_use = true, .warnings = {}};
    sc_core::sc_report_handler::set_handler(take_report);
    context_ = new sc_core::sc_simcontext;
    sc_core::sc_curr_simcontext = context_;
    sc_core::sc_default_global_context = context_;
    sc_core::sc_set_stop_mode(sc_core::SC_STOP_IMMEDIATE);
}

Context::~Context() {
    delete context_;
    sc_core::sc_curr_simcontext = nullptr;
    sc_core::sc_default_global_context = nullptr;
    sc_core::sc_report_handler::set_handler(nullptr);
    reports() = {};
}

const std::vector<std::string>& Context::warnings() const {
    return reports().warnings;
}

} // namespace lodestone::kernel

/// libsystemc's own main() refers to it; programs here have their own main.
extern "C" int sc_main(int /*argc*/, char** /*argv*/) {
    return 1;
}
