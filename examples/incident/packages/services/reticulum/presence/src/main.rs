//! The WebSocket server of networked avatars.

fn main() {
    println!("presence listens on {}", reticulum_core::address(4003));
    #[cfg(feature = "optimization")]
    println!("{}", agent_looper_client::advice("presence", 0));
}
