#include "storage/handed_disk.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "messages/assert.hpp"

namespace bourse {

// --- Carrying out ---------------------------------------------------------------------------------

outcome handed_work::carry_out() {
    std::vector<disk_file*> written;
    for (act& each : acts_) {
        if (auto did = carry_out(each); !did) {
            return did;
        }
        const auto known = std::find(written.begin(), written.end(), each.file.get());
        if (each.kind == what::write && known == written.end()) {
            written.push_back(each.file.get());
        } else if (each.kind == what::sync && known != written.end()) {
            written.erase(known);
        }
    }
    for (disk_file* each : written) {
        if (auto synced = each->sync(); !synced) {
            return synced;
        }
    }
    return done{};
}

outcome handed_work::carry_out(act& one) const {
    switch (one.kind) {
        case what::write:
            return one.file->write(one.offset,
                                   one.own.empty() ? one.bytes : std::span(std::as_const(one.own)));
        case what::write_ahead:
            return one.file->write_ahead(
                one.offset, one.own.empty() ? one.bytes : std::span(std::as_const(one.own)));
        case what::sync:
            return one.file->sync();
        case what::name:
            one.file->set_path(one.from);
            return done{};
        case what::rename:
            return real_->rename(one.from, one.to);
        case what::remove:
            return real_->remove(one.from);
        case what::sync_folder:
            return real_->sync_folder();
    }
    BOURSE_ASSERT(false);
    return done{};
}

// --- A file ---------------------------------------------------------------------------------------

class handed_file final : public disk_file {
public:
    handed_file(handed_disk& owner, std::shared_ptr<disk_file> real)
        : disk_file(real->path()),
          owner_(owner),
          real_(std::move(real)),
          size_(real_->size_bytes()) {}

    outcome write(std::uint64_t offset, std::span<const std::byte> bytes) override {
        return note(handed_work::what::write, offset, bytes);
    }
    outcome write_ahead(std::uint64_t offset, std::span<const std::byte> bytes) override {
        is_ahead_ = true;
        return note(handed_work::what::write_ahead, offset, bytes);
    }

    outcome sync() override {
        settle_name();
        if (owner_.failed_) {
            return *owner_.failed_;
        }
        for (handed_work::act& each : owner_.noted_) {
            if (each.file == real_ && !each.bytes.empty() && each.own.empty()) {
                each.own.assign(each.bytes.begin(), each.bytes.end());
            }
        }
        // A piece that is done has synced what it wrote, but not ahead.
        const bool is_synced = owner_.is_idle() && owner_.is_handing_ && !is_ahead_;
        is_ahead_ = false;
        return is_synced ? outcome(done{}) : ask(handed_work::what::sync);
    }

    outcome read(std::uint64_t offset, std::span<std::byte> into) override {
        forget_written();
        for (const range& each : unwritten_) {
            if (each.begin < offset + into.size() && each.end > offset) {
                return error{errc::overloaded,
                             path() + ": is being written at offset " + std::to_string(each.begin)};
            }
        }
        return real_->read(offset, into);
    }

    [[nodiscard]] std::uint64_t size_bytes() const override { return size_; }

private:
    struct range {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        std::uint64_t piece = 0;
    };

    outcome note(handed_work::what kind, std::uint64_t offset, std::span<const std::byte> bytes) {
        settle_name();
        if (owner_.is_handing_) {
            forget_written();
            unwritten_.push_back({offset, offset + bytes.size(), owner_.pieces_taken_});
        }
        handed_work::act one;
        one.kind = kind;
        one.file = real_;
        one.offset = offset;
        one.bytes = bytes;
        return owner_.ask(std::move(one));
    }

    outcome ask(handed_work::what kind) {
        handed_work::act one;
        one.kind = kind;
        one.file = real_;
        one.from = path();
        return owner_.ask(std::move(one));
    }
    /// `set_path` is not virtual: the real file hears of it before anything else is asked of it.
    void settle_name() {
        if (name_told_ != path()) {
            name_told_ = path();
            static_cast<void>(ask(handed_work::what::name));
        }
    }
    void forget_written() {
        while (!unwritten_.empty() && unwritten_.front().piece < owner_.pieces_done_) {
            unwritten_.pop_front();
        }
    }

    handed_disk& owner_;
    std::shared_ptr<disk_file> real_;
    std::uint64_t size_;
    bool is_ahead_ = false;  ///< something was written ahead since the last sync
    std::string name_told_ = path();
    std::deque<range> unwritten_;  ///< bytes that are perhaps not there yet, by rising piece
};

// --- The disk -------------------------------------------------------------------------------------

outcome handed_disk::ask(handed_work::act what) {
    if (failed_) {
        return *failed_;
    }
    if (is_handing_) {
        noted_.push_back(std::move(what));
        return bourse::done{};
    }
    handed_work at_once;
    at_once.real_ = &real_;
    return at_once.carry_out(what);
}

handed_work handed_disk::take() {
    handed_work piece;
    piece.real_ = &real_;
    piece.acts_ = std::exchange(noted_, {});
    ++pieces_taken_;
    return piece;
}

void handed_disk::done(const outcome& result) {
    BOURSE_ASSERT(pieces_done_ < pieces_taken_);
    ++pieces_done_;
    if (!result && !failed_) {
        failed_ = result.error();
    }
}

result<std::unique_ptr<disk_file>> handed_disk::create(const std::string& name,
                                                       std::uint64_t size) {
    if (!is_idle()) {
        return error{errc::overloaded, path(name) + ": cannot be made yet, as the disk is busy"};
    }
    auto made = real_.create(name, size);
    if (!made) {
        return made.error();
    }
    return std::unique_ptr<disk_file>(std::make_unique<handed_file>(*this, std::move(*made)));
}

result<std::unique_ptr<disk_file>> handed_disk::open_file(const std::string& name) {
    auto opened = real_.open_file(name);
    if (!opened) {
        return opened.error();
    }
    return std::unique_ptr<disk_file>(std::make_unique<handed_file>(*this, std::move(*opened)));
}

outcome handed_disk::rename(const std::string& from, const std::string& to) {
    handed_work::act one;
    one.kind = handed_work::what::rename;
    one.from = from;
    one.to = to;
    return ask(std::move(one));
}

outcome handed_disk::remove(const std::string& name) {
    handed_work::act one;
    one.kind = handed_work::what::remove;
    one.from = name;
    return ask(std::move(one));
}

outcome handed_disk::sync_folder() {
    handed_work::act one;
    one.kind = handed_work::what::sync_folder;
    return ask(std::move(one));
}

}  // namespace bourse
