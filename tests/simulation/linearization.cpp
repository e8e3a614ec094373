#include "tests/simulation/linearization.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace bourse {

bool answers_so(plain_book& book, const book_operation& what) {
    std::vector<plain_fill> fills;
    switch (what.what) {
        case book_operation::kind::look:
            return book.top() == what.seen;
        case book_operation::kind::end:
            return book.take_away(what.order) == what.left;
        case book_operation::kind::enter:
            if (!book.enter(what.order, what.side, what.price, what.lots, fills)) {
                return false;
            }
            break;
        case book_operation::kind::replace:
            if (!book.replace(what.order, what.price, fills)) {
                return false;
            }
            break;
    }
    return fills == what.fills && (what.left == 0 || book.take_away(what.order) == what.left);
}

namespace {

/// The finalizer of SplitMix64 (Steele, Lea, Flood).
std::uint64_t digest_of(std::size_t i) {
    std::uint64_t z = (std::uint64_t{i} + 1) * 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
}

class search {
public:
    search(std::vector<book_operation> all, std::size_t steps)
        : all_(std::move(all)), is_done_(all_.size()), steps_left_(steps) {
        // Tried in this order: who was told first was, mostly, first.
        std::stable_sort(all_.begin(), all_.end(), [](const auto& a, const auto& b) {
            return std::tie(a.told_us, a.asked_us) < std::tie(b.told_us, b.asked_us);
        });
    }

    linearization run() {
        const bool found = go_on(plain_book(), 0, 0);
        return found              ? linearization::found
               : steps_left_ == 0 ? linearization::undecided
                                  : linearization::none;
    }

private:
    /// `first`: all before it are done. `done`: a digest of which are.
    bool go_on(const plain_book& book, std::size_t first, std::uint64_t done) {
        while (first < all_.size() && is_done_[first]) {
            ++first;
        }
        if (first == all_.size() || all_[first].told_us == never_us) {
            return true;
        }
        if (!seen_.insert(done ^ book.digest()).second) {
            return false;
        }
        // The next one is any that was asked before the first of those that are left was told.
        for (std::size_t i = first; i < all_.size() && steps_left_ > 0; ++i) {
            if (is_done_[i] || all_[i].asked_us > all_[first].told_us) {
                continue;
            }
            --steps_left_;
            plain_book after = book;
            if (answers_so(after, all_[i])) {
                is_done_[i] = true;
                if (go_on(after, first, done ^ digest_of(i))) {
                    return true;
                }
                is_done_[i] = false;
            }
        }
        return false;
    }

    std::vector<book_operation> all_;
    std::vector<bool> is_done_;
    std::unordered_set<std::uint64_t> seen_;
    std::size_t steps_left_;
};

}  // namespace

linearization find_linearization(std::vector<book_operation> all, std::size_t steps) {
    return search(std::move(all), steps).run();
}

}  // namespace bourse
