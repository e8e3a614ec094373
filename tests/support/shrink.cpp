#include "tests/support/shrink.hpp"

#include <algorithm>
#include <set>
#include <type_traits>
#include <utility>
#include <variant>

#include "tests/support/command_fields.hpp"

namespace bourse {

namespace {

/// Tries changes of the smallest case so far, and takes those that still fail.
class shrinker {
public:
    shrinker(book_case failing, const case_predicate& fails, std::size_t max_tries)
        : best_(std::move(failing)), fails_(fails), tries_left_(max_tries) {}

    book_case run() {
        for (std::size_t before = tries_left_ + 1; progress_ && tries_left_ < before;) {
            before = tries_left_;
            progress_ = false;
            drop_entries();
            drop_commands();
            simplify_times();
            join_entries();
            simplify_rules();
            for (std::size_t e = 0; e < best_.entries.size(); ++e) {
                for (std::size_t c = 0; c < best_.entries[e].commands.size(); ++c) {
                    simplify_command(e, c);
                }
            }
            renumber();
        }
        return best_;
    }

private:
    bool take(book_case changed) {
        if (tries_left_ == 0 || changed == best_) {
            return false;
        }
        tries_left_ -= 1;
        if (!fails_(changed)) {
            return false;
        }
        best_ = std::move(changed);
        progress_ = true;
        return true;
    }

    // Runs of halves, quarters, … of the entries, from the end.
    void drop_entries() {
        for (std::size_t run = (best_.entries.size() + 1) / 2; run > 0; run /= 2) {
            for (std::size_t end = best_.entries.size(); end > 0;) {
                const std::size_t begin = end > run ? end - run : 0;
                book_case changed = best_;
                changed.entries.erase(changed.entries.begin() + static_cast<std::ptrdiff_t>(begin),
                                      changed.entries.begin() + static_cast<std::ptrdiff_t>(end));
                take(std::move(changed));
                end = begin;
            }
        }
    }

    void drop_commands() {
        for (std::size_t e = best_.entries.size(); e-- > 0;) {
            const std::size_t count = best_.entries[e].commands.size();
            for (std::size_t run = (count + 1) / 2; run > 0; run /= 2) {
                for (std::size_t end = best_.entries[e].commands.size(); end > 0;) {
                    const std::size_t begin = end > run ? end - run : 0;
                    book_case changed = best_;
                    auto& commands = changed.entries[e].commands;
                    commands.erase(commands.begin() + static_cast<std::ptrdiff_t>(begin),
                                   commands.begin() + static_cast<std::ptrdiff_t>(end));
                    take(std::move(changed));
                    end = begin;
                }
            }
        }
    }

    // Each time as the one before.
    void simplify_times() {
        for (std::size_t e = 0; e < best_.entries.size(); ++e) {
            book_case changed = best_;
            changed.entries[e].now = e == 0 ? timestamp{} : changed.entries[e - 1].now;
            take(std::move(changed));
        }
    }

    // Two entries as one.
    void join_entries() {
        for (std::size_t e = best_.entries.size(); e-- > 1;) {
            book_case changed = best_;
            auto& before = changed.entries[e - 1].commands;
            const auto& after = best_.entries[e].commands;
            before.insert(before.end(), after.begin(), after.end());
            changed.entries.erase(changed.entries.begin() + static_cast<std::ptrdiff_t>(e));
            take(std::move(changed));
        }
    }

    void simplify_rules() {
        book_case changed = best_;
        changed.rules.ticks = {{0, 1}};
        take(std::move(changed));
        instrument plain;
        std::vector<std::int64_t> defaults;
        for_each_field(plain, [&](std::string_view, auto& f) {
            defaults.push_back(static_cast<std::int64_t>(number_in(f)));
        });
        for (std::size_t i = 1; i < defaults.size(); ++i) {  // the symbol may stay
            changed = best_;
            std::size_t index = 0;
            for_each_field(changed.rules, [&](std::string_view, auto& f) {
                if (index++ == i) {
                    auto& number = number_in(f);
                    number = static_cast<std::remove_reference_t<decltype(number)>>(defaults[i]);
                }
            });
            take(std::move(changed));
        }
    }

    // Each field as plain as can be.
    void simplify_command(std::size_t e, std::size_t c) {
        std::size_t fields = 0;
        std::visit(
            [&](auto& record) {
                for_each_field(record, [&](std::string_view, auto&) { ++fields; });
            },
            best_.entries[e].commands[c]);
        for (std::size_t i = 0; i < fields; ++i) {
            for (const std::int64_t plain : plain_values(e, c, i)) {
                if (set_field(e, c, i, plain)) {
                    break;
                }
            }
        }
    }

    // What to try for a field, the plainest first; nothing for ids, which renumber() deals with.
    std::vector<std::int64_t> plain_values(std::size_t e, std::size_t c, std::size_t i) {
        std::vector<std::int64_t> values;
        std::size_t index = 0;
        std::visit(
            [&](auto& record) {
                for_each_field(record, [&](std::string_view name, auto& f) {
                    if (index++ != i || name == "id" || name == "group") {
                        return;
                    }
                    const auto number = static_cast<std::int64_t>(number_in(f));
                    std::vector<std::int64_t> ladder{0, 1, best_.rules.lot.lots, 10, 100};
                    if constexpr (std::is_same_v<std::remove_reference_t<decltype(f)>, price> ||
                                  std::is_same_v<std::remove_reference_t<decltype(f)>, quantity>) {
                        ladder.insert(ladder.end(), {number / 2, number - (number > 0 ? 1 : -1)});
                    }
                    for (const std::int64_t value : ladder) {
                        if (value == number) {
                            break;  // the next ones are no plainer than what is there
                        }
                        values.push_back(value);
                    }
                });
            },
            best_.entries[e].commands[c]);
        return values;
    }

    bool set_field(std::size_t e, std::size_t c, std::size_t i, std::int64_t value) {
        book_case changed = best_;
        std::size_t index = 0;
        std::visit(
            [&](auto& record) {
                for_each_field(record, [&](std::string_view, auto& f) {
                    if (index++ == i) {
                        auto& number = number_in(f);
                        number = static_cast<std::remove_reference_t<decltype(number)>>(value);
                    }
                });
            },
            changed.entries[e].commands[c]);
        return take(std::move(changed));
    }

    // Order ids 1, 2, 3 … in the same order, and groups likewise.
    void renumber() {
        for (const std::string_view what : {"id", "group"}) {
            std::set<std::uint64_t> used;
            book_case changed = best_;
            for_each_number(changed, what, [&](std::uint64_t& number) { used.insert(number); });
            used.erase(0);
            for_each_number(changed, what, [&](std::uint64_t& number) {
                if (number != 0) {
                    number = 1 + static_cast<std::uint64_t>(
                                     std::distance(used.begin(), used.find(number)));
                }
            });
            take(std::move(changed));
        }
    }

    template <typename Visitor>
    static void for_each_number(book_case& one, std::string_view what, Visitor visit) {
        for (generated_entry& entry : one.entries) {
            for (command& each : entry.commands) {
                std::visit(
                    [&](auto& record) {
                        for_each_field(record, [&](std::string_view name, auto& f) {
                            if constexpr (std::is_same_v<
                                              std::remove_reference_t<decltype(number_in(f))>,
                                              std::uint64_t>) {
                                if (name == what) {
                                    visit(number_in(f));
                                }
                            }
                        });
                    },
                    each);
            }
        }
    }

    book_case best_;
    const case_predicate& fails_;
    std::size_t tries_left_;
    bool progress_ = true;
};

}  // namespace

book_case shrink(book_case failing, const case_predicate& fails, std::size_t max_tries) {
    return shrinker(std::move(failing), fails, max_tries).run();
}

}  // namespace bourse
