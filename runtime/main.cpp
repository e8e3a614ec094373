#include <exception>
#include <iostream>

#include "runtime/command_line.hpp"

int main(int argc, char** argv) {
    try {
        const bourse::exit_code code = bourse::run_command_line(argc, argv);
        std::cout.flush();
        if (!std::cout && code == bourse::exit_code::done) {
            std::cerr << "bourse: what it says could not be written to standard output, so not all "
                         "of it is there; what was asked of the exchange is done\n";
            return static_cast<int>(bourse::exit_code::refused);
        }
        return static_cast<int>(code);
    } catch (const std::exception& error) {
        std::cerr << "bourse: " << error.what() << '\n';
        return static_cast<int>(bourse::exit_code::refused);
    }
}
