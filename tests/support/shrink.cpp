#include "tests/support/shrink.hpp"

#include <algorithm>
#include <set>
#include <type_traits>
#include <utility>
#include <variant>

#include "tests/support/command_fields.hpp"
#include "tests/support/delta_debugging.hpp"

namespace bourse {

namespace {

/// What can be made smaller in a case of a book.
class shrinker {
public:
    shrinker(book_case failing, const case_predicate& fails, std::size_t max_tries)
        : search_(std::move(failing), fails, max_tries) {}

    book_case run() {
        search_.repeat([&] {
            search_.drop_runs([](book_case & one) -> auto& { return one.entries; });
            drop_commands();
            simplify_times();
            join_entries();
            simplify_rules();
            for (std::size_t e = 0; e < best().entries.size(); ++e) {
                for (std::size_t c = 0; c < best().entries[e].commands.size(); ++c) {
                    simplify_command(e, c);
                }
            }
            renumber();
        });
        return best();
    }

private:
    [[nodiscard]] const book_case& best() const { return search_.best(); }

    void drop_commands() {
        for (std::size_t e = best().entries.size(); e-- > 0;) {
            search_.drop_runs([e](book_case & one) -> auto& { return one.entries[e].commands; });
        }
    }

    // Each time as the one before.
    void simplify_times() {
        for (std::size_t e = 0; e < best().entries.size(); ++e) {
            book_case changed = best();
            changed.entries[e].now = e == 0 ? timestamp{} : changed.entries[e - 1].now;
            search_.take(std::move(changed));
        }
    }

    // Two entries as one.
    void join_entries() {
        for (std::size_t e = best().entries.size(); e-- > 1;) {
            book_case changed = best();
            auto& before = changed.entries[e - 1].commands;
            const auto& after = best().entries[e].commands;
            before.insert(before.end(), after.begin(), after.end());
            changed.entries.erase(changed.entries.begin() + static_cast<std::ptrdiff_t>(e));
            search_.take(std::move(changed));
        }
    }

    void simplify_rules() {
        book_case changed = best();
        changed.rules.ticks = {{0, 1}};
        search_.take(std::move(changed));
        instrument plain;
        std::vector<std::int64_t> defaults;
        for_each_field(plain, [&](std::string_view, auto& f) {
            defaults.push_back(static_cast<std::int64_t>(number_in(f)));
        });
        for (std::size_t i = 1; i < defaults.size(); ++i) {  // the symbol may stay
            changed = best();
            std::size_t index = 0;
            for_each_field(changed.rules, [&](std::string_view, auto& f) {
                if (index++ == i) {
                    auto& number = number_in(f);
                    number = static_cast<std::remove_reference_t<decltype(number)>>(defaults[i]);
                }
            });
            search_.take(std::move(changed));
        }
    }

    // Each field as plain as can be, but ids, which renumber() deals with.
    void simplify_command(std::size_t e, std::size_t c) {
        const std::int64_t lot = best().rules.lot.lots;
        search_.simplify_numbers(
            [=](book_case& one, auto&& visit) {
                std::visit([&](auto& record) { for_each_field(record, visit); },
                           one.entries[e].commands[c]);
            },
            [=](std::string_view name, auto& field) {
                if (name == "id" || name == "group") {
                    return std::vector<std::int64_t>();
                }
                const auto number = static_cast<std::int64_t>(number_in(field));
                std::vector<std::int64_t> ladder{0, 1, lot, 10, 100};
                using type = std::remove_reference_t<decltype(field)>;
                if constexpr (std::is_same_v<type, price> || std::is_same_v<type, quantity>) {
                    ladder.insert(ladder.end(), {number / 2, number - (number > 0 ? 1 : -1)});
                }
                return plainer_than(number, ladder);
            });
    }

    // Order ids 1, 2, 3 … in the same order, and groups likewise.
    void renumber() {
        for (const std::string_view what : {"id", "group"}) {
            std::set<std::uint64_t> used;
            book_case changed = best();
            for_each_number(changed, what, [&](std::uint64_t& number) { used.insert(number); });
            used.erase(0);
            for_each_number(changed, what, [&](std::uint64_t& number) {
                if (number != 0) {
                    number = 1 + static_cast<std::uint64_t>(
                                     std::distance(used.begin(), used.find(number)));
                }
            });
            search_.take(std::move(changed));
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

    delta_debugging<book_case> search_;
};

}  // namespace

book_case shrink(book_case failing, const case_predicate& fails, std::size_t max_tries) {
    return shrinker(std::move(failing), fails, max_tries).run();
}

}  // namespace bourse
