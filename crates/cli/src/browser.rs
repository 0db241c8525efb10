//! Opening pages in the person's browser.

/// Opens the page; false when there is no browser, or none that could show itself.
pub fn open(url: &str) -> bool {
    has_display() && webbrowser::open(url).is_ok()
}

/// Whether a browser could be seen. Without a display one would start all the same, and end unseen.
#[cfg(all(unix, not(target_os = "macos")))]
fn has_display() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    ["BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].into_iter().any(set)
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn has_display() -> bool {
    true
}
