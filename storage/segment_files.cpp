#include "storage/segment_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "messages/assert.hpp"
#include "storage/advice.hpp"
#include "storage/journal_bug.hpp"

namespace bourse {
namespace {

constexpr const char* preparing_name = "preparing";
constexpr std::string_view spare_prefix = "spare-";

const std::string what_to_do = std::string(": ") + folder_advice;

}  // namespace

segment* segment_files::find(std::uint64_t generation) noexcept {
    if (segments_.empty() || generation < segments_.front().head.generation) {
        return nullptr;
    }
    const std::uint64_t place = generation - segments_.front().head.generation;
    return place < segments_.size() ? &segments_[place] : nullptr;
}

std::string segment_files::path(std::uint64_t generation) const {
    return disk_.path(segment_name(generation));
}

result<segment> segment_files::open_segment(const std::string& name, std::uint64_t owner) {
    auto file = disk_.open_file(name);
    if (!file) {
        return file.error();
    }
    const std::uint64_t size = (*file)->size_bytes();
    if (size < segment_head_bytes) {
        return error{errc::corrupt, disk_.path(name) + ": is only " + std::to_string(size) +
                                        " bytes long" + what_to_do};
    }
    std::array<std::byte, segment_head_bytes> bytes{};
    if (auto got = (*file)->read(0, bytes); !got) {
        return got.error();
    }
    const auto head = read_segment_head(bytes);
    if (!head) {
        const bool newer = head.error().code == errc::unsupported_version;
        return error{head.error().code,
                     disk_.path(name) + ": " + head.error().what +
                         (newer ? "; start that one, or choose another folder" : what_to_do)};
    }
    if (head->owner != owner) {
        return error{errc::foreign, disk_.path(name) + ": is of node " +
                                        std::to_string(head->owner) + ", and this is node " +
                                        std::to_string(owner) + "; choose that node's folder"};
    }
    if (head->generation != generation_of(name) || head->segment_bytes != size) {
        return error{errc::corrupt, disk_.path(name) + ": is " + std::to_string(size) +
                                        " bytes long, but its head says generation " +
                                        std::to_string(head->generation) + " and " +
                                        std::to_string(head->segment_bytes) + " bytes" +
                                        what_to_do};
    }
    return segment{.head = *head, .file = std::move(file).value(), .highest = {}};
}

outcome segment_files::open_segments(std::uint64_t owner) {
    const auto names = disk_.list();
    if (!names) {
        return names.error();
    }
    for (const std::string& name : *names) {
        const std::uint64_t generation = generation_of(name);
        if (generation == 0) {
            continue;
        }
        if (!segments_.empty() && generation != segments_.back().head.generation + 1) {
            return error{errc::corrupt, path(segments_.back().head.generation + 1) +
                                            ": is missing, and " + name + " is there" + what_to_do};
        }
        auto opened = open_segment(name, owner);
        if (!opened) {
            return opened.error();
        }
        segments_.push_back(std::move(opened).value());
    }
    return done{};
}

outcome segment_files::open_spares() {
    const auto names = disk_.list();
    if (!names) {
        return names.error();
    }
    for (const std::string& name : *names) {
        const bool is_spare = name.starts_with(spare_prefix);
        if (!is_spare && name != preparing_name) {
            continue;
        }
        if (is_spare && spares_.size() < max_spares) {
            auto file = disk_.open_file(name);
            if (!file) {
                return file.error();
            }
            if ((*file)->size_bytes() == segment_bytes_) {
                std::uint64_t number = 0;
                std::from_chars(name.data() + spare_prefix.size(), name.data() + name.size(),
                                number);
                next_spare_ = std::max(next_spare_, number + 1);
                spares_.push_back({name, std::move(file).value()});
                continue;
            }
        }
        if (auto removed = disk_.remove(name); !removed) {
            return removed;
        }
    }
    return disk_.sync_folder();
}

bool segment_files::give_up(const error& why) {
    why_no_spare_ = why.what;
    if (preparing_ != nullptr) {
        preparing_.reset();
        // If it cannot be removed either, the next start does.
        static_cast<void>(disk_.remove(preparing_name));
    }
    return false;
}

result<bool> segment_files::give_up_if_full(const error& why) {
    return why.code == errc::storage_full ? result<bool>(give_up(why)) : result<bool>(why);
}

result<bool> segment_files::prepare(std::uint64_t bytes) {
    if (has_spare()) {
        return false;
    }
    if (preparing_ == nullptr) {
        if (segments_.size() >= max_segments_) {
            why_no_spare_ =
                std::to_string(segments_.size()) + " segments are kept, and no more may be";
            return false;
        }
        auto made = disk_.create(preparing_name, segment_bytes_);
        if (!made) {
            return give_up(made.error());
        }
        preparing_ = std::move(made).value();
        prepared_bytes_ = 0;
        why_no_spare_.clear();
    }
    // The first write to a block costs more than the second, and may fail: so not later.
    constexpr std::size_t piece_bytes = std::size_t{256} << 10U;
    static const std::vector<std::byte> zeros(piece_bytes);
    while (bytes > 0 && prepared_bytes_ < segment_bytes_) {
        const std::uint64_t size =
            std::min({bytes, segment_bytes_ - prepared_bytes_, std::uint64_t{piece_bytes}});
        if (auto wrote = preparing_->write_ahead(prepared_bytes_, std::span(zeros).first(size));
            !wrote) {
            return give_up_if_full(wrote.error());
        }
        prepared_bytes_ += size;
        bytes -= size;
    }
    if (prepared_bytes_ < segment_bytes_) {
        return true;
    }
    if (auto synced = preparing_->sync(); !synced) {
        return give_up_if_full(synced.error());
    }
    if (auto finished = finish_preparing(); !finished) {
        return finished.error();
    }
    return false;
}

outcome segment_files::finish_preparing() {
    const std::string name = std::string(spare_prefix) + std::to_string(next_spare_);
    if (auto renamed = disk_.rename(preparing_name, name); !renamed) {
        return renamed;
    }
    ++next_spare_;
    preparing_->set_path(disk_.path(name));
    spares_.push_back({name, std::move(preparing_)});
    why_no_spare_.clear();
    return disk_.sync_folder();
}

outcome segment_files::begin_segment(const segment_head& head,
                                     std::span<const std::byte> first_batch) {
    BOURSE_ASSERT(has_spare());
    spare taken = std::move(spares_.back());
    spares_.pop_back();

    std::vector<std::byte> bytes(segment_head_bytes);
    write_segment_head(head, std::span(bytes).first<segment_head_bytes>());
    bytes.insert(bytes.end(), first_batch.begin(), first_batch.end());
    if (auto wrote = taken.file->write(0, bytes); !wrote) {
        return wrote;
    }
    if (auto synced = BOURSE_JOURNAL_WRONG(head_not_synced) ? outcome(done{}) : taken.file->sync();
        !synced) {
        return synced;
    }
    if (auto renamed = disk_.rename(taken.name, segment_name(head.generation)); !renamed) {
        return renamed;
    }
    if (auto synced = BOURSE_JOURNAL_WRONG(name_not_synced) ? outcome(done{}) : disk_.sync_folder();
        !synced) {
        return synced;
    }
    taken.file->set_path(path(head.generation));
    segments_.push_back({.head = head, .file = std::move(taken.file), .highest = {}});
    return done{};
}

void segment_files::let_go(shard_id shard, const shard_log& log) {
    const log_positions& at = log.positions();
    if (at.begin.index == at.end.index) {
        return;
    }
    const std::uint64_t first = log.place_of(at.begin.index + 1).generation;
    for (segment& each : segments_) {
        if (each.head.generation < first) {
            each.highest.erase(shard);
        }
    }
}

outcome segment_files::release_oldest() {
    BOURSE_ASSERT(segments_.size() > 1);
    segment& oldest = segments_.front();
    const std::string name = segment_name(oldest.head.generation);
    if (spares_.size() < max_spares && oldest.head.segment_bytes == segment_bytes_) {
        const std::string spare_name = std::string(spare_prefix) + std::to_string(next_spare_++);
        if (auto renamed = disk_.rename(name, spare_name); !renamed) {
            return renamed;
        }
        oldest.file->set_path(disk_.path(spare_name));
        spares_.push_back({spare_name, std::move(oldest.file)});
        why_no_spare_.clear();
    } else if (auto removed = disk_.remove(name); !removed) {
        return removed;
    }
    segments_.pop_front();
    // One at a time: were two gone at once, a crash might bring back the older without the newer.
    return BOURSE_JOURNAL_WRONG(names_of_two_lost) ? outcome(done{}) : disk_.sync_folder();
}

}  // namespace bourse
