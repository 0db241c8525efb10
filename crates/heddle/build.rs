//! Builds the binary again when the web app was built again: a release build carries its files.

fn main() {
    // A clone has no built app yet; a folder that is not there would count as changed each time.
    if let Err(error) = std::fs::create_dir_all("../../web/dist") {
        println!("cargo::warning=web/dist cannot be made: {error}");
    }
    println!("cargo::rerun-if-changed=../../web/dist");
}
