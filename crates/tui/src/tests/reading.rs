//! Reading notes, files and messages; the log; the mouse.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::{
    driver::{Driver, UNICODE, setup},
    world::{FENCE, FILE, NOTE, PICTURE, World, refused},
};
use crate::{
    app::{Event, Setup},
    layout::Pane,
    request::{Effect, Logged, Reply, Request},
};

/// Somebody among the notes and files of the open case.
fn among_papers() -> Driver {
    let mut driver = Driver::in_case();
    driver.key(KeyCode::Tab);
    assert_eq!(driver.app.focus(), Pane::Papers);
    driver
}

#[test]
fn notes_come_before_files() {
    let driver = among_papers();
    let screen = driver.screen();
    let place = |text: &str| screen.find(text).unwrap_or_else(|| panic!("{text} in\n{screen}"));
    assert!(place("✎ Visit on site") < place("▤ plan.txt"));
    assert!(screen.contains("NOTES & FILES 4"));
}

#[test]
fn the_first_note_is_chosen_though_files_came_before() {
    let mut driver = Driver::new();
    driver.keys("l").settle();
    driver.key(KeyCode::Enter);
    let files = Request::Files { case: FENCE, cursor: None };
    let answer = driver.world.answer(&files);
    driver.answer(|request| *request == files, answer).settle();
    assert_eq!(driver.app.case().and_then(|case| case.chosen_note()).map(|note| note.id), Some(NOTE));
}

#[test]
fn a_note_is_read_and_left() {
    let mut driver = among_papers();
    driver.key(KeyCode::Enter);
    assert!(driver.asked().contains(&Request::Note(NOTE)) && driver.shows("loading"));
    driver.settle();
    assert!(driver.shows("Measured") && !driver.shows("# Measured"));
    driver.keys("m");
    assert!(driver.shows("# Measured"), "as it was written");
    driver.key(KeyCode::Esc);
    assert!(driver.app.reader.is_none() && driver.app.path.len() == 1);
    driver.keys("m").key(KeyCode::Enter).key(KeyCode::Esc);
    assert!(driver.pending.is_empty(), "nobody waits for it any more");
}

#[test]
fn a_text_file_is_read() {
    let mut driver = among_papers();
    driver.keys("jj").key(KeyCode::Enter).settle();
    assert!(driver.asked().contains(&Request::Text(FILE)));
    assert!(driver.shows("plan.txt") && driver.shows("text/plain · 2.0 KiB") && driver.shows("line two"));
}

#[test]
fn a_message_is_read_with_names() {
    let mut driver = Driver::in_case();
    driver.key(KeyCode::Tab).key(KeyCode::Tab);
    assert!(driver.shows("THREAD 3"));
    driver.keys("j").key(KeyCode::Enter);
    assert!(driver.shows("@Ada Lovelace the neighbour agrees."), "{}", driver.screen());
}

#[test]
fn a_file_is_opened_in_the_browser_with_a_fresh_address() {
    let mut driver = among_papers();
    driver.effects();
    driver.keys("o");
    assert_eq!(driver.notice(), "Choose a file first");
    driver.keys("jj").keys("o").settle();
    assert!(driver.asked().contains(&Request::Address(FILE)));
    assert_eq!(driver.effects(), [Effect::Browse("https://files.example/secret".into())]);
    let url = || "https://files.example/secret".to_owned();
    driver.event(Event::Browsed { url: url(), opened: true });
    assert_eq!(driver.notice(), "Opened in the browser");
    // Nobody sees a browser over there.
    driver.event(Event::Browsed { url: url(), opened: false });
    assert!(driver.shows("https://files.example/secret"));
}

#[test]
fn an_address_that_is_not_of_the_web_is_not_opened() {
    for url in ["file:///etc/passwd", "javascript:alert(1)", "ssh://x", "-x", ""] {
        let mut driver = among_papers();
        driver.effects();
        driver.keys("jjo").answer(|request| matches!(request, Request::Address(_)), Ok(Reply::Address(url.into())));
        assert!(driver.effects().is_empty(), "{url}");
        assert!(driver.shows("not one of the web"));
    }
}

#[test]
fn a_picture_is_shown_where_the_terminal_can() {
    let mut driver = among_papers();
    driver.keys("jjjv");
    assert!(driver.notice().starts_with("This terminal shows no pictures"));
    let can = Setup { pictures: true, ..setup(UNICODE) };
    let mut driver = Driver::in_case_of(Driver::with(World::default(), can, (80, 24)).started());
    driver.key(KeyCode::Tab).keys("v");
    assert_eq!(driver.notice(), "Choose a picture among the files first");
    driver.keys("jjjv");
    let asked = driver.asked();
    let asked = asked.iter().find(|request| matches!(request, Request::Picture { .. }));
    assert_eq!(asked, Some(&Request::Picture { file: PICTURE, pixels: (760, 380) }));
    assert!(driver.app.picture().is_none());
    driver.settle();
    let (picture, area) = driver.app.picture().expect("a picture");
    assert_eq!((picture.width, area.width, area.height), (100, 76, 19));
    driver.keys("?");
    assert!(driver.app.picture().is_none(), "it would lie over what is in front");
}

#[test]
fn the_last_requests_are_shown_on_demand() {
    let mut driver = Driver::new();
    for n in 0..120 {
        let failure = (n == 119).then(|| refused(409, "taken", "that \x1b]0;name\x07 is taken"));
        let (at, took) = ("2026-03-01T09:30:00Z".parse().unwrap(), Duration::from_millis(12));
        driver.event(Event::Logged(Logged { at, method: "GET".into(), path: format!("/x/{n}"), took, failure }));
    }
    assert_eq!(driver.app.log.len(), 100);
    driver.keys("d");
    let screen = driver.screen();
    assert!(screen.contains("debug") && screen.contains("REQUESTS"), "{screen}");
    assert!(screen.contains("09:30:00    12 ms GET /x/119") && screen.contains("409 taken: that ?]0;name? is taken"));
    driver.key(KeyCode::Tab).key(KeyCode::Tab).keys("G");
    assert!(driver.shows("/x/20") && !driver.shows("/x/119"));
    driver.keys("d");
    assert!(!driver.shows("REQUESTS") && !driver.shows("debug"));
}

#[test]
fn help_is_there_and_goes() {
    let mut driver = Driver::in_case();
    driver.keys("?");
    assert!(driver.shows("KEYS") && driver.shows("one window"));
    driver.keys("G");
    assert!(driver.shows("quit; unsent texts are printed"), "{}", driver.screen());
    driver.keys("?");
    assert!(driver.app.dialogs.is_empty());
}

fn mouse(driver: &mut Driver, kind: MouseEventKind, column: u16, row: u16) {
    driver.event(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
}

#[test]
fn the_mouse_chooses_opens_and_scrolls() {
    let mut driver = Driver::new();
    let click = MouseEventKind::Down(MouseButton::Left);
    mouse(&mut driver, click, 40, 4);
    driver.settle();
    assert_eq!((driver.app.focus(), driver.app.browse.case.at), (Pane::Cases, 2));
    mouse(&mut driver, MouseEventKind::ScrollUp, 40, 4);
    mouse(&mut driver, MouseEventKind::ScrollUp, 40, 4);
    assert_eq!(driver.app.browse.case.at, 0);
    mouse(&mut driver, click, 40, 2);
    driver.settle();
    assert_eq!(driver.app.path.len(), 1, "a click on the chosen row opens it");
    mouse(&mut driver, MouseEventKind::ScrollDown, 40, 20);
    assert_eq!(driver.app.focus(), Pane::Detail);
    driver.keys("?");
    let scrolled = driver.screen();
    mouse(&mut driver, MouseEventKind::ScrollDown, 0, 0);
    assert_ne!(driver.screen(), scrolled);
    // Clicks outside of everything, and on nothing.
    for (column, row) in [(0, 0), (79, 23), (500, 500)] {
        mouse(&mut driver, click, column, row);
    }
    driver.key(KeyCode::Esc).keys("M");
    assert!(driver.effects().contains(&Effect::Mouse(false)));
}
