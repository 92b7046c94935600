//! Asks the agent looper to improve what a service does.

/// The advice for a service that has served `requests` requests.
pub fn advice(service: &str, requests: u64) -> String {
    format!("{service}: {requests} requests seen, nothing to improve")
}
