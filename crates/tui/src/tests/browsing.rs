//! Moving through spaces and cases.

use client::public::cases::CaseStatus;
use crossterm::event::KeyCode;

use super::{
    driver::Driver,
    world::{FENCE, OTHER_SPACE, SPACE, SURVEY, World, case_id},
};
use crate::{
    layout::Pane,
    request::{Effect, Part, Place, Request, Slot},
};

fn cases(place: Place, status: Option<CaseStatus>, cursor: Option<&str>) -> Request {
    Request::Cases { place, status, cursor: cursor.map(str::to_owned) }
}

#[test]
fn enter_ends_the_opening_and_other_keys_do_not() {
    let mut driver = Driver::at_splash();
    driver.keys("qx?").key(KeyCode::Esc);
    assert!(driver.app.splash.is_some());
    assert!(driver.effects().is_empty());
    driver.key(KeyCode::Enter);
    assert!(driver.app.splash.is_none());
}

#[test]
fn what_comes_after_the_opening_is_fetched_meanwhile() {
    let mut driver = Driver::at_splash();
    driver.settle().key(KeyCode::Enter);
    assert!(driver.shows("Fence at no. 7"));
}

#[test]
fn neither_q_nor_esc_quits_but_control_c_does_everywhere() {
    let places: [fn() -> Driver; 7] = [
        Driver::at_splash,
        Driver::new,
        Driver::in_case,
        || opened("f"),
        || opened("?"),
        || opened("i"),
        || opened("a"),
    ];
    for place in places {
        let mut driver = place();
        driver.key(KeyCode::Char('q')).key(KeyCode::Esc).key(KeyCode::Esc).key(KeyCode::Esc);
        assert!(!driver.effects().contains(&Effect::Quit));
        let mut driver = place();
        driver.effects();
        driver.ctrl('c');
        assert_eq!(driver.effects(), [Effect::Quit]);
        let mut driver = place();
        driver.effects();
        driver.ctrl('z');
        assert_eq!(driver.effects(), [Effect::Suspend]);
    }
}

/// Somebody in the open case who has pressed a key.
fn opened(key: &str) -> Driver {
    let mut driver = Driver::in_case();
    driver.keys(key).settle();
    assert_eq!(driver.app.dialogs.len(), 1, "{key}");
    driver
}

#[test]
fn names_come_until_there_are_no_more() {
    let mut driver = Driver::new();
    let asked = driver.asked();
    assert!(asked.contains(&Request::Users(None)) && asked.contains(&Request::Users(Some("1".into()))));
    assert!(driver.shows("Ada Lovelace") && driver.shows("Rules agent"));
}

#[test]
fn cases_are_asked_for_in_their_own_order_a_page_at_a_time() {
    let mut driver = Driver::new();
    let asked = driver.asked();
    assert!(asked.contains(&cases(Place::Space(SPACE), None, None)));
    assert!(!asked.contains(&cases(Place::Space(SPACE), None, Some("30"))), "nobody is near the end");
    assert!(driver.shows("CASES 30+"));
    driver.keys("l");
    for _ in 0..23 {
        driver.keys("j");
    }
    assert!(driver.asked().iter().all(|request| !matches!(request, Request::Cases { .. })));
    driver.keys("j");
    assert!(driver.asked().contains(&cases(Place::Space(SPACE), None, Some("30"))), "six rows are left");
    driver.settle();
    assert!(driver.shows("CASES 40"));
    driver.keys("G");
    assert_eq!(driver.app.browse.case.at, 39);
    driver.keys("g");
    assert_eq!(driver.app.browse.case.at, 0);
}

#[test]
fn a_newer_choice_supersedes_what_was_asked_for_an_older_one() {
    let mut driver = Driver::new();
    driver.keys("j");
    let (slot, ticket, request) =
        driver.pending.iter().find(|(slot, ..)| *slot == Slot::Cases).cloned().expect("asked");
    assert_eq!(request, cases(Place::Space(OTHER_SPACE), None, None));
    driver.keys("k");
    assert!(driver.pending.iter().all(|(.., request)| *request != cases(Place::Space(OTHER_SPACE), None, None)));
    driver.settle();
    // It was on its way already and comes all the same.
    let outcome = driver.world.answer(&request);
    driver.event(crate::app::Event::Answer { slot, ticket, outcome });
    assert!(driver.shows("Fence at no. 7"));
}

#[test]
fn the_detail_follows_the_choice() {
    let mut driver = Driver::new();
    assert!(driver.shows("Everything that needs a permit."));
    driver.keys("l").settle();
    assert!(driver.shows("A fence of one metre along the street, asked for by @Ada Lovelace."));
    assert!(driver.shows("due 2026-04-01 00:00"));
    driver.keys("j").settle();
    assert_eq!(driver.app.browse.case.at, 1);
    assert!(driver.shows("assignee Ada Lovelace"));
    // A space without cases is told itself.
    driver.keys("hjl").settle();
    assert!(driver.shows("no cases") && driver.shows("General"));
}

#[test]
fn tab_goes_around_the_panes() {
    let mut driver = Driver::new();
    let mut around = Vec::new();
    for _ in 0..3 {
        driver.key(KeyCode::Tab);
        around.push(driver.app.focus());
    }
    assert_eq!(around, [Pane::Cases, Pane::Detail, Pane::Spaces]);
    driver.key(KeyCode::BackTab);
    assert_eq!(driver.app.focus(), Pane::Detail);
    driver.key(KeyCode::Left);
    assert_eq!(driver.app.focus(), Pane::Cases);
    driver.key(KeyCode::Esc);
    assert_eq!(driver.app.focus(), Pane::Spaces);
}

#[test]
fn enter_goes_down_and_esc_comes_back_to_the_same_place() {
    let mut driver = Driver::new();
    driver.key(KeyCode::Enter);
    assert_eq!(driver.app.focus(), Pane::Cases);
    driver.keys("jjk").settle();
    driver.keys("k").key(KeyCode::Enter).settle();
    assert!(driver.shows("dev-acme › Permits › Fence at no. 7"));
    driver.keys("j").key(KeyCode::Enter).settle();
    driver.key(KeyCode::Esc).settle();
    let case = driver.app.case().expect("the case");
    assert_eq!((case.id, case.subcase.at), (FENCE, 1));
    driver.key(KeyCode::Esc);
    assert!(driver.app.path.is_empty());
    assert_eq!((driver.app.focus(), driver.app.browse.case.at), (Pane::Cases, 0));
}

#[test]
fn a_filter_is_told_in_the_title_of_its_pane_only() {
    let mut driver = Driver::new();
    driver.keys("f").key(KeyCode::Down).key(KeyCode::Down).key(KeyCode::Enter).settle();
    assert!(driver.asked().contains(&cases(Place::Space(SPACE), Some(CaseStatus::Started), None)));
    let screen = driver.screen();
    assert!(screen.contains("CASES · started 8"), "{screen}");
    let title = screen.lines().position(|line| line.contains("CASES · started")).expect("a title");
    let elsewhere = |(n, line): (usize, &str)| n != title && line.contains("started");
    assert!(!screen.lines().enumerate().any(elsewhere), "{screen}");
}

#[test]
fn a_filter_is_remembered_for_each_space_and_case_through_going_down_and_back() {
    let mut driver = Driver::new();
    // The key that opens the menu goes through it.
    driver.keys("ff").key(KeyCode::Enter).settle();
    assert!(driver.shows("CASES · open"));
    driver.keys("j").settle();
    assert!(driver.shows("CASES 0"), "{}", driver.screen());
    driver.keys("k").settle();
    assert!(driver.shows("CASES · open 8"));
    driver.asked();
    driver.key(KeyCode::Enter).settle();
    driver.key(KeyCode::Enter).settle();
    let opened = driver.app.case().expect("a case").id;
    assert_eq!(opened, case_id(4));
    assert!(driver.asked().contains(&cases(Place::Case(opened), None, None)), "the subcases have no filter yet");
    driver.keys("fffff").key(KeyCode::Enter).settle();
    assert!(driver.shows("SUB-CASES · completed"));
    driver.key(KeyCode::Esc).settle();
    assert!(driver.shows("CASES · open 8"));
    driver.key(KeyCode::Enter).settle();
    assert!(driver.shows("SUB-CASES · completed"));
    // Another case has none.
    driver.key(KeyCode::Esc);
    driver.keys("j").key(KeyCode::Enter).settle();
    assert!(!driver.shows("SUB-CASES ·"));
    // All of them again.
    driver.key(KeyCode::Esc);
    driver.keys("f").key(KeyCode::Home).key(KeyCode::Enter).settle();
    assert!(driver.shows("CASES 30+"));
}

#[test]
fn a_reload_keeps_what_is_seen_and_asks_for_the_open_case_only() {
    let mut driver = Driver::in_case();
    driver.keys("f").key(KeyCode::Down).key(KeyCode::Enter).settle();
    driver.key(KeyCode::Tab).keys("jj");
    driver.key(KeyCode::Tab).keys("j");
    let before = driver.screen();
    driver.asked();
    driver.keys("r");
    let asked = driver.asked();
    assert!(asked.iter().all(|request| !matches!(request, Request::Spaces(_) | Request::Space(_))), "{asked:?}");
    assert!(asked.contains(&Request::Case(FENCE)) && asked.contains(&Request::Work(FENCE)));
    assert!(asked.contains(&cases(Place::Case(FENCE), Some(CaseStatus::Open), None)));
    assert_eq!(asked.iter().filter(|request| matches!(request, Request::Cases { .. })).count(), 1);
    let loading =
        |screen: &str| screen.replace("loading", "").lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(loading(&driver.screen()), before, "nothing flickers");
    driver.settle();
    assert_eq!(driver.screen(), before);
    assert_eq!(driver.app.focus(), Pane::Thread);
}

#[test]
fn a_reload_keeps_the_chosen_row_though_it_has_moved() {
    let mut driver = Driver::new();
    driver.keys("ljj").settle();
    let chosen = driver.app.browse.chosen_case().expect("a row").id;
    driver.app.browse.cases.items.remove(0);
    driver.app.browse.case.at = 1;
    driver.keys("r").settle();
    assert_eq!(driver.app.browse.chosen_case().expect("a row").id, chosen);
    assert_eq!(driver.app.browse.case.at, 2);
}

#[test]
fn what_fails_is_told_and_tried_again_on_demand() {
    let mut driver = Driver::at_splash();
    let failure = || Err(crate::request::Failure { status: None, code: None, message: "no route\x1b[2J".into() });
    driver.answer(|request| matches!(request, Request::Spaces(_)), failure());
    driver.key(KeyCode::Enter).settle();
    assert!(driver.shows("no route?[2J") && driver.shows("error"));
    driver.keys("jj");
    assert!(driver.shows("error"), "it stays until it is answered");
    assert!(driver.pending.is_empty(), "nothing is tried again by itself");
    driver.keys("r").settle();
    assert!(driver.shows("Permits") && !driver.shows("error") && !driver.shows("no route"));
}

#[test]
fn a_case_that_is_gone_says_so() {
    let mut driver = Driver::new();
    driver.keys("l").settle();
    driver.world.cases = 0;
    driver.key(KeyCode::Enter).settle();
    assert!(driver.shows("There is no such case."));
    assert_eq!(driver.app.case().and_then(|case| case.thread()), None);
    driver.key(KeyCode::Esc);
    assert!(driver.app.path.is_empty());
}

#[test]
fn a_case_is_left_with_all_that_was_asked_for_it() {
    let mut driver = Driver::new();
    driver.keys("l").settle();
    driver.key(KeyCode::Enter);
    assert!(driver.pending.iter().any(|(slot, ..)| *slot == Slot::Case(FENCE, Part::Case)));
    driver.key(KeyCode::Esc);
    assert!(driver.pending.is_empty(), "{:?}", driver.pending);
}

#[test]
fn lists_show_what_was_found_below() {
    let mut driver = Driver::in_case();
    assert_eq!(driver.app.browse.cases.items[0].title.to_string(), "Fence at no. 7");
    driver.world.poison = "New: ".into();
    driver.keys("r").settle();
    driver.key(KeyCode::Esc);
    assert!(driver.shows("New: Fence at no. 7"), "{}", driver.screen());
}

#[test]
fn a_subcase_is_opened_from_its_parent_and_left_to_it() {
    let mut driver = Driver::in_case();
    driver.key(KeyCode::Enter).settle();
    assert_eq!(driver.app.case().expect("a case").id, SURVEY);
    assert!(driver.shows("Fence at no. 7 › Survey of the border"));
    driver.key(KeyCode::Esc);
    assert_eq!(driver.app.case().expect("a case").id, FENCE);
}

#[test]
fn another_configuration_is_another_server() {
    let mut driver = Driver::in_case();
    driver.keys("c");
    assert!(driver.effects().contains(&Effect::Configs));
    driver.event(crate::app::Event::Configs(Ok(vec!["dev-acme".into(), "prod-acme".into()])));
    driver.key(KeyCode::Down).key(KeyCode::Enter);
    assert_eq!(driver.effects(), [Effect::Choose("prod-acme".into())]);
    driver.event(crate::app::Event::Chosen { name: "x".into(), outcome: Err("its file is broken".into()) });
    assert!(driver.shows("its file is broken") && driver.shows("dev-acme"));
    driver.world = World { cases: 1, ..World::default() };
    driver.event(crate::app::Event::Chosen { name: "prod-acme".into(), outcome: Ok(()) });
    assert!(driver.app.path.is_empty() && driver.app.browse.spaces.items.is_empty());
    driver.settle();
    assert!(driver.shows("prod-acme") && driver.shows("CASES 1"));
}

#[test]
fn without_saved_configurations_there_is_nothing_to_choose() {
    let mut driver = Driver::new();
    driver.event(crate::app::Event::Configs(Ok(Vec::new())));
    assert!(driver.app.dialogs.is_empty() && driver.shows("No configuration is saved"));
}
