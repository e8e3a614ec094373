#include "storage/advice.hpp"

#include <cerrno>
#include <system_error>

namespace bourse {

std::string system_advice(int number) {
    switch (number) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return "make room";
        case EACCES:
        case EPERM:
            return "give it to the user who starts the node, or choose another folder";
        case EROFS:
            return "mount its file system so that it can be written, or choose another folder";
        case ENOENT:
            return "make what is missing, or choose another folder";
        case ENOTDIR:
        case EISDIR:
        case ENAMETOOLONG:
        case ELOOP:
            return "move away what is there, or choose another folder";
        case EMFILE:
        case ENFILE:
            return "allow more open files (ulimit -n), and start again";
        default:
            return "look at its disk and at what the system says of it (dmesg), and start again";
    }
}

error system_error(errc otherwise, const std::string& path, const std::string& what, int number) {
    const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
    return {full ? errc::storage_full : otherwise, path + ": " + what + ": " +
                                                       std::system_category().message(number) +
                                                       "; " + system_advice(number)};
}

}  // namespace bourse
