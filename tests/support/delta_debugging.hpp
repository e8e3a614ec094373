#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tests/support/command_fields.hpp"

namespace bourse {

/// Makes a failing case smaller: tries changes of the smallest one so far, and takes those that still fail.
///
/// After Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (2002). What can be changed in a
/// `Case` its shrinker knows; here is what all of them do. `fails` is asked at most `max_tries` times.
template <typename Case>
class delta_debugging {
public:
    using predicate = std::function<bool(const Case&)>;

    delta_debugging(Case failing, const predicate& fails, std::size_t max_tries)
        : best_(std::move(failing)), fails_(fails), tries_left_(max_tries) {}

    [[nodiscard]] const Case& best() const noexcept { return best_; }

    /// Does all of `pass` again and again while it helps.
    template <typename Pass>
    void repeat(Pass pass) {
        for (bool helps = true; helps && tries_left_ > 0;) {
            has_taken_ = false;
            pass();
            helps = has_taken_;
        }
    }

    /// True if the changed case still fails: it is the best one now.
    bool take(Case changed) {
        if (tries_left_ == 0 || changed == best_) {
            return false;
        }
        tries_left_ -= 1;
        if (!fails_(changed)) {
            return false;
        }
        best_ = std::move(changed);
        has_taken_ = true;
        return true;
    }

    /// Leaves out runs of halves, quarters, … of a list, from its end. `list_of` finds the list in a case.
    template <typename ListOf>
    void drop_runs(ListOf list_of) {
        for (std::size_t run = (list_of(best_).size() + 1) / 2; run > 0; run /= 2) {
            for (std::size_t end = list_of(best_).size(); end > 0;) {
                const std::size_t begin = end > run ? end - run : 0;
                Case changed = best_;
                auto& list = list_of(changed);
                list.erase(list.begin() + static_cast<std::ptrdiff_t>(begin),
                           list.begin() + static_cast<std::ptrdiff_t>(end));
                take(std::move(changed));
                end = begin;
            }
        }
    }

    /// Makes each number as plain as can be. `visit(case, visitor)` calls `visitor(name, field)` for each;
    /// `plainer(name, field)` gives the values to try, the plainest first.
    template <typename Visit, typename Plainer>
    void simplify_numbers(Visit visit, Plainer plainer) {
        std::size_t fields = 0;
        visit(best_, [&](std::string_view, auto&) { ++fields; });
        for (std::size_t i = 0; i < fields; ++i) {
            std::vector<std::int64_t> values;
            std::size_t index = 0;
            visit(best_, [&](std::string_view name, auto& field) {
                if (index++ == i) {
                    values = plainer(name, field);
                }
            });
            for (const std::int64_t value : values) {
                Case changed = best_;
                index = 0;
                visit(changed, [&](std::string_view, auto& field) {
                    if (index++ == i) {
                        auto& number = number_in(field);
                        number = static_cast<std::remove_reference_t<decltype(number)>>(value);
                    }
                });
                if (take(std::move(changed))) {
                    break;
                }
            }
        }
    }

private:
    Case best_;
    const predicate& fails_;
    std::size_t tries_left_;
    bool has_taken_ = false;
};

/// Of `ladder`, what comes before the number: what follows is no plainer than that.
template <typename Ladder>
[[nodiscard]] std::vector<std::int64_t> plainer_than(std::int64_t number, const Ladder& ladder) {
    std::vector<std::int64_t> values;
    for (const std::int64_t value : ladder) {
        if (value == number) {
            break;
        }
        values.push_back(value);
    }
    return values;
}

}  // namespace bourse
