#include "runtime/bench/shard_flow.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include "runtime/bench/random_source.hpp"

namespace bourse {
namespace {

constexpr std::uint64_t shard_number = 1;
constexpr currency_id currency{1};
constexpr std::int64_t cash_of_each = std::int64_t{1} << 50;
constexpr std::int64_t lots_of_each = std::int64_t{1} << 40;
constexpr std::int64_t begin_ns = 1'795'000'000'000'000'000;  // some day in 2026
constexpr std::int64_t ns_per_command = 1'000;
constexpr std::int64_t patience_ns = 60'000'000'000;  // of clients: not-after less now

symbol_id symbol_of(std::uint32_t book) {
    return {book + 1};
}

listing bench_listing(std::uint32_t book) {
    listing listed;
    listed.rules = flow_instrument();
    listed.rules.symbol = symbol_of(book);
    listed.currency = currency;
    for (fee_tier& tier : listed.fees) {
        tier.maker.rate_ppm = 100;
        tier.taker.rate_ppm = 300;
        tier.auction.rate_ppm = 200;
    }
    listed.book_shard = {shard_number};
    return listed;
}

/// Puts commands into entries of so many. Indexes and times are given in the end.
class entry_packer {
public:
    entry_packer(std::vector<entry>& entries, std::size_t size) : entries_(entries), size_(size) {}

    /// Adds the next command; true if it begins an entry.
    bool add(shard_command&& said) {
        const bool begins = entries_.empty() || entries_.back().commands.size() == size_;
        if (begins) {
            entries_.emplace_back().commands.reserve(size_);
        }
        entries_.back().commands.push_back(std::move(said));
        return begins;
    }

private:
    std::vector<entry>& entries_;
    std::size_t size_;
};

/// Turns the commands of the symbols' flows into those of a shard.
class shard_flow_maker {
public:
    shard_flow_maker(shard_flow& flow, std::span<const order_flow> sources, std::uint64_t seed)
        : flow_(flow), clients_(seed), numbers_(sources.size()) {
        owned_.resize(std::size_t{flow.shape.symbols} * flow.shape.accounts);
        for (std::size_t i = 0; i < sources.size(); ++i) {
            numbers_[i].resize(sources[i].order_count + std::size_t{1});
        }
    }

    void fill(std::uint32_t book, const command& said) {
        add(book, said, flow_.fill, flow_.books_fill);
    }
    void operate(std::uint32_t book, const command& said) {
        add(book, said, flow_.operations, flow_.books_operations);
    }

    /// The market, accounts, and cash for each; lots of what each of them trades.
    void set_up() {
        entry_packer packer{flow_.setup, 100};
        for (std::uint32_t book = 0; book < flow_.shape.symbols; ++book) {
            packer.add(list_instrument{.what = bench_listing(book)});
            packer.add(book_state{.symbol = symbol_of(book), .what = {}});
        }
        for (std::uint32_t i = 0; i < flow_.shape.accounts; ++i) {
            const account_id account{1 + i};
            packer.add(open_account{.account = account});
            packer.add(
                deposit{.account = account, .asset = asset_of(currency), .amount = cash_of_each});
        }
        for (std::uint32_t i = 0; i < flow_.shape.accounts; ++i) {
            for (std::uint32_t book = 0; book < flow_.shape.symbols; ++book) {
                if (owned_[owned_index(book, {1 + i})]) {
                    packer.add(deposit{.account = {1 + i},
                                       .asset = asset_of(symbol_of(book)),
                                       .amount = lots_of_each,
                                       .cost = lots_of_each});
                }
            }
        }
    }

    /// Indexes and times of all entries, a microsecond a command.
    void stamp() {
        std::uint64_t index = 0;
        std::int64_t now = begin_ns;
        for (auto* entries : {&flow_.setup, &flow_.fill, &flow_.operations}) {
            for (entry& each : *entries) {
                each.index = ++index;
                each.at = {now};
                now += ns_per_command * static_cast<std::int64_t>(each.commands.size());
                for (shard_command& said : each.commands) {
                    if (auto* order = std::get_if<submit_order>(&said)) {
                        order->request.not_after = {each.at.ns + patience_ns};
                    }
                }
            }
        }
    }

private:
    [[nodiscard]] std::size_t owned_index(std::uint32_t book, account_id account) const {
        return std::size_t{book} * flow_.shape.accounts + (account.value - 1);
    }
    [[nodiscard]] account_id owner(std::uint64_t number) const {
        return {1 + static_cast<std::uint32_t>(number % flow_.shape.accounts)};
    }
    [[nodiscard]] static order_id id_of(std::uint64_t number) {
        return {shard_number << order_counter_bits | number};
    }
    [[nodiscard]] std::uint64_t number_of(std::uint32_t book, order_id in_flow) const {
        return numbers_[book][in_flow.value];
    }

    void add(std::uint32_t book, const command& said, std::vector<entry>& entries,
             book_commands& books) {
        entry_packer packer{entries, flow_.shape.commands_per_entry};
        const auto put = [&](shard_command&& asked, const command& passed) {
            const bool begins = packer.add(std::move(asked));
            books.commands.push_back(passed);
            if (begins || books.runs.back().book != book) {
                books.runs.push_back({.book = book});
            }
            ++books.runs.back().size;
        };
        if (const auto* order = std::get_if<new_order>(&said)) {
            const std::uint64_t number = ++last_number_;
            ++flow_.order_count;
            numbers_[book][order->id.value] = number;
            submit_order asked;
            asked.request.id = {.high = clients_.next(), .low = clients_.next()};
            asked.symbol = symbol_of(book);
            asked.order = *order;
            asked.order.id = {};
            asked.order.account = owner(number);
            owned_[owned_index(book, owner(number))] = true;
            new_order passed = asked.order;
            passed.id = id_of(number);
            put(asked, passed);
        } else if (const auto* cancel = std::get_if<cancel_order>(&said)) {
            const std::uint64_t number = number_of(book, cancel->id);
            put(submit_cancel{.account = owner(number), .order = id_of(number)},
                cancel_order{.id = id_of(number), .account = owner(number)});
        } else {
            replace_order passed = std::get<replace_order>(said);
            const std::uint64_t number = number_of(book, passed.id);
            passed.id = id_of(number);
            passed.account = owner(number);
            put(submit_replace{.account = passed.account,
                               .order = passed.id,
                               .set_price = passed.set_price,
                               .set_quantity = passed.set_quantity,
                               .price = passed.price,
                               .quantity = passed.quantity},
                passed);
        }
    }

    shard_flow& flow_;
    random_source clients_;
    std::uint64_t last_number_ = 0;
    std::vector<std::vector<std::uint64_t>> numbers_;  ///< of each book, by the id in its flow
    std::vector<bool> owned_;
};

/// Of which symbol each operation is.
std::vector<std::uint32_t> draw_books(std::uint32_t operations, std::uint32_t symbols,
                                      std::uint64_t seed) {
    random_source random{seed};
    std::vector<std::uint32_t> drawn(operations);
    for (std::uint32_t& each : drawn) {
        each = random.below(symbols);
    }
    return drawn;
}

}  // namespace

shard_flow generate_shard_flow(const flow_shape& flow, std::uint32_t operations, std::uint64_t seed,
                               const machine_shape& shape) {
    const std::vector<std::uint32_t> drawn = draw_books(operations, shape.symbols, seed + 1);
    std::vector<std::uint32_t> counts(shape.symbols);
    for (const std::uint32_t book : drawn) {
        ++counts[book];
    }
    flow_shape share = flow;
    share.resting = flow.resting / shape.symbols;
    std::vector<order_flow> sources;
    for (std::uint32_t book = 0; book < shape.symbols; ++book) {
        sources.push_back(generate_flow(share, counts[book], seed + book * std::uint64_t{1'000}));
    }

    shard_flow made;
    made.shape = shape;
    made.operation_count = operations;
    shard_flow_maker maker{made, sources, seed + 2};
    for (std::uint32_t i = 0; i < share.resting; ++i) {
        for (std::uint32_t book = 0; book < shape.symbols; ++book) {
            maker.fill(book, sources[book].fill[i]);
        }
    }
    std::vector<std::uint32_t> next(shape.symbols);
    for (const std::uint32_t book : drawn) {
        maker.operate(book, sources[book].operations[next[book]++]);
    }
    maker.set_up();
    maker.stamp();
    return made;
}

}  // namespace bourse
