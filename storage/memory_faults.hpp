#pragma once

#include <string>

namespace bourse {

/// While one lives, its thread reads a file through memory. If the system then ends the process for want of
/// memory there (SIGBUS: the file was cut short, or its disk fails; SIGSEGV: a damaged page led astray), standard
/// error first says which file it was, and what can be done.
///
/// The first one takes both signals; those that come otherwise go on to whoever had them before. The path must outlive it.
class mapped_file_in_use {
public:
    explicit mapped_file_in_use(const std::string& path) noexcept;
    ~mapped_file_in_use();
    mapped_file_in_use(const mapped_file_in_use&) = delete;
    mapped_file_in_use& operator=(const mapped_file_in_use&) = delete;

private:
    const char* before_;
};

}  // namespace bourse
