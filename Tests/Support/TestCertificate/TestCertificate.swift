/// Two self-signed certificates with their keys, valid for a hundred years, used nowhere but in tests.
package struct TestCertificate: Sendable {
    package let name: String
    package let chain: String
    package let key: String

    package static let one = TestCertificate(
        name: "one.example",
        chain: """
            -----BEGIN CERTIFICATE-----
            MIIBmzCCAUGgAwIBAgIUKKgxVAIidTfN0pM44OwFuDKIMiAwCgYIKoZIzj0EAwIw
            FjEUMBIGA1UEAwwLb25lLmV4YW1wbGUwIBcNMjYxMTI1MDczNzU2WhgPMjEyNjEx
            MDEwNzM3NTZaMBYxFDASBgNVBAMMC29uZS5leGFtcGxlMFkwEwYHKoZIzj0CAQYI
            KoZIzj0DAQcDQgAElHh+FRooe+pO0r9Z0hsa4dheWtR2CZ/H4zZPRxyXd+GB4u2y
            30+LpPvKJ3KNpa6c5ZHaXOzRVzScLSIXewDnHKNrMGkwHQYDVR0OBBYEFAcefSmQ
            tlht0dPb8rgcxNAL0QQ3MB8GA1UdIwQYMBaAFAcefSmQtlht0dPb8rgcxNAL0QQ3
            MA8GA1UdEwEB/wQFMAMBAf8wFgYDVR0RBA8wDYILb25lLmV4YW1wbGUwCgYIKoZI
            zj0EAwIDSAAwRQIgSGrR43PctjPsu1LEg2Fo++OsFcbEj0/VqLmLJmaHbmkCIQDW
            eHNyMgbjhxZexgsTRCCl+IVKJCZkjYsCNXo1/2rmuA==
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgdVas/HcP7Dg7hZaA
            9MXAue4gZld78gWoy7rivBTGCvehRANCAASUeH4VGih76k7Sv1nSGxrh2F5a1HYJ
            n8fjNk9HHJd34YHi7bLfT4uk+8onco2lrpzlkdpc7NFXNJwtIhd7AOcc
            -----END PRIVATE KEY-----
            """)

    package static let two = TestCertificate(
        name: "two.example",
        chain: """
            -----BEGIN CERTIFICATE-----
            MIIBmzCCAUGgAwIBAgIUbdVU8ax+eO+xmz17yqkMbLersZQwCgYIKoZIzj0EAwIw
            FjEUMBIGA1UEAwwLdHdvLmV4YW1wbGUwIBcNMjYxMTI1MDczNzU2WhgPMjEyNjEx
            MDEwNzM3NTZaMBYxFDASBgNVBAMMC3R3by5leGFtcGxlMFkwEwYHKoZIzj0CAQYI
            KoZIzj0DAQcDQgAEVdJvaOMZFcrD6wK++Qv9Mv+JzJJPqv5TDsDBLybPUoDR0R0c
            90vImz8RqbIwqJYv0F9PysyNvGaexPOgqXfhsqNrMGkwHQYDVR0OBBYEFCJ6U3Zu
            Dz5SCwB9096/KzANT+iHMB8GA1UdIwQYMBaAFCJ6U3ZuDz5SCwB9096/KzANT+iH
            MA8GA1UdEwEB/wQFMAMBAf8wFgYDVR0RBA8wDYILdHdvLmV4YW1wbGUwCgYIKoZI
            zj0EAwIDSAAwRQIhAIgD37O0CEX5fSlEc5EChQbRhLTaT6PVrFeQJa1qMpStAiAy
            +u2Z2huIRHfIHPlpTbC2vykW9z5TEfh2QZgpCsJ0QA==
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgUMtecrDXX1E1vGE5
            9UQ+QG71HqCU+pv81jYdH99QRMKhRANCAARV0m9o4xkVysPrAr75C/0y/4nMkk+q
            /lMOwMEvJs9SgNHRHRz3S8ibPxGpsjColi/QX0/KzI28Zp7E86Cpd+Gy
            -----END PRIVATE KEY-----
            """)
}
