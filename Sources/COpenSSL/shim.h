#pragma once
// The high-level EVP interface only; what OpenSSL 3 deprecates is not declared at all.
#define OPENSSL_NO_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
