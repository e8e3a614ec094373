#include "storage/vote_file.hpp"

#include <algorithm>
#include <array>

#include "messages/assert.hpp"
#include "storage/advice.hpp"
#include "storage/journal_format.hpp"

namespace bourse {
namespace {

constexpr const char* votes_name = "votes";
constexpr const char* votes_preparing_name = "preparing";
const std::string how_to_go_on = std::string(": ") + folder_advice;
constexpr std::size_t vote_record_bytes = record_head_bytes + vote_payload_bytes;
static_assert(max_journal_shards * vote_record_bytes <= vote_file::copy_bytes);

}  // namespace

std::string vote_file::path() const {
    return disk_.path(votes_name);
}

/// A batch of vote records, or of an idle one if there are none.
std::vector<std::byte> vote_file::bytes() const {
    std::vector<std::byte> all(
        whole_sectors(std::max<std::size_t>(1, votes_.size()) * vote_record_bytes));
    record_head head{.generation = owner_, .batch = batch_};
    if (votes_.empty()) {
        head.flags = last_of_batch_flag;
        write_record_head(head, std::span(all).first(record_head_bytes));
    }
    head.kind = record_kind::vote;
    head.payload_bytes = vote_payload_bytes;
    for (const auto& [shard, vote] : votes_) {
        const auto record =
            std::span(all).subspan(head.ordinal * vote_record_bytes, vote_record_bytes);
        head.shard = shard;
        head.term = vote.term;
        head.flags = head.ordinal + 1 == votes_.size() ? last_of_batch_flag : std::uint8_t{0};
        write_little_endian(vote.voted_for, record.subspan(record_head_bytes));
        write_record_head(head, record);
        ++head.ordinal;
    }
    return all;
}

std::optional<vote_file::copy> vote_file::read_copy(std::span<const std::byte> bytes,
                                                    std::uint64_t& owner) {
    copy made;
    for (std::uint32_t ordinal = 0;; ++ordinal) {
        const auto record = read_record(bytes);
        if (!record) {
            return std::nullopt;
        }
        const record_head& head = record->head;
        if (ordinal == 0) {
            made.batch = head.batch;
            owner = head.generation;
        }
        if (head.ordinal != ordinal || head.batch != made.batch || head.generation != owner) {
            return std::nullopt;
        }
        if (head.kind == record_kind::vote) {
            made.votes[head.shard] = {head.term, read_little_endian(record->payload)};
        }
        if ((head.flags & last_of_batch_flag) != 0) {
            return made;
        }
        bytes = bytes.subspan(record_head_bytes + record->payload.size());
    }
}

outcome vote_file::make() {
    const auto names = disk_.list();
    if (!names) {
        return names.error();
    }
    if (std::find(names->begin(), names->end(), votes_name) != names->end()) {
        return open();
    }
    auto made = disk_.create(votes_preparing_name, file_bytes);
    if (!made) {
        return made.error();
    }
    file_ = std::move(made).value();
    if (auto begun = start({}); !begun) {
        return begun;
    }
    if (auto finished = finish(); !finished) {
        return finished;
    }
    if (auto renamed = disk_.rename(votes_preparing_name, votes_name); !renamed) {
        return renamed;
    }
    file_->set_path(path());
    return disk_.sync_folder();
}

outcome vote_file::open() {
    const auto names = disk_.list();
    if (!names) {
        return names.error();
    }
    if (std::find(names->begin(), names->end(), votes_name) == names->end()) {
        return error{errc::corrupt, path() + ": is missing" + how_to_go_on};
    }
    auto opened = disk_.open_file(votes_name);
    if (!opened) {
        return opened.error();
    }
    file_ = std::move(opened).value();
    if (file_->size_bytes() != file_bytes) {
        return error{errc::corrupt, path() + ": is " + std::to_string(file_->size_bytes()) +
                                        " bytes long, not " + std::to_string(file_bytes) +
                                        how_to_go_on};
    }
    std::vector<std::byte> all(file_bytes);
    if (auto got = file_->read(0, all); !got) {
        return got;
    }
    std::array<std::optional<copy>, 2> copies;
    for (std::size_t i = 0; i < copies.size(); ++i) {
        std::uint64_t owner = owner_;
        copies.at(i) = read_copy(std::span(all).subspan(i * copy_bytes, copy_bytes), owner);
        if (copies.at(i) && owner != owner_) {
            return error{errc::foreign, path() + ": is of node " + std::to_string(owner) +
                                            ", and this is node " + std::to_string(owner_) +
                                            "; choose that node's folder"};
        }
    }
    const auto& [first, second] = copies;
    if (!first && !second) {
        return error{errc::corrupt, path() + ": neither of its two copies is whole" + how_to_go_on};
    }
    const bool first_counts = first && (!second || first->batch >= second->batch);
    const copy& counts = first_counts ? *first : *second;
    if (!first || !second || first->batch != second->batch) {
        unequal_ = first_counts ? copy_bytes : 0;
    }
    batch_ = counts.batch;
    votes_ = counts.votes;
    return done{};
}

outcome vote_file::mend() {
    if (!unequal_) {
        return done{};
    }
    if (auto wrote = file_->write(*unequal_, bytes()); !wrote) {
        return wrote;
    }
    unequal_.reset();
    return file_->sync();
}

outcome vote_file::start(const vote_map& given) {
    BOURSE_ASSERT(!unequal_);
    for (const auto& [shard, vote] : given) {
        votes_[shard] = vote;
    }
    BOURSE_ASSERT(votes_.size() <= max_journal_shards);
    ++batch_;
    written_ = bytes();
    if (auto wrote = file_->write(0, written_); !wrote) {
        return wrote;
    }
    if (auto synced = file_->sync(); !synced) {
        return synced;
    }
    return file_->write(copy_bytes, written_);
}

}  // namespace bourse
