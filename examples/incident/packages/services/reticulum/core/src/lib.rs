//! What all services share.

/// The address that a service listens on.
pub fn address(port: u16) -> String {
    format!("0.0.0.0:{port}")
}
