// The main function of every test executable, and how ctest learns its test cases.
//
// Two things differ from doctest's own main. A run that matches no test case fails, because a
// renamed test would otherwise pass for ever. And `--list-test-cases --reporters=ctest` writes a
// ctest script, one test a test case, refusing two test cases of one name.

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>
#include <set>
#include <sstream>
#include <string>

namespace {

unsigned test_cases_run = 0;
bool listed_twice = false;
std::string executable;

/// An IReporter that ignores everything, for the two below to override what they need.
struct silent_reporter : doctest::IReporter {
    explicit silent_reporter(const doctest::ContextOptions& options) : output(*options.cout) {}
    void report_query(const doctest::QueryData&) override {}
    void test_run_start() override {}
    void test_run_end(const doctest::TestRunStats&) override {}
    void test_case_start(const doctest::TestCaseData&) override {}
    void test_case_reenter(const doctest::TestCaseData&) override {}
    void test_case_end(const doctest::CurrentTestCaseStats&) override {}
    void test_case_exception(const doctest::TestCaseException&) override {}
    void subcase_start(const doctest::SubcaseSignature&) override {}
    void subcase_end() override {}
    void log_assert(const doctest::AssertData&) override {}
    void log_message(const doctest::MessageData&) override {}
    void test_case_skipped(const doctest::TestCaseData&) override {}

    std::ostream& output;
};

struct counting_listener : silent_reporter {
    using silent_reporter::silent_reporter;
    void test_run_end(const doctest::TestRunStats& stats) override {
        test_cases_run = stats.numTestCasesPassingFilters;
    }
};

/// doctest splits `--test-case=` at commas.
std::string escape_commas(const std::string& name) {
    std::string escaped;
    for (const char letter : name) {
        if (letter == ',' || letter == '\\') {
            escaped += '\\';
        }
        escaped += letter;
    }
    return escaped;
}

struct ctest_reporter : silent_reporter {
    using silent_reporter::silent_reporter;

    void report_query(const doctest::QueryData& query) override {
        const char* prefix = std::getenv("BOURSE_TEST_PREFIX");
        std::set<std::string> names;
        for (unsigned i = 0; i < query.num_data; ++i) {
            const doctest::TestCaseData& test = *query.data[i];
            if (!names.insert(test.m_name).second) {
                std::cerr << test.m_file << ":" << test.m_line
                          << ": error: a second test case called \"" << test.m_name << "\"\n";
                listed_twice = true;
            }
            const std::string name = "[==[" + std::string(prefix != nullptr ? prefix : "tests") +
                                     ": " + test.m_name + "]==]";
            output << "add_test(" << name << " [==[" << executable
                   << "]==] [==[--test-case=" << escape_commas(test.m_name) << "]==])\n";
            write_labels(name, test.m_test_suite);
        }
    }

private:
    void write_labels(const std::string& name, const std::string& suite) {
        std::istringstream words(suite);
        std::string labels;
        std::string properties;
        for (std::string word; words >> word;) {
            labels += (labels.empty() ? "" : ";") + word;
            properties += word == "alone" ? " RUN_SERIAL TRUE" : "";
            properties += word == "long" || word == "full" ? " COST 10" : "";  // begun early
            properties += word == "data" ? " SKIP_REGULAR_EXPRESSION \"skipped, no data\"" : "";
        }
        if (!labels.empty()) {
            output << "set_tests_properties(" << name << " PROPERTIES LABELS \"" << labels << "\""
                   << properties << ")\n";
        }
    }
};

DOCTEST_REGISTER_LISTENER("counting", 1, counting_listener);
DOCTEST_REGISTER_REPORTER("ctest", 1, ctest_reporter);

}  // namespace

int main(int argc, char** argv) {
    executable = argv[0];
    doctest::Context context(argc, argv);
    const int result = context.run();
    if (context.shouldExit()) {  // a query, such as listing
        return listed_twice ? EXIT_FAILURE : result;
    }
    if (test_cases_run == 0) {
        std::cerr << "error: no test case matches\n";
        return EXIT_FAILURE;
    }
    return result;
}
