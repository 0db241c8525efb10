//! What the screens look like, at three sizes.

use crossterm::event::KeyCode;

use super::{
    driver::{ASCII, Driver, setup},
    world::World,
};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

/// Compares the screens that somebody sees at all sizes.
fn compare(name: &str, go: impl Fn(&mut Driver)) {
    for (width, height) in SIZES {
        let mut driver = Driver::sized(width, height);
        go(&mut driver);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), driver.screen());
    }
}

fn open(driver: &mut Driver) {
    driver.keys("l").settle();
    driver.key(KeyCode::Enter).settle();
}

#[test]
fn opening() {
    for (width, height) in SIZES {
        let mut driver = Driver::with(World::default(), setup(super::driver::UNICODE), (width, height));
        for _ in 0..20 {
            driver.event(crate::app::Event::Tick);
        }
        insta::assert_snapshot!(format!("opening_{width}x{height}"), driver.screen());
    }
}

#[test]
fn spaces_and_cases() {
    compare("browse", |driver| {
        driver.keys("ljj").settle();
    });
}

#[test]
fn a_case() {
    compare("case", open);
}

#[test]
fn the_thread_of_a_case() {
    compare("thread", |driver| {
        open(driver);
        driver.keys("ll");
    });
}

#[test]
fn a_note() {
    compare("note", |driver| {
        open(driver);
        driver.keys("l").key(KeyCode::Enter).settle();
    });
}

#[test]
fn a_comment_being_written() {
    compare("comment", |driver| {
        open(driver);
        driver.keys("aThe neighbour agrees, as long as the fence is not higher than one metre at the corner.");
        driver.key(KeyCode::Enter).keys("Second line");
    });
}

#[test]
fn stages_and_instructions() {
    compare("stages", |driver| {
        open(driver);
        driver.keys("i").settle();
    });
}

#[test]
fn proposals() {
    compare("proposals", |driver| {
        open(driver);
        driver.keys("y").settle();
    });
}

#[test]
fn a_choice() {
    compare("motion", |driver| {
        open(driver);
        driver.keys("wj");
    });
}

#[test]
fn the_keys() {
    compare("help", |driver| {
        driver.keys("?");
    });
}

#[test]
fn a_terminal_without_unicode_and_colours() {
    let world = World { poison: "Größe: ".into(), ..World::default() };
    let mut driver = Driver::with(world, setup(ASCII), (80, 24)).started();
    open(&mut driver);
    let buffer = driver.buffer();
    assert!(buffer.content.iter().all(|cell| cell.symbol().is_ascii()));
    let plain = ratatui::style::Color::Reset;
    assert!(buffer.content.iter().all(|cell| (cell.fg, cell.bg) == (plain, plain)));
    insta::assert_snapshot!("ascii_80x24", driver.screen());
}

#[test]
fn colours_are_of_the_sixteen() {
    use ratatui::style::Color;
    let mut driver = Driver::in_case();
    driver.app.notice = Some(crate::app::Notice { text: crate::text::Clean::ours("no"), is_error: true });
    let colours = [Color::Reset, Color::Cyan, Color::Red, Color::Green, Color::Yellow];
    for cell in driver.buffer().content {
        assert!(colours.contains(&cell.fg) && cell.bg == Color::Reset, "{cell:?}");
    }
}

#[test]
fn every_size_can_be_drawn() {
    for (width, height) in (0..45).flat_map(|n| [(n, n), (n, 8), (8, n), (n * 3, n), (200, n)]) {
        let mut driver = Driver::sized(80, 24);
        open(&mut driver);
        for keys in ["", "i", "ja", "\u{1b}", "y", "a", "?"] {
            driver.keys(keys).settle();
            driver.event(crate::app::Event::Resize((width, height).into()));
            driver.screen();
            driver.key(KeyCode::Down).key(KeyCode::PageDown);
            driver.screen();
        }
    }
}
