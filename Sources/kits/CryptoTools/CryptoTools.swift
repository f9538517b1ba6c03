// CryptoTools
