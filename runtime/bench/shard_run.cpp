#include "runtime/bench/shard_run.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <iterator>
#include <span>
#include <vector>

#include "actors/book/event_buffer.hpp"
#include "actors/book/order_book.hpp"
#include "actors/shard/shard.hpp"

namespace bourse {
namespace {

std::uint64_t digest_of_told(const shard_output& out, std::uint64_t digest) {
    for (const report& told : out.reports) {
        digest =
            std::rotl(digest, 7) ^ (told.what.order.value + (told.number << 24U) + told.client.low +
                                    (static_cast<std::uint64_t>(told.what.remaining.lots) << 48U) +
                                    static_cast<std::uint64_t>(told.cash.minor + told.fee.minor));
    }
    for (const ledger_line& line : out.lines) {
        digest = std::rotl(digest, 7) ^
                 (static_cast<std::uint64_t>(line.amount) +
                  (std::uint64_t{line.holder.value} << 24U) + line.asset.value + line.number);
    }
    for (const std::uint64_t number : out.event_numbers) {
        digest += number;
    }
    return digest;
}

/// A shard in which the flow can begin.
class ready_shard {
public:
    explicit ready_shard(const shard_flow& flow) : machine_(shard_settings{}) {
        machine_.expect_client_ids(flow.order_count);
        for (const auto* entries : {&flow.setup, &flow.fill}) {
            for (const entry& next : *entries) {
                apply(next);
            }
        }
    }
    void apply(const entry& next) { machine_.apply(next, out_); }
    [[nodiscard]] const shard_output& out() const { return out_; }

private:
    shard machine_;
    shard_output out_;
};

/// The books of a flow without anything beside them.
class lone_books {
public:
    explicit lone_books(const shard_flow& flow) {
        books_.reserve(flow.shape.symbols);
        for (std::uint32_t i = 0; i < flow.shape.symbols; ++i) {
            instrument rules = flow_instrument();
            rules.symbol = {i + 1};
            books_.emplace_back(rules);
        }
        event_buffer events;
        std::span<const command> left{flow.books_fill.commands};
        for (const book_run& next : flow.books_fill.runs) {
            events.clear();
            apply(next, left.first(next.size), events);
            left = left.subspan(next.size);
        }
    }
    void apply(const book_run& run, std::span<const command> commands, event_buffer& out) {
        books_[run.book].apply(timestamp{}, commands, out);
    }

private:
    std::vector<order_book> books_;
};

/// The timed parts. Never inlined, so that callgrind and profilers find them by their names.
[[gnu::noinline]] void apply_to_shard(ready_shard& machine, const shard_flow& flow,
                                      machine_run& run) {
    for (const entry& next : flow.operations) {
        machine.apply(next);
        const shard_output& out = machine.out();
        run.digest = event_digest(out.events, run.digest);
        run.told = digest_of_told(out, run.told);
        run.events += out.events.size();
        run.reports += out.reports.size();
        run.lines += out.lines.size();
    }
}

[[gnu::noinline]] void apply_to_books(lone_books& books, const book_commands& given,
                                      event_buffer& events, flow_run& run) {
    std::span<const command> left{given.commands};
    for (const book_run& next : given.runs) {
        events.clear();
        books.apply(next, left.first(next.size), events);
        left = left.subspan(next.size);
        run.digest = event_digest(events.events(), run.digest);
        run.events += events.size();
    }
}

/// Compares what came of one entry with what the books alone said to the same commands.
std::string compare(const shard_output& out, std::span<const event> events, std::uint64_t index) {
    const auto where = [&] { return "in entry " + std::to_string(index); };
    if (!std::ranges::equal(out.events, events)) {
        return "shard and book part " + where() + " with " + std::to_string(out.events.size()) +
               " and " + std::to_string(events.size()) + " events";
    }
    const auto reported = [](const event& told, const report& made) { return told == made.what; };
    if (!std::ranges::equal(out.events, out.reports, reported)) {
        return "the shard's reports are not its events " + where();
    }
    return {};
}

}  // namespace

machine_run run_machine(const shard_flow& flow) {
    ready_shard machine{flow};
    machine_run run;
    const double begin = processor_ns();
    apply_to_shard(machine, flow, run);
    run.ns_per_operation = (processor_ns() - begin) / flow.operation_count;
    return run;
}

flow_run run_books(const shard_flow& flow) {
    lone_books books{flow};
    event_buffer events{buffer_capacity};
    flow_run run;
    const double begin = processor_ns();
    apply_to_books(books, flow.books_operations, events, run);
    run.ns_per_operation = (processor_ns() - begin) / flow.operation_count;
    return run;
}

std::optional<std::uint64_t> count_machine_instructions(const shard_flow& flow,
                                                        instruction_counter& counter) {
    ready_shard machine{flow};
    machine_run run;
    counter.start();
    apply_to_shard(machine, flow, run);
    return counter.stop();
}

std::string find_difference(const shard_flow& flow) {
    shard machine{shard_settings{}};
    shard_output out;
    for (const entry& next : flow.setup) {
        machine.apply(next, out);
        const auto refused = [](const report& told) {
            return told.what.kind == event_kind::command_refused;
        };
        if (std::ranges::any_of(out.reports, refused)) {
            return "the shard refuses a command of the setup";
        }
    }
    for (const entry& next : flow.fill) {
        machine.apply(next, out);
    }
    lone_books books{flow};
    event_buffer events;
    std::span<const command> left{flow.books_operations.commands};
    auto run = flow.books_operations.runs.begin();
    for (const entry& next : flow.operations) {
        machine.apply(next, out);
        events.clear();
        for (std::size_t done = 0; done < next.commands.size(); done += run++->size) {
            books.apply(*run, left.first(run->size), events);
            left = left.subspan(run->size);
        }
        if (std::string fault = compare(out, events.events(), next.index); !fault.empty()) {
            return fault;
        }
    }
    return {};
}

std::string timed_machine_function() {
    return "*apply_to_shard*";
}

std::string timed_books_function() {
    return "*apply_to_books*";
}

}  // namespace bourse
