// Precompiled into every test executable. A test includes what it uses all the same.
#include <algorithm>
#include <array>
#include <cstdint>
#include <doctest/doctest.h>
#include <map>
#include <optional>
#include <string>
#include <vector>
