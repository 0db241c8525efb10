//! A server that means harm.

use crossterm::event::KeyCode;
use proptest::prelude::*;

use super::{
    driver::{ASCII, Driver, UNICODE, setup},
    world::World,
};
use crate::{
    app::Event,
    request::Failure,
    text::{Charset, cells},
};

/// Goes everywhere, and looks at every screen.
fn tour(poison: &str, look: crate::look::Look, check: &mut dyn FnMut(&Driver)) {
    for size in [(80, 24), (40, 12)] {
        let world = World { poison: poison.into(), cases: 3, motion: "waiting", ..World::default() };
        let mut driver = Driver::with(world, setup(look), size).started();
        check(&driver);
        driver.keys("l").settle();
        check(&driver);
        driver.key(KeyCode::Enter).settle();
        for _ in 0..4 {
            driver.key(KeyCode::Tab);
            check(&driver);
        }
        driver.key(KeyCode::Tab);
        for row in 0..4 {
            driver.key(KeyCode::Enter).settle();
            check(&driver);
            driver.keys("m");
            check(&driver);
            driver.keys("m").key(KeyCode::Esc).keys("j");
            assert!(row < 4);
        }
        for keys in ["i", "y", "y"] {
            driver.keys(keys).settle();
            check(&driver);
            driver.key(KeyCode::Esc);
        }
        driver.keys("ya");
        check(&driver);
        driver.event(Event::Paste(poison.into()));
        check(&driver);
        driver.key(KeyCode::Esc).key(KeyCode::Esc);
        driver.keys("d");
        let failure = Failure { status: None, code: Some(poison.into()), message: poison.into() };
        let (at, took) = ("2026-03-01T09:30:00Z".parse().expect("a time"), Default::default());
        let logged =
            crate::request::Logged { at, method: "GET".into(), path: poison.into(), took, failure: Some(failure) };
        driver.event(Event::Logged(logged));
        driver.event(Event::Configs(Err(poison.into())));
        check(&driver);
        driver.event(Event::Configs(Ok(vec![poison.into(), "x".into()])));
        check(&driver);
        driver.key(KeyCode::Esc).event(Event::Browsed { url: poison.into(), opened: false });
        check(&driver);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_screen_holds_what_a_terminal_must_not_get(
        poison in "[\u{0}-\u{1f}\u{7f}-\u{9f}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{fe0f}\u{300}-\u{310}a申🏳\u{1f1e9}]{0,12}|.{0,12}"
    ) {
        for look in [UNICODE, ASCII] {
            tour(&poison, look, &mut |driver| {
                let buffer = driver.buffer();
                for row in buffer.content.chunks(usize::from(buffer.area.width)) {
                    let mut hidden = 0;
                    for cell in row {
                        assert!(look.charset.shows(cell.symbol()), "{:?}", cell.symbol());
                        // What is under the right half of a wide sign is not written.
                        hidden = if hidden > 0 { hidden - 1 } else { cells(cell.symbol()).max(1) - 1 };
                    }
                    assert_eq!(hidden, 0, "no sign is wider than its line");
                }
            });
        }
    }
}

#[test]
fn escape_sequences_are_shown_as_text() {
    let mut seen = false;
    tour("\x1b[2J\u{202e}", UNICODE, &mut |driver| seen |= driver.shows("?[2JFence at no. 7"));
    assert!(seen);
    assert!(!Charset::Unicode.shows("\x1b"));
}
