//! Authentication.

fn main() {
    println!("auth listens on {}", reticulum_core::address(4001));
    #[cfg(feature = "optimization")]
    println!("{}", agent_looper_client::advice("auth", 0));
}
