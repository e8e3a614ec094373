#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "messages/directory_records.hpp"
#include "messages/result.hpp"

/// The keys that users log in with: made, hashed and checked, by libsodium.
///
/// A key is the text `NAME.KEYID.SECRET`: the user's name, 8 lower-case hexadecimal digits, and 32 random bytes
/// as 43 characters of base64url without padding. (Names may have points in them: read it from its end.) What
/// is stored is an argon2id hash of the whole text, so that a hash counts for one user and one key id.
/// Example: `alice.5f0c19ab.nHkq8…`.
///
/// Thread safe. Hashing and checking take 64 MiB and about a tenth of a second on purpose (the limits
/// "interactive" of libsodium): not for a thread that others wait for.
namespace bourse {

/// A new key. `text` is shown once, to the user, and kept nowhere.
struct new_key {
    std::string text;
    key_hash stored;
};

/// Makes a key of a user. `overloaded` when there is no memory for the hash, `unreadable` when the system has
/// no random bytes.
[[nodiscard]] result<new_key> make_key(std::string_view user);

/// The user whose key `text` says that it is, or nothing if it is no key. Nothing is checked but its form.
[[nodiscard]] std::optional<std::string_view> user_of_key(std::string_view text);

/// What a check of a key says. For logs: a client is told one thing for all that are not `right`.
enum class key_verdict : std::uint8_t {
    right = 0,
    malformed,     ///< no key of this user
    revoked,       ///< the user is
    unknown_key,   ///< the user has no key of this id: it was revoked, or never was
    wrong_secret,  ///< or there was no memory to check it
};
[[nodiscard]] std::string_view to_string(key_verdict verdict) noexcept;

/// Whether `text` is a key of `user`. Only when the key id is there, it takes the time said above.
[[nodiscard]] key_verdict verify_key(std::string_view text, const user_record& user);

}  // namespace bourse
