//! TLS to PostgreSQL.

use std::sync::OnceLock;

use tokio_postgres_rustls::MakeRustlsConnect;

/// The connector of PostgreSQL connections, trusting the system's certificates. `sslmode` in the URL decides whether
/// TLS is asked for.
pub fn connector() -> MakeRustlsConnect {
    static CONNECTOR: OnceLock<MakeRustlsConnect> = OnceLock::new();
    if let Some(connector) = CONNECTOR.get() {
        return connector.clone();
    }
    // An earlier caller may have installed it; one provider is as good as the other.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let connector = match MakeRustlsConnect::with_native_certs() {
        Ok((connector, _)) => connector,
        // A bare machine has none: connections without TLS still work, those with it fail with a clear reason.
        Err(_) => MakeRustlsConnect::new(
            rustls::ClientConfig::builder()
                .with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth(),
        ),
    };
    CONNECTOR.get_or_init(|| connector).clone()
}
