#include "actors/directory/key_hash.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace bourse {
namespace {

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t secret_characters = 43;

/// True when the library can be used. Its random bytes are the system's.
bool is_ready() {
    static const bool ready = sodium_init() >= 0;
    return ready;
}

bool is_base64url(char c) noexcept {
    return ('0' <= c && c <= '9') || ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || c == '-' ||
           c == '_';
}
bool is_hexadecimal(char c) noexcept {
    return ('0' <= c && c <= '9') || ('a' <= c && c <= 'f');
}

struct key_parts {
    std::string_view user;
    std::string_view id;
};

/// `NAME.KEYID.SECRET`; only the name may have points in it.
std::optional<key_parts> parts_of(std::string_view text) {
    constexpr std::size_t behind_name = 1 + key_id_digits + 1 + secret_characters;
    if (text.size() <= behind_name) {
        return std::nullopt;
    }
    const std::string_view user = text.substr(0, text.size() - behind_name);
    const std::string_view rest = text.substr(user.size());
    const std::string_view id = rest.substr(1, key_id_digits);
    const std::string_view secret = rest.substr(rest.size() - secret_characters);
    if (rest[0] != '.' || rest[1 + key_id_digits] != '.' || !is_owner_name(user) ||
        !std::all_of(id.begin(), id.end(), is_hexadecimal) ||
        !std::all_of(secret.begin(), secret.end(), is_base64url)) {
        return std::nullopt;
    }
    return key_parts{user, id};
}

template <std::size_t Bytes>
std::string random_hexadecimal() {
    std::array<unsigned char, Bytes> bytes{};
    std::array<char, 2 * Bytes + 1> text{};
    randombytes_buf(bytes.data(), bytes.size());
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    return {text.data(), 2 * Bytes};
}

std::string random_secret() {
    std::array<unsigned char, secret_bytes> bytes{};
    std::array<char, secret_characters + 1> text{};
    randombytes_buf(bytes.data(), bytes.size());
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes.data(), bytes.size());
    return {text.data(), secret_characters};
}

}  // namespace

result<new_key> make_key(std::string_view user) {
    if (!is_owner_name(user)) {
        return error{errc::malformed,
                     "a user's name must be 1 to 32 of a-z, 0-9, '.', '_' and '-'"};
    }
    if (!is_ready()) {
        return error{errc::unreadable, "the system has no random bytes for a key"};
    }
    new_key made;
    made.stored.id = random_hexadecimal<key_id_digits / 2>();
    made.text = std::string(user) + "." + made.stored.id + "." + random_secret();
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    if (crypto_pwhash_str(hash.data(), made.text.data(), made.text.size(),
                          crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
        return error{errc::overloaded, "there is no memory to hash a key: it takes 64 MiB"};
    }
    made.stored.hash = hash.data();
    return made;
}

std::optional<std::string_view> user_of_key(std::string_view text) {
    const auto parts = parts_of(text);
    return parts ? std::optional(parts->user) : std::nullopt;
}

std::string_view to_string(key_verdict verdict) noexcept {
    switch (verdict) {
        case key_verdict::right:
            return "right";
        case key_verdict::malformed:
            return "malformed";
        case key_verdict::revoked:
            return "revoked";
        case key_verdict::unknown_key:
            return "unknown_key";
        case key_verdict::wrong_secret:
            return "wrong_secret";
    }
    return "unknown_verdict";
}

key_verdict verify_key(std::string_view text, const user_record& user) {
    const auto parts = parts_of(text);
    if (!parts || parts->user != user.name) {
        return key_verdict::malformed;
    }
    if (user.revoked) {
        return key_verdict::revoked;
    }
    const auto found = std::find_if(user.keys.begin(), user.keys.end(),
                                    [&](const key_hash& key) { return key.id == parts->id; });
    if (found == user.keys.end()) {
        return key_verdict::unknown_key;
    }
    const bool right =
        is_ready() && crypto_pwhash_str_verify(found->hash.c_str(), text.data(), text.size()) == 0;
    return right ? key_verdict::right : key_verdict::wrong_secret;
}

}  // namespace bourse
