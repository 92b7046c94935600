//! Rooms and entities.

fn main() {
    println!("hub listens on {}", reticulum_core::address(4002));
    #[cfg(feature = "optimization")]
    println!("{}", agent_looper_client::advice("hub", 0));
}
