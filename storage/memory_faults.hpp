#pragma once

#include <string>

namespace bourse {

/// Takes the two signals by which the system ends a process for want of memory behind a file (SIGBUS: the file was
/// cut short, or its disk fails; SIGSEGV: a damaged page led astray), so that standard error first says which file it
/// was, and what can be done. Then, and if they come otherwise, they go on to whoever had them before.
///
/// For whoever opens such a file; once is enough, and more often does no harm: others may have taken them since.
void take_memory_faults() noexcept;

/// While one lives, its thread reads the file through memory. The path must outlive it.
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
