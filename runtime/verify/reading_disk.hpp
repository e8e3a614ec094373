#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/disk.hpp"

namespace bourse {

/// A disk of which everything can be read, and on which nothing changes: who looks at a journal must leave it as it is,
/// also the torn tail that a start would cut. What is written is taken and forgotten.
class reading_disk : public disk {
public:
    explicit reading_disk(disk& of) : of_(of) {}

    [[nodiscard]] result<std::unique_ptr<disk_file>> create(const std::string& name,
                                                            std::uint64_t size) override;
    [[nodiscard]] result<std::unique_ptr<disk_file>> open_file(const std::string& name) override;
    [[nodiscard]] result<std::vector<std::string>> list() override { return of_.list(); }
    outcome rename(const std::string& from, const std::string& to) override;
    outcome remove(const std::string& name) override;
    outcome sync_folder() override { return done{}; }
    [[nodiscard]] result<std::unique_ptr<folder_lock>> lock() override { return of_.lock(); }
    [[nodiscard]] result<std::uint64_t> space_left() override { return of_.space_left(); }
    [[nodiscard]] std::string path(const std::string& name) const override {
        return of_.path(name);
    }

private:
    disk& of_;
};

}  // namespace bourse
