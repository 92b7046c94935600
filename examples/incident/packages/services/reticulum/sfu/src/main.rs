//! WebRTC media.

fn main() {
    println!("sfu listens on {}", reticulum_core::address(4004));
    #[cfg(feature = "optimization")]
    println!("{}", agent_looper_client::advice("sfu", 0));
}
