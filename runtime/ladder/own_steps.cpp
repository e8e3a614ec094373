#include "runtime/ladder/own_steps.hpp"

#include <algorithm>
#include <deque>
#include <span>
#include <utility>

#include "actors/book/event_buffer.hpp"
#include "actors/book/order_book.hpp"
#include "actors/replica/replica_node.hpp"
#include "actors/shard/shard.hpp"
#include "runtime/bench/flow_run.hpp"
#include "storage/real_disk.hpp"

namespace bourse {
namespace {

/// Empty if nothing of it was refused.
std::string fault_of(std::span<const report> told) {
    const auto refused = std::ranges::find_if(told, [](const report& each) {
        return each.what.kind == event_kind::rejected ||
               each.what.kind == event_kind::cancel_rejected ||
               each.what.kind == event_kind::command_refused;
    });
    return refused == told.end()
               ? std::string()
               : "an order was refused: " + std::string(to_string(refused->what.reason));
}

/// Does one call at a time.
class in_turn : public ladder_subject {
public:
    void give(std::size_t call) override { given_.push_back(call); }
    bool work() override {
        if (given_.empty()) {
            return false;
        }
        const std::size_t call = given_.front();
        given_.pop_front();
        answer(call, carry_out(call));
        return true;
    }

private:
    virtual std::string carry_out(std::size_t call) = 0;
    std::deque<std::size_t> given_;
};

class books_alone final : public in_turn {
public:
    explicit books_alone(const ladder_workload& workload)
        : given_(workload.flow().books_operations) {
        books_.reserve(workload.flow().shape.symbols);
        for (std::uint32_t i = 0; i < workload.flow().shape.symbols; ++i) {
            instrument rules = flow_instrument();
            rules.symbol = {i + 1};
            books_.emplace_back(rules);
        }
        const book_commands& fill = workload.flow().books_fill;
        std::size_t at = 0;
        for (const book_run& next : fill.runs) {
            apply(fill, next, at);
        }
    }

private:
    void apply(const book_commands& from, const book_run& run, std::size_t& at) {
        events_.clear();
        books_[run.book].apply(timestamp{}, std::span(from.commands).subspan(at, run.size),
                               events_);
        at += run.size;
    }
    std::string carry_out(std::size_t) override {
        const std::size_t until = at_ + ladder_orders_per_call;
        while (at_ < until) {
            apply(given_, given_.runs[run_++], at_);
            digest_ = event_digest(events_.events(), digest_);
        }
        return {};
    }

    const book_commands& given_;
    std::vector<order_book> books_;
    event_buffer events_{buffer_capacity};
    std::size_t run_ = 0;
    std::size_t at_ = 0;
    std::uint64_t digest_ = 0;
};

class shard_alone final : public in_turn {
public:
    explicit shard_alone(const ladder_workload& workload) : flow_(workload.flow()) {
        machine_.expect_client_ids(flow_.order_count);
        for (const auto* entries : {&flow_.setup, &flow_.fill}) {
            for (const entry& each : *entries) {
                machine_.apply(each, out_);
            }
        }
    }

private:
    std::string carry_out(std::size_t call) override {
        machine_.apply(flow_.operations[call], out_);
        return fault_of(out_.reports);
    }

    const shard_flow& flow_;
    shard machine_{shard_settings{}};
    shard_output out_;
};

class replica_alone final : public ladder_subject {
public:
    explicit replica_alone(const ladder_workload& workload) : flow_(workload.flow()) {}

    outcome open(const std::string& folder) {
        auto disk = real_disk::open(folder);
        if (!disk) {
            return disk.error();
        }
        disk_ = *std::move(disk);
        auto opened = replica_node::open(*disk_, {.owner = 1});
        if (!opened) {
            return opened.error();
        }
        node_ = *std::move(opened);
        replica_options options;
        options.self = {1};
        options.max_clock_step = {INT64_MAX};
        const membership alone{{{{1}, member_role::voter}}};
        if (auto founded = node_->found(options.shard.id, alone); !founded) {
            return founded;
        }
        if (auto started = node_->start(options, nullptr, now_); !started) {
            return started;
        }
        replica_ = node_->find(options.shard.id);
        while (!replica_->speaks() && fault().empty()) {
            write();
        }
        for (const auto* entries : {&flow_.setup, &flow_.fill}) {
            for (const entry& each : *entries) {
                submit(each, 0);
                write();
            }
        }
        if (!fault().empty()) {
            return error{errc::refused, fault()};
        }
        return done{};
    }

    void give(std::size_t call) override { given_.push_back(call); }
    bool work() override {
        if (given_.empty()) {
            return false;
        }
        for (const std::size_t call : std::exchange(given_, {})) {
            submit(flow_.operations[call], call + 1);
        }
        write();
        return true;
    }

private:
    void submit(const entry& what, std::uint64_t ticket) {
        now_.wall = std::max(now_.wall, what.at);
        const replica_refusal refusal = replica_->submit(now_, what.commands, ticket);
        if (refusal != replica_refusal::none) {
            refuse("the replica refuses commands: " + std::string(to_string(refusal)));
        }
    }
    /// All that was submitted is durable and applied on return.
    void write() {
        now_.monotonic_ms += 1;
        replica_->tick(now_);
        do {
            if (node_->start_write(now_)) {
                node_->finish_write(now_);
            }
            take(replica_->take());
        } while (replica_->wants_to_propose() && fault().empty());
    }
    void take(const replica_effects& effects) {
        for (const applied_entry& each : effects.applied) {
            refuse(fault_of(each.out.reports));
        }
        for (const ticket_answer& each : effects.answers) {
            if (each.ticket != 0) {
                answer(each.ticket - 1, fault());
            }
        }
    }
    void refuse(std::string why) {
        if (fault_.empty()) {
            fault_ = std::move(why);
        }
    }
    [[nodiscard]] std::string fault() const {
        if (!fault_.empty()) {
            return fault_;
        }
        return replica_->fault().empty() ? node_->dead() : replica_->fault();
    }

    const shard_flow& flow_;
    moment now_{.monotonic_ms = 1'000, .wall = {1}};
    std::unique_ptr<real_disk> disk_;
    std::unique_ptr<replica_node> node_;
    replica* replica_ = nullptr;
    std::vector<std::size_t> given_;
    std::string fault_;
};

}  // namespace

std::unique_ptr<ladder_subject> match_subject(const ladder_workload& workload) {
    return std::make_unique<books_alone>(workload);
}

std::unique_ptr<ladder_subject> ledger_subject(const ladder_workload& workload) {
    return std::make_unique<shard_alone>(workload);
}

result<std::unique_ptr<ladder_subject>> journal_subject(const ladder_workload& workload,
                                                        const std::string& folder) {
    auto made = std::make_unique<replica_alone>(workload);
    if (auto opened = made->open(folder); !opened) {
        return opened.error();
    }
    return std::unique_ptr<ladder_subject>(std::move(made));
}

}  // namespace bourse
