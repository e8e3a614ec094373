#include "runtime/rpc/tls_files.hpp"

#include <fstream>
#include <iterator>

namespace bourse {
namespace {

result<std::string> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in || text.empty()) {
        return error{errc::unreadable, "'" + path + "' cannot be read, or is empty"};
    }
    return text;
}

error not_pem(const std::string& what) {
    return {errc::malformed, what + ": lines of letters between '-----BEGIN …' and '-----END …'"};
}

}  // namespace

result<kj::Own<kj::TlsContext>> server_tls(const std::string& certificate_file,
                                           const std::string& private_key_file) {
    const auto certificate = read_file(certificate_file);
    if (!certificate) {
        return certificate.error();
    }
    const auto key = read_file(private_key_file);
    if (!key) {
        return key.error();
    }
    try {
        const kj::TlsKeypair pair{
            kj::TlsPrivateKey(kj::StringPtr(key->c_str(), key->size())),
            kj::TlsCertificate(kj::StringPtr(certificate->c_str(), certificate->size()))};
        kj::TlsContext::Options options;
        options.useSystemTrustStore = false;
        options.defaultKeypair = pair;
        return kj::heap<kj::TlsContext>(kj::mv(options));
    } catch (const kj::Exception&) {
        return not_pem("'" + certificate_file + "' and '" + private_key_file +
                       "' are no certificate and its private key in PEM form");
    }
}

result<kj::Own<kj::TlsContext>> client_tls(const std::string& authority_file) {
    try {
        kj::TlsContext::Options options;
        if (authority_file.empty()) {
            return kj::heap<kj::TlsContext>(kj::mv(options));
        }
        const auto text = read_file(authority_file);
        if (!text) {
            return text.error();
        }
        const kj::TlsCertificate authority(kj::StringPtr(text->c_str(), text->size()));
        options.useSystemTrustStore = false;
        options.trustedCertificates = kj::arrayPtr(&authority, 1);
        return kj::heap<kj::TlsContext>(kj::mv(options));
    } catch (const kj::Exception&) {
        return not_pem("'" + authority_file + "' is no certificate in PEM form");
    }
}

}  // namespace bourse
