#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "runtime/replay/csv_source.hpp"

namespace bourse {

/// A made-up file.
inline csv_source source_of(std::string text, std::string name = "flow.csv") {
    return {std::make_unique<std::istringstream>(std::move(text)), std::move(name)};
}

}  // namespace bourse
