#include "tests/support/simulated_disk.hpp"

#include <algorithm>

#include "messages/assert.hpp"

namespace bourse {

class simulated_file : public disk_file {
public:
    simulated_file(simulated_disk& on, std::shared_ptr<simulated_disk::contents> contents,
                   const std::string& name)
        : disk_file(on.path(name)), disk_(on), contents_(std::move(contents)), life_(on.life_) {}

    outcome write(std::uint64_t offset, std::span<const std::byte> bytes) override {
        BOURSE_ASSERT(life_ == disk_.life_);
        return disk_.write(*contents_, path(), offset, bytes);
    }
    outcome sync() override {
        BOURSE_ASSERT(life_ == disk_.life_);
        if (auto fault = disk_.operate(path() + ": sync", disk_.fail_sync_)) {
            return *fault;
        }
        contents_->durable.clear();
        return done{};
    }
    outcome read(std::uint64_t offset, std::span<std::byte> into) override {
        BOURSE_ASSERT(life_ == disk_.life_);
        if (offset + into.size() > contents_->bytes.size()) {
            return error{errc::unreadable, path() + ": ends"};
        }
        const auto from = contents_->bytes.begin() + static_cast<std::ptrdiff_t>(offset);
        std::copy_n(from, into.size(), into.begin());
        return done{};
    }
    [[nodiscard]] std::uint64_t size_bytes() const override { return contents_->bytes.size(); }

private:
    simulated_disk& disk_;
    std::shared_ptr<simulated_disk::contents> contents_;
    std::uint64_t life_;
};

class simulated_lock : public folder_lock {
public:
    explicit simulated_lock(simulated_disk& on) : disk_(on), life_(on.life_) {
        disk_.locked_ = true;
    }
    simulated_lock(const simulated_lock&) = delete;
    simulated_lock& operator=(const simulated_lock&) = delete;
    ~simulated_lock() override {
        if (life_ == disk_.life_) {
            disk_.locked_ = false;
        }
    }

private:
    simulated_disk& disk_;
    std::uint64_t life_;
};

simulated_disk::simulated_disk(std::uint64_t seed, std::uint64_t capacity_bytes)
    : random_(seed), capacity_bytes_(capacity_bytes) {}

std::string simulated_disk::path(const std::string& name) const {
    return "simulated/" + name;
}

std::optional<error> simulated_disk::operate(const std::string& path, bool& planted) {
    const std::uint64_t number = operations_++;
    if (power_off_at_ && number >= *power_off_at_) {
        return error{errc::unwritable, path + ": the power is off"};
    }
    if (planted) {
        planted = false;
        return error{errc::unwritable, path + ": Input/output error"};
    }
    return std::nullopt;
}

outcome simulated_disk::write(contents& file, const std::string& path, std::uint64_t offset,
                              std::span<const std::byte> from) {
    BOURSE_ASSERT(offset + from.size() <= file.bytes.size());
    const bool was_off = power_off_at_ && operations_ > *power_off_at_;
    const auto fault = operate(path, fail_write_);
    if (is_full() && offset + from.size() > file.has_blocks) {
        return error{errc::storage_full, path + ": No space left on device; make room"};
    }
    file.has_blocks = std::max(file.has_blocks, offset + from.size());
    if (!was_off && !from.empty()) {
        for (std::uint64_t at = offset / sector_bytes;
             at <= (offset + from.size() - 1) / sector_bytes; ++at) {
            sector before{};
            const std::uint64_t begin = at * sector_bytes;
            std::copy_n(file.bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                        std::min<std::uint64_t>(sector_bytes, file.bytes.size() - begin),
                        before.begin());
            file.durable.try_emplace(at, before);
        }
        std::copy(from.begin(), from.end(),
                  file.bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    }
    if (fault) {
        return *fault;
    }
    return done{};
}

result<std::unique_ptr<disk_file>> simulated_disk::create(const std::string& name,
                                                          std::uint64_t size) {
    if (auto fault = operate(path(name), never_)) {
        return *fault;
    }
    if (seen_.contains(name)) {
        return error{errc::unwritable, path(name) + ": File exists"};
    }
    if (*space_left() < size) {
        return error{errc::storage_full, path(name) + ": No space left on device; make room"};
    }
    auto file = std::make_shared<contents>();
    file->bytes.resize(size);
    changes_.push_back({{}, name, file});
    change(seen_, changes_.back());
    return std::unique_ptr<disk_file>(std::make_unique<simulated_file>(*this, file, name));
}

result<std::unique_ptr<disk_file>> simulated_disk::open_file(const std::string& name) {
    const auto found = seen_.find(name);
    if (found == seen_.end()) {
        return error{errc::unreadable, path(name) + ": No such file or directory"};
    }
    if (auto fault = operate(path(name), fail_sync_)) {
        return *fault;
    }
    found->second->durable.clear();
    return std::unique_ptr<disk_file>(std::make_unique<simulated_file>(*this, found->second, name));
}

result<std::vector<std::string>> simulated_disk::list() {
    std::vector<std::string> all;
    for (const auto& [name, file] : seen_) {
        all.push_back(name);
    }
    return all;
}

void simulated_disk::change(names& in, const name_change& by) {
    // At a crash an earlier change may be lost; then there is no such name to take away.
    in.erase(by.from);
    if (by.file != nullptr) {
        in[by.to] = by.file;
    }
}

outcome simulated_disk::rename(const std::string& from, const std::string& to) {
    if (auto fault = operate(path(from), never_)) {
        return *fault;
    }
    const auto found = seen_.find(from);
    if (found == seen_.end()) {
        return error{errc::unwritable, path(from) + ": No such file or directory"};
    }
    changes_.push_back({from, to, found->second});
    change(seen_, changes_.back());
    return done{};
}

outcome simulated_disk::remove(const std::string& name) {
    if (auto fault = operate(path(name), never_)) {
        return *fault;
    }
    if (!seen_.contains(name)) {
        return error{errc::unwritable, path(name) + ": No such file or directory"};
    }
    changes_.push_back({name, {}, nullptr});
    change(seen_, changes_.back());
    return done{};
}

outcome simulated_disk::sync_folder() {
    if (auto fault = operate(path(""), fail_sync_)) {
        return *fault;
    }
    durable_ = seen_;
    changes_.clear();
    return done{};
}

result<std::unique_ptr<folder_lock>> simulated_disk::lock() {
    if (locked_) {
        return error{errc::locked, path("lock") + ": the folder is in use"};
    }
    return std::unique_ptr<folder_lock>(std::make_unique<simulated_lock>(*this));
}

result<std::uint64_t> simulated_disk::space_left() {
    if (is_full()) {
        return 0;
    }
    std::uint64_t used = 0;
    for (const auto& [name, file] : seen_) {
        used += file->bytes.size();
    }
    return used < capacity_bytes_ ? capacity_bytes_ - used : 0;
}

void simulated_disk::lose(contents& file, std::uint64_t kept_percent) {
    for (const auto& [number, before] : file.durable) {
        const std::uint64_t begin = number * sector_bytes;
        const std::uint64_t size = std::min<std::uint64_t>(sector_bytes, file.bytes.size() - begin);
        const auto place = file.bytes.begin() + static_cast<std::ptrdiff_t>(begin);
        if (draw(8) == 0) {  // torn: old before a place in the sector, or behind it
            const auto cut = static_cast<std::ptrdiff_t>(draw(size));
            const bool old_first = draw(2) == 0;
            std::copy_n(before.begin() + (old_first ? 0 : cut),
                        old_first ? cut : static_cast<std::ptrdiff_t>(size) - cut,
                        place + (old_first ? 0 : cut));
        } else if (draw(100) >= kept_percent) {
            std::copy_n(before.begin(), size, place);
        }
    }
    file.durable.clear();
}

void simulated_disk::crash() {
    constexpr std::array<std::uint64_t, 5> shares = {0, 50, 90, 99, 100};
    names after = durable_;
    for (const name_change& by : changes_) {
        const bool possible = by.from.empty() || after.contains(by.from);
        if (possible && draw(2) == 0) {
            change(after, by);
        }
    }
    const std::uint64_t kept_percent = shares[draw(shares.size())];
    for (const auto& [name, file] : after) {
        lose(*file, kept_percent);
    }
    seen_ = after;
    durable_ = after;
    changes_.clear();
    end_process();
}

void simulated_disk::end_process() {
    power_off_at_.reset();
    fail_write_ = false;
    fail_sync_ = false;
    locked_ = false;
    ++life_;
}

std::vector<std::byte>& simulated_disk::bytes(const std::string& name) {
    BOURSE_ASSERT(seen_.contains(name));
    return seen_[name]->bytes;
}

std::map<std::string, std::vector<std::byte>> simulated_disk::copy() const {
    std::map<std::string, std::vector<std::byte>> files;
    for (const auto& [name, file] : seen_) {
        files[name] = file->bytes;
    }
    return files;
}

void simulated_disk::restore(const std::map<std::string, std::vector<std::byte>>& files) {
    seen_.clear();
    for (const auto& [name, bytes] : files) {
        seen_[name] = std::make_shared<contents>(contents{bytes, {}});
    }
    durable_ = seen_;
    changes_.clear();
    end_process();
}

}  // namespace bourse
