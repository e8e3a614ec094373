#include <exception>
#include <iostream>

#include "runtime/command_line.hpp"

int main(int argc, char** argv) {
    try {
        return static_cast<int>(bourse::run_command_line(argc, argv));
    } catch (const std::exception& error) {
        std::cerr << "bourse: " << error.what() << '\n';
        return static_cast<int>(bourse::exit_code::refused);
    }
}
