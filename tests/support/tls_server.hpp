#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "daemon/composio/sigpipe_guard.hpp"
#include "tests/support/scripted_server.hpp"

namespace agenta::testing {

/// A key and a certificate of its own signing for `localhost`, made anew for each test.
class TlsIdentity {
 public:
  TlsIdentity() : key_(::EVP_EC_gen("P-256"), &::EVP_PKEY_free), certificate_(::X509_new(), &::X509_free) {
    auto* const x509 = certificate_.get();
    ::X509_set_version(x509, 2);
    ::ASN1_INTEGER_set(::X509_get_serialNumber(x509), 1);
    ::X509_gmtime_adj(::X509_getm_notBefore(x509), -3600);
    ::X509_gmtime_adj(::X509_getm_notAfter(x509), 3600);
    ::X509_set_pubkey(x509, key_.get());
    auto* const name = ::X509_get_subject_name(x509);
    auto const common = std::string{"localhost"};
    ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                 reinterpret_cast<unsigned char const*>(common.c_str()), -1, -1, 0);
    ::X509_set_issuer_name(x509, name);
    auto* const names = ::X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
    ::X509_add_ext(x509, names, -1);
    ::X509_EXTENSION_free(names);
    if (::X509_sign(x509, key_.get(), ::EVP_sha256()) == 0) throw std::runtime_error{"cannot sign"};
  }

  EVP_PKEY* key() const { return key_.get(); }
  X509* certificate() const { return certificate_.get(); }
  void write_certificate(std::filesystem::path const& path) const {
    auto const memory = std::unique_ptr<BIO, decltype(&::BIO_free)>{::BIO_new(::BIO_s_mem()), &::BIO_free};
    ::PEM_write_bio_X509(memory.get(), certificate_.get());
    char* text = nullptr;
    auto const size = BIO_get_mem_data(memory.get(), &text);
    std::ofstream{path}.write(text, size);
  }

 private:
  std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&::X509_free)> certificate_;
};

/// The server's end of TLS on a peer's connection.
class TlsPeer {
 public:
  TlsPeer(Peer& peer, TlsIdentity const& identity)
      : context_(::SSL_CTX_new(::TLS_server_method()), &::SSL_CTX_free), ssl_(nullptr, &::SSL_free) {
    ::SSL_CTX_use_certificate(context_.get(), identity.certificate());
    ::SSL_CTX_use_PrivateKey(context_.get(), identity.key());
    ssl_.reset(::SSL_new(context_.get()));
    ::SSL_set_fd(ssl_.get(), peer.socket());
    accepted_ = ::SSL_accept(ssl_.get()) == 1;
  }

  /// Reads until the request ends with `last`. False when the client is gone.
  bool read_until(std::string_view last) {
    auto text = std::string{};
    while (accepted_ && !text.ends_with(last)) {
      char bytes[4096];
      auto const got = ::SSL_read(ssl_.get(), bytes, sizeof bytes);
      if (got <= 0) return false;
      text.append(bytes, static_cast<std::size_t>(got));
    }
    return accepted_;
  }
  void write(std::string_view bytes) {
    ::SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  }
  /// Says goodbye in TLS, as a server does that closes in good order.
  void close_notify() { ::SSL_shutdown(ssl_.get()); }

 private:
  daemon::SigpipeGuard guard_{};  // clients that refuse us close while we write
  std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&::SSL_free)> ssl_;
  bool accepted_ = false;
};

}  // namespace agenta::testing
