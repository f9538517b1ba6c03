/// A self-signed certificate for 127.0.0.1, valid from 2020 to 2120, and its key. Good for nothing but tests.
enum TestCertificate {
    static let certificatePEM = """
        -----BEGIN CERTIFICATE-----
        MIIBbDCCARKgAwIBAgIBATAKBggqhkjOPQQDAjAcMRowGAYDVQQDDBFmb3F1cy13
        b3JrZXIgdGVzdDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowHDEa
        MBgGA1UEAwwRZm9xdXMtd29ya2VyIHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMB
        BwNCAAQV3qwme3bhin0SU0mu5kG6MQoqX7PRKgLQnJhAN7IpJ8+fsCXX4D7mFr/3
        B7aWkaEDyx/b8Z5lpz3a0m+AaSkEo0MwQTAPBgNVHREECDAGhwR/AAABMA8GA1Ud
        EwEB/wQFMAMBAf8wHQYDVR0OBBYEFPfRQ2he1dBhqe4ZtUM/YN+TnU1zMAoGCCqG
        SM49BAMCA0gAMEUCIFUmDCyjkYEyXxvuyrjpqw5BCx4fPrAFkXSsbO+wrUj7AiEA
        rjmo6+/8GFwGmsltlvUnUawtKkWMejCz59jovATRtbA=
        -----END CERTIFICATE-----
        """

    static let keyPEM = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg/cQwQ0mbJBxaaR7y
        55xEtIUrZpc6X0/YMDr8GR9qUGOhRANCAAQV3qwme3bhin0SU0mu5kG6MQoqX7PR
        KgLQnJhAN7IpJ8+fsCXX4D7mFr/3B7aWkaEDyx/b8Z5lpz3a0m+AaSkE
        -----END PRIVATE KEY-----
        """
}
