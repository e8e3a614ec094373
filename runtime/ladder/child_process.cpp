#include "runtime/ladder/child_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <utility>

namespace bourse {
namespace {

std::string line_of(int file) {
    std::string line;
    for (char byte = 0; ::read(file, &byte, 1) == 1 && byte != '\n';) {
        line += byte;
    }
    return line;
}

std::string last_line_of(const std::string& file) {
    std::ifstream in(file);
    std::string last;
    for (std::string line; std::getline(in, line);) {
        last = std::move(line);
    }
    return last;
}

}  // namespace

result<std::unique_ptr<child_process>> child_process::start(const std::vector<std::string>& words,
                                                            const std::string& log_file) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return error{errc::unreadable, "no pipe can be made"};
    }
    std::vector<std::string> copies = words;
    std::vector<char*> arguments;
    arguments.reserve(copies.size() + 1);
    for (std::string& each : copies) {
        arguments.push_back(each.data());
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log_file.c_str(),
                                       O_WRONLY | O_CREAT | O_TRUNC, 0600);
    std::unique_ptr<child_process> made(new child_process());
    made->says_ = ends[0];
    const int failed = ::posix_spawn(&made->number_, arguments.front(), &actions, nullptr,
                                     arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (failed != 0) {
        made->number_ = -1;
        return error{errc::unreadable, words.front() + " cannot be started"};
    }
    const std::string ready = "ready rpc=";
    const std::string line = line_of(made->says_);
    if (!line.starts_with(ready)) {
        return error{errc::unreadable,
                     words.front() + " did not begin to serve: " + last_line_of(log_file)};
    }
    made->address_ = line.substr(ready.size());
    return made;
}

child_process::~child_process() {
    if (number_ > 0) {
        ::kill(number_, SIGTERM);
        ::waitpid(number_, nullptr, 0);
    }
    ::close(says_);
}

}  // namespace bourse
